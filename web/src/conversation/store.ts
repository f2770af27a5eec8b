// Where conversations are kept. Two places keep them alike: this browser, and the server for whoever has signed in.
import type { Conversation, Summary } from "./document";

export interface Found extends Summary {
  /** The text around the first match; empty where only the title matches. */
  excerpt: string;
}

export interface Share {
  url: string;
  /** Milliseconds since 1970; null where it does not expire. */
  expires: number | null;
}

export interface ConversationStore {
  readonly place: "browser" | "server";
  /** Newest first. */
  list(): Promise<Summary[]>;
  /** Null where there is none of this id. */
  load(id: string): Promise<Conversation | null>;
  save(conversation: Conversation): Promise<void>;
  remove(id: string): Promise<void>;
  /** Newest first. */
  search(text: string): Promise<Found[]>;
  /** A frozen copy that whoever has the address can read; undefined where the place cannot hand one out. */
  share?(id: string, days: number): Promise<Share>;
  /** Takes the copy back. */
  unshare?(id: string): Promise<void>;
}

const BEFORE = 32;
const EXCERPT = 120;

/** Whether every word of `text` is in the conversation, and the words around the first place where one is. */
export function matches(conversation: Conversation, text: string): { excerpt: string } | null {
  const words = text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const title = conversation.title.toLocaleLowerCase();
  const contents = conversation.turns.map((turn) => turn.content);
  const lower = contents.map((content) => content.toLocaleLowerCase());
  if (!words.every((word) => title.includes(word) || lower.some((content) => content.includes(word)))) return null;
  for (const [i, content] of lower.entries()) {
    const at = words.map((word) => content.indexOf(word)).find((index) => index >= 0);
    if (at === undefined) continue;
    const start = Math.max(0, at - BEFORE);
    return { excerpt: (start ? "…" : "") + contents[i]!.slice(start, start + EXCERPT).replace(/\s+/g, " ") };
  }
  return { excerpt: "" };
}
