// The page: conversations on the left, one conversation in the middle, its composer below.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { announcement, connect, connectionProblem, isRunning, model, stop } from "../session";
import { current, newConversation, storageFull } from "../store";
import { Composer } from "./Composer";
import { MenuIcon, PlusIcon, SettingsIcon } from "./icons";
import { SettingsDialog, settingsOpen } from "./SettingsDialog";
import { Sidebar } from "./Sidebar";
import { Thread } from "./Thread";

export const narrow = matchMedia("(max-width: 52rem)");
export const sidebarOpen = signal(!narrow.matches);

export function App() {
  useEffect(() => {
    document.title = current.value.title ? `${current.value.title} · openk2` : "openk2";
  }, [current.value.title]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || settingsOpen.value || event.isComposing) return;
      if (isRunning.value) stop();
      else if (narrow.matches) sidebarOpen.value = false;
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
  return (
    <div class={`page ${sidebarOpen.value ? "with-sidebar" : ""}`}>
      <Sidebar />
      <div class="main">
        <header class="bar">
          <button
            class="quiet square"
            aria-label="Conversations"
            aria-expanded={sidebarOpen.value}
            aria-controls="sidebar"
            onClick={() => (sidebarOpen.value = !sidebarOpen.value)}
          >
            <MenuIcon />
          </button>
          <h1>{model.value?.id ?? "openk2"}</h1>
          <button class="quiet square" aria-label="New chat" title="New chat" disabled={isRunning.value} onClick={startNew}>
            <PlusIcon />
          </button>
          <button
            class="quiet square"
            aria-label="Settings"
            title="Settings"
            onClick={() => (settingsOpen.value = true)}
          >
            <SettingsIcon />
          </button>
        </header>
        <Notices />
        <Thread />
        <Composer />
      </div>
      <SettingsDialog />
      <div class="unseen" role="status">
        {announcement.value}
      </div>
    </div>
  );
}

export function startNew() {
  newConversation();
  if (narrow.matches) sidebarOpen.value = false;
  focusComposer();
}

export function focusComposer() {
  document.querySelector<HTMLTextAreaElement>("#question")?.focus();
}

function Notices() {
  return (
    <>
      {connectionProblem.value && (
        <div class="notice" role="alert">
          {connectionProblem.value}
          <button class="quiet" onClick={() => void connect()}>
            Try again
          </button>
        </div>
      )}
      {storageFull.value && (
        <div class="notice" role="alert">
          This browser keeps no more: delete old conversations, or this one is lost when the page closes.
        </div>
      )}
    </>
  );
}
