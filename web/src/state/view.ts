// What of the page is open: which view, the side bar, the panel and the dialogs.
import { signal } from "@preact/signals";
import { artifactsOf } from "../artifacts/find";
import type { Draft } from "./attachments";
import { current } from "./conversations";

export const narrow = matchMedia("(max-width: 52rem)");

export const view = signal<"chat" | "usage">(location.hash === "#/usage" ? "usage" : "chat");
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
  history.replaceState(null, "", "#/usage");
  if (narrow.matches) sidebarOpen.value = false;
}

export function showChat(): void {
  view.value = "chat";
  if (narrow.matches) sidebarOpen.value = false;
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
