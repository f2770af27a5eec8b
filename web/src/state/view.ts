// What of the page is open: which view, the side bar, the panel and the dialogs.
import { signal } from "@preact/signals";
import { artifactsOf } from "../artifacts/find";
import type { Draft } from "./attachments";
import { addressed, current, open } from "./conversations";

const USAGE = "#/usage";

export const narrow = matchMedia("(max-width: 52rem)");

export const view = signal<"chat" | "usage">(location.hash === USAGE ? "usage" : "chat");
export const sidebarOpen = signal(!narrow.matches);
export const settingsOpen = signal(false);
export const signInOpen = signal(false);
/** The conversation that is about to be shared. */
export const sharing = signal<string | null>(null);
/** The file whose text is being read over. */
export const reviewing = signal<{ conversationId: string; draft: Draft } | null>(null);
/** The place of the open artifact among those of the shown branch; null: the panel is closed. */
export const openArtifact = signal<number | null>(null);

export function showUsage(): void {
  view.value = "usage";
  if (location.hash !== USAGE) history.pushState(null, "", USAGE);
  if (narrow.matches) sidebarOpen.value = false;
}

export function showChat(): void {
  view.value = "chat";
  if (narrow.matches) sidebarOpen.value = false;
}

/** Shows what the address names: the browser's back button came by. */
export function followAddress(): void {
  view.value = location.hash === USAGE ? "usage" : "chat";
  const id = addressed();
  if (id) void open(id);
}

/** Opens the panel with the block of code that begins like `source`. */
export function openSource(source: string): void {
  const found = artifactsOf(current.value).findLastIndex((one) => one.source.startsWith(source.trimEnd()));
  if (found >= 0) openArtifact.value = found;
}

export function focusComposer(): void {
  document.querySelector<HTMLTextAreaElement>("#question")?.focus();
}

/** Whether Escape belongs to something else than the answer. */
export function somethingIsOpen(): boolean {
  return document.querySelector("dialog[open], :popover-open") !== null;
}
