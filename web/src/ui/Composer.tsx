// Where the question is written: Enter sends, Shift+Enter breaks the line, and Enter that picks a word of an input method
// never sends.
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { ask, isRunning, stop } from "../session";
import { keepDraft, readDraft } from "../store";
import { SendIcon, StopIcon } from "./icons";

export function Composer() {
  const [text, setText] = useState(readDraft);
  const area = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    const box = area.current!;
    box.style.height = "auto";
    box.style.height = `${box.scrollHeight}px`;
  }, [text]);
  const change = (next: string) => {
    setText(next);
    keepDraft(next);
  };
  const send = () => {
    if (!text.trim() || isRunning.value) return;
    change("");
    void ask(text.trim());
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
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
          <textarea
            id="question"
            ref={area}
            rows={1}
            autofocus
            aria-label="Message"
            placeholder="Write a message"
            value={text}
            onInput={(event) => change(event.currentTarget.value)}
            onKeyDown={onKeyDown}
          />
          {isRunning.value ? (
            <button class="round" type="button" aria-label="Stop" title="Stop (Esc)" onClick={stop}>
              <StopIcon />
            </button>
          ) : (
            <button class="round" type="submit" aria-label="Send" title="Send (Enter)" disabled={!text.trim()}>
              <SendIcon />
            </button>
          )}
        </div>
        <p class="fine hint">
          {isRunning.value ? (
            <>
              <kbd>Esc</kbd> stops the answer
            </>
          ) : (
            <>
              <kbd>Enter</kbd> sends, <kbd>Shift</kbd> <kbd>Enter</kbd> breaks the line
            </>
          )}
        </p>
      </form>
    </div>
  );
}
