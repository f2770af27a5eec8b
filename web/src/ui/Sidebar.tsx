// The conversations kept in this browser.
import { useState } from "preact/hooks";
import { isRunning } from "../session";
import { conversations, currentId, deleteConversation, openConversation } from "../store";
import type { Conversation } from "../types";
import { focusComposer, narrow, sidebarOpen, startNew } from "./App";
import { CloseIcon, Mark, PlusIcon } from "./icons";

export function Sidebar() {
  return (
    <>
      <nav id="sidebar" class="sidebar" aria-label="Conversations" inert={!sidebarOpen.value}>
        <div class="brand">
          <Mark />
          <span>openk2</span>
        </div>
        <button class="new" disabled={isRunning.value} onClick={startNew}>
          <PlusIcon />
          New chat
        </button>
        <ul>
          {conversations.value.map((one) => (
            <Entry key={one.id} conversation={one} />
          ))}
        </ul>
        <p class="fine">Kept in this browser only.</p>
      </nav>
      <div class="scrim" onClick={() => (sidebarOpen.value = false)} />
    </>
  );
}

function Entry({ conversation }: { conversation: Conversation }) {
  const [sure, setSure] = useState(false);
  const isCurrent = conversation.id === currentId.value;
  const open = () => {
    openConversation(conversation.id);
    if (narrow.matches) sidebarOpen.value = false;
    focusComposer();
  };
  return (
    <li class={isCurrent ? "current" : ""}>
      <button class="title" aria-current={isCurrent ? "page" : undefined} disabled={isRunning.value} onClick={open}>
        {conversation.title || "Untitled"}
      </button>
      <button
        class={`quiet delete ${sure ? "sure" : ""}`}
        aria-label={sure ? `Really delete ${conversation.title}` : `Delete ${conversation.title}`}
        disabled={isRunning.value}
        onBlur={() => setSure(false)}
        onClick={() => (sure ? deleteConversation(conversation.id) : setSure(true))}
      >
        {sure ? "Delete?" : <CloseIcon />}
      </button>
    </li>
  );
}
