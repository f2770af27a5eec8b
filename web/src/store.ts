// Conversations and settings, kept in this browser: one entry per conversation, so that two tabs do not overwrite each
// other's.
import { computed, signal } from "@preact/signals";
import type { Conversation, Settings, Turn } from "./types";

const CONVERSATION = "openk2.conversation.";
const CURRENT = "openk2.current";
const SETTINGS = "openk2.settings";
const DRAFT = "openk2.draft";

export const defaultSettings: Settings = { system: "", temperature: 0.6, maxTokens: null, seed: null, tools: "" };

export const settings = signal<Settings>({ ...defaultSettings, ...read<Partial<Settings>>(SETTINGS) });
export const conversations = signal<Conversation[]>(storedConversations());
export const currentId = signal<string>(read<string>(CURRENT) ?? newId());
/** Set when the browser refuses to keep more. */
export const storageFull = signal(false);

export const current = computed<Conversation>(
  () =>
    conversations.value.find((one) => one.id === currentId.value) ?? {
      id: currentId.value,
      title: "",
      turns: [],
      updated: 0,
    },
);

export function openConversation(id: string): void {
  currentId.value = id;
  write(CURRENT, id);
}

export function newConversation(): void {
  openConversation(newId());
}

/** Replaces the turns of a conversation on the page, and in the browser's storage unless `keep` is false. */
export function setTurns(id: string, turns: Turn[], keep = true): void {
  const before = conversations.value.find((one) => one.id === id);
  const question = turns.find((turn) => turn.role === "user")?.content ?? "";
  const next: Conversation = {
    id,
    title: question.trim().replace(/\s+/g, " ").slice(0, 80),
    turns,
    updated: keep ? Date.now() : (before?.updated ?? Date.now()),
  };
  const others = conversations.value.filter((one) => one.id !== id);
  conversations.value = before && !keep ? conversations.value.map((one) => (one.id === id ? next : one)) : [next, ...others];
  if (!keep) return;
  write(CONVERSATION + id, next);
  write(CURRENT, id);
}

export function deleteConversation(id: string): void {
  localStorage.removeItem(CONVERSATION + id);
  conversations.value = conversations.value.filter((one) => one.id !== id);
  if (currentId.value === id) newConversation();
}

export function changeSettings(change: Partial<Settings>): void {
  settings.value = { ...settings.value, ...change };
  write(SETTINGS, settings.value);
}

export function readDraft(): string {
  return read<string>(DRAFT) ?? "";
}

export function keepDraft(text: string): void {
  write(DRAFT, text);
}

/** What is wrong with the tool declarations, or null. */
export function toolsProblem(text: string): string | null {
  if (!text.trim()) return null;
  try {
    const tools: unknown = JSON.parse(text);
    if (!Array.isArray(tools)) return "Not a list: tools are written as [ … ].";
    const nameless = tools.findIndex((tool) => typeof tool?.function?.name !== "string");
    return nameless < 0 ? null : `Tool ${nameless + 1} has no function.name.`;
  } catch (error) {
    return `Not valid JSON: ${(error as Error).message}`;
  }
}

addEventListener("storage", (event) => {
  if (event.key?.startsWith(CONVERSATION)) conversations.value = storedConversations();
});

function storedConversations(): Conversation[] {
  return Object.keys(localStorage)
    .filter((key) => key.startsWith(CONVERSATION))
    .flatMap((key) => read<Conversation>(key) ?? [])
    .map((one) => ({ ...one, turns: one.turns.map(interrupted) }))
    .sort((a, b) => b.updated - a.updated);
}

/** An answer that was running when it was stored is not running any more. */
function interrupted(turn: Turn): Turn {
  return turn.role === "assistant" && turn.state === "running" ? { ...turn, state: "interrupted" } : turn;
}

function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function read<T>(key: string): T | undefined {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "") as T;
  } catch {
    return undefined;
  }
}

function write(key: string, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value));
    storageFull.value = false;
  } catch {
    storageFull.value = true;
  }
}
