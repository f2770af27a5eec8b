// What a person asked, with its files; asking in other words makes a branch beside it.
import { signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import type { Attachment, Question as Turn } from "../conversation/document";
import { counted, t } from "../i18n/language";
import { askInstead, isAnswering } from "../state/answering";
import { focusComposer } from "../state/view";
import { BranchPicker, type Branch } from "./BranchPicker";
import { copy } from "./copy";
import { CheckIcon, CopyIcon, FileIcon, PencilIcon } from "./icons";

/** The id of the question that is being rewritten. */
export const editing = signal<string | null>(null);

export function Question({ turn, at, of }: Branch & { turn: Turn }) {
  if (editing.value === turn.id) return <Editor turn={turn} />;
  return (
    <article class="question" aria-label={t("you")}>
      {turn.files.length > 0 && (
        <ul class="chips">
          {turn.files.map((file) => (
            <li key={file.name}>
              <FileDetails file={file} />
            </li>
          ))}
        </ul>
      )}
      {turn.content && <div class="said">{turn.content}</div>}
      <footer>
        <BranchPicker turn={turn} at={at} of={of} />
        <button
          class="quiet"
          aria-label={t("copy")}
          title={t("copy")}
          onClick={(event) => void copy(turn.content, event.currentTarget)}
        >
          <CopyIcon />
          <CheckIcon />
        </button>
        <button
          class="quiet"
          aria-label={t("edit")}
          title={t("edit")}
          disabled={isAnswering.value}
          onClick={() => (editing.value = turn.id)}
        >
          <PencilIcon />
        </button>
      </footer>
    </article>
  );
}

function FileDetails({ file }: { file: Attachment }) {
  return (
    <details class="file">
      <summary class="chip">
        <FileIcon />
        <span class="name">{file.name}</span>
        {file.tokens !== null && <span class="fine">{counted("tokens", file.tokens)}</span>}
      </summary>
      <pre tabindex={0}>{file.text}</pre>
    </details>
  );
}

function Editor({ turn }: { turn: Turn }) {
  const [text, setText] = useState(turn.content);
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    const box = area.current!;
    box.focus();
    box.setSelectionRange(box.value.length, box.value.length);
  }, []);
  const leave = () => {
    editing.value = null;
    focusComposer();
  };
  const send = () => {
    if (!text.trim() || isAnswering.value) return;
    leave();
    void askInstead(turn, text.trim(), turn.files);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      leave();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      send();
    }
  };
  return (
    <article class="question editing" aria-label={t("you")}>
      <textarea
        ref={area}
        rows={Math.min(12, text.split("\n").length + 1)}
        aria-label={t("edit.label")}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <div class="row">
        <span class="fine">{t("edit.hint")}</span>
        <button class="quiet" onClick={leave}>
          {t("cancel")}
        </button>
        <button class="primary" disabled={!text.trim()} onClick={send}>
          {t("send")}
        </button>
      </div>
    </article>
  );
}
