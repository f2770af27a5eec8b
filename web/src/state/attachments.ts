// Files beside the question that is being written, by conversation.
import { signal } from "@preact/signals";
import { readOnServer } from "../api/files";
import { Unreachable } from "../api/reach";
import type { Attachment } from "../conversation/document";
import { newId } from "../conversation/tree";
import { t } from "../i18n/language";
import { model } from "./models";

export interface Draft {
  key: string;
  name: string;
  bytes: number;
  state: "reading" | "ready" | "failed";
  /** Why it could not be read. */
  error: string;
  attachment: Attachment | null;
  abort: AbortController;
}

const drafts = signal<ReadonlyMap<string, Draft[]>>(new Map());

export function draftsOf(conversationId: string): Draft[] {
  return drafts.value.get(conversationId) ?? [];
}

export function setDrafts(conversationId: string, next: Draft[]): void {
  drafts.value = new Map(drafts.value).set(conversationId, next);
}

export async function attach(conversationId: string, files: Iterable<File>): Promise<void> {
  await Promise.all([...files].map((file) => attachOne(conversationId, file)));
}

export function detach(conversationId: string, key: string): void {
  const draft = draftsOf(conversationId).find((one) => one.key === key);
  draft?.abort.abort();
  setDrafts(conversationId, draftsOf(conversationId).filter((one) => one.key !== key));
}

/** What the reader made of the text before sending it. */
export function changeText(conversationId: string, key: string, attachment: Attachment): void {
  put(conversationId, key, { attachment });
}

async function attachOne(conversationId: string, file: File): Promise<void> {
  const { name, size: bytes } = file;
  const key = newId();
  const abort = new AbortController();
  const draft: Draft = { key, name, bytes, state: "reading", error: "", attachment: null, abort };
  setDrafts(conversationId, [...draftsOf(conversationId), draft]);
  try {
    const read = await readOnServer(file, model.value?.id ?? "", abort.signal);
    put(conversationId, key, { state: "ready", attachment: { name, ...read } });
  } catch (error) {
    if (abort.signal.aborted) return;
    const reason = error instanceof Unreachable ? t("error.unreachable") : (error as Error).message;
    put(conversationId, key, { state: "failed", error: reason });
  }
}

function put(conversationId: string, key: string, change: Partial<Draft>): void {
  const next = draftsOf(conversationId).map((one) => (one.key === key ? { ...one, ...change } : one));
  setDrafts(conversationId, next);
}
