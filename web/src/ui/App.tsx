// The page: conversations on the left, one conversation or the usage in the middle, an artifact on the right.
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { t } from "../i18n/language";
import { announcement, isAnswering, stop } from "../state/answering";
import { attach } from "../state/attachments";
import { session } from "../state/account";
import { current, currentId, startNew, storeProblem } from "../state/conversations";
import { connect, connectionProblem, model, models } from "../state/models";
import { changeSettings } from "../state/settings";
import { transferProblem } from "../state/transfers";
import {
  focusComposer,
  followAddress,
  narrow,
  openArtifact,
  reviewing,
  settingsOpen,
  sharing,
  showChat,
  sidebarOpen,
  signInOpen,
  somethingIsOpen,
  view,
} from "../state/view";
import { ArtifactPanel } from "./ArtifactPanel";
import { Composer } from "./Composer";
import { FileReview } from "./FileReview";
import { CloseIcon, MenuIcon, PlusIcon } from "./icons";
import { SettingsDialog } from "./SettingsDialog";
import { ShareDialog } from "./ShareDialog";
import { Sidebar } from "./Sidebar";
import { SignInDialog } from "./SignInDialog";
import { Thread } from "./Thread";
import { UsagePage } from "./UsagePage";

export function App() {
  const { title } = current.value;
  useEffect(() => {
    document.title = view.value === "usage" ? `${t("usage")} · openk2` : title ? `${title} · openk2` : "openk2";
  }, [title, view.value]);
  useEffect(() => {
    addEventListener("keydown", onKey);
    addEventListener("popstate", followAddress);
    return () => {
      removeEventListener("keydown", onKey);
      removeEventListener("popstate", followAddress);
    };
  }, []);
  const withArtifact = openArtifact.value !== null && view.value === "chat";
  return (
    <div class={`page ${sidebarOpen.value ? "with-sidebar" : ""} ${withArtifact ? "with-artifact" : ""}`}>
      <Sidebar />
      <div class="main" {...(view.value === "chat" && dropTarget)}>
        <Header />
        <Notices />
        {view.value === "usage" ? (
          <UsagePage />
        ) : (
          <>
            <Thread />
            <Composer />
          </>
        )}
        {dropping.value && (
          <div class="drop" aria-hidden="true">
            {t("files.drop")}
          </div>
        )}
      </div>
      {withArtifact && <ArtifactPanel />}
      {settingsOpen.value && <SettingsDialog />}
      {signInOpen.value && <SignInDialog />}
      {sharing.value && <ShareDialog key={sharing.value} id={sharing.value} />}
      {reviewing.value && <FileReview />}
      <div class="unseen" role="status">
        {announcement.value}
      </div>
    </div>
  );
}

function Header() {
  const begin = () => {
    startNew();
    showChat();
    focusComposer();
  };
  return (
    <header class="bar">
      <button
        class="quiet square"
        aria-label={t("conversations")}
        title={`${t("conversations")} (Ctrl B)`}
        aria-expanded={sidebarOpen.value}
        aria-controls="sidebar"
        onClick={() => (sidebarOpen.value = !sidebarOpen.value)}
      >
        <MenuIcon />
      </button>
      {view.value === "usage" ? <h1>{t("usage")}</h1> : <ModelPicker />}
      <span class="space" />
      <button class="quiet square" aria-label={t("newChat")} title={t("newChat")} onClick={begin}>
        <PlusIcon />
      </button>
    </header>
  );
}

function ModelPicker() {
  const name = model.value?.id ?? "openk2";
  if (models.value.length < 2) return <h1>{name}</h1>;
  return (
    <>
      <h1 class="unseen">{current.value.title || "openk2"}</h1>
      <select
        class="model-picker"
        aria-label={t("model")}
        value={name}
        onChange={(event) => changeSettings({ model: event.currentTarget.value })}
      >
        {models.value.map((one) => (
          <option key={one.id} value={one.id}>
            {one.id}
          </option>
        ))}
      </select>
    </>
  );
}

function Notices() {
  const { accounts, keys_required: needed, user } = session.value;
  return (
    <>
      {connectionProblem.value && (
        <Notice text={connectionProblem.value} action={t("tryAgain")} act={() => void connect()} />
      )}
      {accounts && needed && !user && (
        <Notice text={t("signIn.needed")} action={t("signIn")} act={() => (signInOpen.value = true)} />
      )}
      {storeProblem.value && (
        <Notice text={t("store.problem", { problem: storeProblem.value })} act={() => (storeProblem.value = null)} />
      )}
      {transferProblem.value && <Notice text={transferProblem.value} act={() => (transferProblem.value = null)} />}
    </>
  );
}

/** Without an action it can be closed. */
function Notice({ text, action, act }: { text: string; action?: string; act: () => void }) {
  return (
    <div class="notice" role="alert">
      <span>{text}</span>
      <button class="quiet" aria-label={action ? undefined : t("close")} onClick={act}>
        {action ?? <CloseIcon />}
      </button>
    </div>
  );
}

function onKey(event: KeyboardEvent) {
  if (event.isComposing) return;
  const control = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
  if (control && event.key.toLowerCase() === "k") {
    event.preventDefault();
    sidebarOpen.value = true;
    // The side bar can be focused once it is drawn as open.
    requestAnimationFrame(() => document.querySelector<HTMLInputElement>("#search")?.focus());
  } else if (control && event.key.toLowerCase() === "b") {
    event.preventDefault();
    sidebarOpen.value = !sidebarOpen.value;
  } else if (event.key === "Escape" && !somethingIsOpen()) {
    if (isAnswering.value) stop();
    else if (openArtifact.value !== null) openArtifact.value = null;
    else if (narrow.matches) sidebarOpen.value = false;
  }
}

const dropping = signal(false);
const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files");

const dropTarget = {
  onDragOver(event: DragEvent) {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    dropping.value = true;
  },
  onDragLeave(event: DragEvent) {
    const inside = event.relatedTarget instanceof Node && (event.currentTarget as Node).contains(event.relatedTarget);
    if (!inside) dropping.value = false;
  },
  onDrop(event: DragEvent) {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    dropping.value = false;
    void attach(currentId.value, event.dataTransfer!.files);
    focusComposer();
  },
};
