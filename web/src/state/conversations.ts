// The conversations on this page: which one is shown, how each looks now, and their way into the store.
import { computed, signal, type Signal } from "@preact/signals";
import { BrowserStore } from "../conversation/browser_store";
import type { Conversation, Summary } from "../conversation/document";
import type { ConversationStore } from "../conversation/store";
import { emptyConversation, newId, settled } from "../conversation/tree";

const SAVE_EVERY_MS = 1000;
const CURRENT = "openk2.current";
const LEFT = "openk2.left";
const DRAFT = "openk2.draft.";

export const store = signal<ConversationStore>(new BrowserStore());
export const summaries = signal<Summary[]>([]);
export const currentId = signal(addressed() ?? localStorage.getItem(CURRENT) ?? newId());
/** False until the shown conversation was looked for in the store. */
export const loaded = signal(false);
/** Why the last change could not be kept; null while all is well. */
export const storeProblem = signal<string | null>(null);

const documents = new Map<string, Signal<Conversation>>();
/** Conversations that are here as they are in the store, or newer. */
const known = new Set<string>();
const unsaved = new Map<string, { timer: number; saved: number }>();
const tabs = new BroadcastChannel("openk2");

export const current = computed(() => documentOf(currentId.value).value);

/** The conversation as it is on this page; an empty one where it was not loaded. */
export function documentOf(id: string): Signal<Conversation> {
  let document = documents.get(id);
  if (!document) documents.set(id, (document = signal(emptyConversation(id))));
  return document;
}

/** Uses another place for the conversations, and shows what is there. */
export async function useStore(next: ConversationStore): Promise<void> {
  store.value = next;
  await guarded(recover);
  known.clear();
  for (const [id, document] of documents) document.value = emptyConversation(id);
  await refresh();
  await bring(currentId.value);
}

export async function refresh(): Promise<void> {
  await guarded(async () => {
    summaries.value = await store.value.list();
  });
}

export async function open(id: string): Promise<void> {
  currentId.value = id;
  localStorage.setItem(CURRENT, id);
  if (location.hash !== addressOf(id)) history.pushState(null, "", addressOf(id));
  await bring(id);
}

export function startNew(): void {
  void open(newId());
}

/** The conversation that the page's address names. */
export function addressed(): string | null {
  return /^#\/c\/([A-Za-z0-9_-]{8,64})$/.exec(location.hash)?.[1] ?? null;
}

function addressOf(id: string): string {
  return `#/c/${id}`;
}

async function bring(id: string): Promise<void> {
  if (!known.has(id)) {
    loaded.value = false;
    await guarded(() => load(id));
  }
  loaded.value = true;
}

/** Shows the changed conversation and keeps it: at once, or with others of the same second while an answer grows. */
export function change(id: string, next: (before: Conversation) => Conversation, later = false): void {
  known.add(id);
  const document = documentOf(id);
  document.value = { ...next(document.peek()), updated: later ? document.peek().updated : Date.now() };
  const waiting = unsaved.get(id);
  if (!later) {
    void save(id);
  } else if (!waiting?.timer) {
    const wait = Math.max(0, SAVE_EVERY_MS - (performance.now() - (waiting?.saved ?? 0)));
    unsaved.set(id, { timer: window.setTimeout(() => void save(id), wait), saved: waiting?.saved ?? 0 });
  }
}

/** Changes a conversation that may not be on this page. */
export async function rename(id: string, title: string): Promise<void> {
  await withLoaded(id);
  change(id, (before) => ({ ...before, title, named: true }));
}

export async function remove(id: string): Promise<void> {
  clearTimeout(unsaved.get(id)?.timer);
  unsaved.delete(id);
  documents.delete(id);
  known.delete(id);
  localStorage.removeItem(DRAFT + id);
  await guarded(() => store.value.remove(id));
  tabs.postMessage("changed");
  await refresh();
  if (currentId.value === id) startNew();
}

/** Keeps conversations that came from a file. */
export async function add(conversations: Conversation[]): Promise<void> {
  await guarded(async () => {
    for (const one of conversations) await store.value.save(one);
  });
  tabs.postMessage("changed");
  await refresh();
  if (conversations[0]) await open(conversations[0].id);
}

/** The conversation, read from the store where it is not on this page. */
export async function withLoaded(id: string): Promise<Conversation> {
  if (!known.has(id)) await load(id);
  return documentOf(id).peek();
}

async function load(id: string): Promise<void> {
  const kept = await store.value.load(id);
  // Whoever wrote meanwhile has the newer one.
  if (known.has(id)) return;
  known.add(id);
  if (kept) documentOf(id).value = settled(kept);
}

export function readDraft(id: string): string {
  return localStorage.getItem(DRAFT + id) ?? "";
}

export function keepDraft(id: string, text: string): void {
  if (text) localStorage.setItem(DRAFT + id, text);
  else localStorage.removeItem(DRAFT + id);
}

async function save(id: string): Promise<void> {
  const conversation = documents.get(id)?.peek();
  clearTimeout(unsaved.get(id)?.timer);
  unsaved.set(id, { timer: 0, saved: performance.now() });
  if (!conversation?.turns.length) return;
  await guarded(() => store.value.save(conversation));
  const { title, updated } = conversation;
  const line = summaries.peek().find((one) => one.id === id);
  if (line?.title === title && line.updated === updated) return;
  summaries.value = [{ id, title, updated }, ...summaries.peek().filter((one) => one.id !== id)].sort(
    (a, b) => b.updated - a.updated,
  );
  tabs.postMessage("changed");
}

async function guarded(act: () => Promise<void>): Promise<void> {
  try {
    await act();
    storeProblem.value = null;
  } catch (error) {
    storeProblem.value = (error as Error).message || String(error);
  }
}

if (!location.hash) history.replaceState(null, "", addressOf(currentId.value));

tabs.onmessage = () => void refresh();
// A page that is left has no time for a database: what is not kept yet is put where it can be put at once.
addEventListener("pagehide", () => {
  const left = [...unsaved].filter(([, { timer }]) => timer).map(([id]) => documentOf(id).peek());
  try {
    if (left.length) localStorage.setItem(LEFT, JSON.stringify(left));
  } catch {
    // Too large for this place: the store has it up to the last second.
  }
});

/** Keeps what the page had not kept when it was left. */
async function recover(): Promise<void> {
  const left = JSON.parse(localStorage.getItem(LEFT) ?? "[]") as Conversation[];
  localStorage.removeItem(LEFT);
  for (const one of left) if (!known.has(one.id)) await store.value.save(one);
}
