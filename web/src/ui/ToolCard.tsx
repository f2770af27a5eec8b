// One tool call as a card: what is to run, with which arguments, whether it may, and what came of it.
import { useState } from "preact/hooks";
import type { Answer, Call } from "../conversation/document";
import { seconds, t, type Key } from "../i18n/language";
import { allow, deny, giveResult, isAutomatic, isSearch } from "../state/answering";
import { ToolIcon } from "./icons";

const SHOWN_AT_ONCE = 400;

interface Props {
  turn: Answer;
  call: Call;
  /** The call can still be decided about. */
  open: boolean;
}

export function ToolCard({ turn, call, open }: Props) {
  const state = !open && call.result === null && call.state !== "writing" ? "skipped" : call.state;
  return (
    <section class={`call ${state}`} aria-label={t("tool.label", { name: call.name })}>
      <header>
        <ToolIcon />
        <code>{call.name}</code>
        <span class="state">
          {t(`tool.${state}` as Key)}
          {call.seconds !== null && ` · ${seconds(call.seconds)}`}
        </span>
      </header>
      <Arguments text={call.arguments} />
      {open && call.state === "waiting" && <Permission turn={turn} call={call} />}
      {open && call.state === "running" && !isAutomatic(call) && <ByHand turn={turn} call={call} />}
      {call.result !== null && !isSearch(call) && (
        <details class="result" open={call.result.length < SHOWN_AT_ONCE}>
          <summary>{t(call.state === "denied" ? "tool.told" : "tool.result")}</summary>
          <pre tabindex={0}>{call.result || t("tool.empty")}</pre>
        </details>
      )}
    </section>
  );
}

/** Nothing here takes the focus by itself: Enter must not allow what nobody read. */
function Permission({ turn, call }: { turn: Answer; call: Call }) {
  const [denying, setDenying] = useState(false);
  const [note, setNote] = useState("");
  if (denying) {
    return (
      <form
        class="permission"
        onSubmit={(event) => {
          event.preventDefault();
          deny(turn, call, note);
        }}
      >
        <input
          autofocus
          aria-label={t("tool.note")}
          placeholder={t("tool.note")}
          value={note}
          onInput={(event) => setNote(event.currentTarget.value)}
        />
        <button class="quiet" type="button" onClick={() => setDenying(false)}>
          {t("cancel")}
        </button>
        <button class="primary" type="submit">
          {t("tool.deny")}
        </button>
      </form>
    );
  }
  return (
    <div class="permission" role="group" aria-label={t("tool.permission", { name: call.name })}>
      <button class="secondary" onClick={() => allow(turn, call, false)}>
        {t("tool.allowOnce")}
      </button>
      <button class="secondary" onClick={() => allow(turn, call, true)}>
        {t("tool.allowAlways")}
      </button>
      <button class="quiet" onClick={() => setDenying(true)}>
        {t("tool.denyMore")}
      </button>
    </div>
  );
}

function ByHand({ turn, call }: { turn: Answer; call: Call }) {
  const [text, setText] = useState("");
  return (
    <form
      class="by-hand"
      onSubmit={(event) => {
        event.preventDefault();
        giveResult(turn, call, text);
      }}
    >
      <label>
        <span>{t("tool.byHand", { name: call.name })}</span>
        <textarea autofocus rows={2} value={text} onInput={(event) => setText(event.currentTarget.value)} />
      </label>
      <button class="primary" type="submit">
        {t("tool.give")}
      </button>
    </form>
  );
}

/** Arguments as a table when they are a JSON object, else as they are. */
function Arguments({ text }: { text: string }) {
  const values = objectOf(text);
  if (!values) return text ? <pre class="raw">{text}</pre> : null;
  const entries = Object.entries(values);
  if (!entries.length) return null;
  return (
    <dl>
      {entries.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{typeof value === "string" ? value : JSON.stringify(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

function objectOf(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
