// Where the question is written: Enter sends, Shift+Enter breaks the line, and Enter that picks a word of an input method
// never sends. Files come by button, drop or paste.
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { branch } from "../conversation/tree";
import { bytes, counted, t } from "../i18n/language";
import { ask, isAnswering, stop } from "../state/answering";
import { attach, detach, draftsOf, setDrafts, type Draft } from "../state/attachments";
import { current, currentId, keepDraft, readDraft } from "../state/conversations";
import { reviewing } from "../state/view";
import { ContextRing } from "./ContextRing";
import { ClipIcon, CloseIcon, FileIcon, SendIcon, StopIcon } from "./icons";
import { editing } from "./Question";

export function Composer() {
  const id = currentId.value;
  const [text, setText] = useState(() => readDraft(id));
  const area = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  useEffect(() => setText(readDraft(id)), [id]);
  useLayoutEffect(() => {
    const box = area.current!;
    box.style.height = "auto";
    box.style.height = `${box.scrollHeight}px`;
  }, [text]);
  const drafts = draftsOf(id);
  const ready = drafts.every((draft) => draft.state === "ready") && (text.trim() !== "" || drafts.length > 0);
  const change = (next: string) => {
    setText(next);
    keepDraft(id, next);
  };
  const send = () => {
    if (!ready || isAnswering.value) return;
    change("");
    setDrafts(id, []);
    void ask(text.trim(), drafts.map((draft) => draft.attachment!));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      send();
    } else if (event.key === "ArrowUp" && !text && !isAnswering.value) {
      const last = branch(current.value).findLast((turn) => turn.role === "user");
      if (!last) return;
      event.preventDefault();
      editing.value = last.id;
    }
  };
  const onPaste = (event: ClipboardEvent) => {
    if (!event.clipboardData?.files.length) return;
    event.preventDefault();
    void attach(id, event.clipboardData.files);
  };
  const pick = (input: HTMLInputElement) => {
    void attach(id, [...(input.files ?? [])]);
    input.value = "";
  };
  return (
    <div class="composer">
      <form
        class="column"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <div class="field">
          {drafts.length > 0 && (
            <ul class="chips" aria-label={t("files")}>
              {drafts.map((draft) => (
                <Chip key={draft.key} draft={draft} conversationId={id} />
              ))}
            </ul>
          )}
          <textarea
            id="question"
            ref={area}
            rows={1}
            autofocus
            aria-label={t("composer.label")}
            placeholder={t("composer.placeholder")}
            value={text}
            onInput={(event) => change(event.currentTarget.value)}
            onKeyDown={onKeyDown}
            onPaste={onPaste}
          />
          <div class="row">
            <button
              class="quiet square"
              type="button"
              aria-label={t("files.add")}
              title={t("files.add")}
              onClick={() => picker.current!.click()}
            >
              <ClipIcon />
            </button>
            <input ref={picker} type="file" multiple hidden onChange={(event) => pick(event.currentTarget)} />
            <span class="space" />
            <ContextRing coming={drafts.reduce((sum, draft) => sum + (draft.attachment?.tokens ?? 0), 0)} />
            {isAnswering.value ? (
              <button class="round" type="button" aria-label={t("stop")} title={t("stop.title")} onClick={stop}>
                <StopIcon />
              </button>
            ) : (
              <button class="round" type="submit" aria-label={t("send")} title={t("send.title")} disabled={!ready}>
                <SendIcon />
              </button>
            )}
          </div>
        </div>
        <p class="fine hint">{isAnswering.value ? t("composer.hintStop") : t("composer.hint")}</p>
      </form>
    </div>
  );
}

function Chip({ draft, conversationId }: { draft: Draft; conversationId: string }) {
  const { name, state, error, attachment } = draft;
  const details =
    state === "reading"
      ? t("files.reading")
      : state === "failed"
        ? error
        : [
            attachment!.pages === null ? bytes(attachment!.bytes) : counted("pages", attachment!.pages),
            attachment!.tokens === null ? "" : counted("tokens", attachment!.tokens),
          ]
            .filter(Boolean)
            .join(" · ");
  return (
    <li class={`chip ${state}`} role={state === "failed" ? "alert" : undefined}>
      <FileIcon />
      <button
        type="button"
        class="name"
        disabled={state !== "ready"}
        title={t("files.review")}
        aria-label={t("files.reviewOne", { name })}
        onClick={() => (reviewing.value = { conversationId, draft })}
      >
        {name}
      </button>
      <span class="fine">{details}</span>
      <button type="button" class="quiet" aria-label={t("files.remove", { name })} onClick={() => detach(conversationId, draft.key)}>
        <CloseIcon />
      </button>
    </li>
  );
}
