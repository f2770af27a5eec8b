// The calls of one answer as cards. The page runs nothing: a person types what each tool gave back.
import { useState } from "preact/hooks";
import { giveResults, isRunning } from "../session";
import type { AnswerTurn, Call, ResultTurn } from "../types";
import { ToolIcon } from "./icons";

interface Props {
  turn: AnswerTurn;
  results: ResultTurn[];
  isLast: boolean;
}

export function ToolCalls({ turn, results, isLast }: Props) {
  const [typed, setTyped] = useState(new Map<string, string>());
  const asking = isLast && turn.finish === "tool_calls" && results.length === 0;
  const submit = (event: Event) => {
    event.preventDefault();
    if (asking && !isRunning.value) void giveResults(typed);
  };
  return (
    <form class="calls" onSubmit={submit}>
      {turn.calls.map((call, i) => (
        <Card
          key={i}
          call={call}
          writing={turn.state === "running" && i === turn.calls.length - 1}
          result={results.find((one) => one.callId === call.id)?.content}
          onType={asking ? (text) => setTyped(new Map(typed).set(call.id, text)) : undefined}
        />
      ))}
      {asking && (
        <button class="primary" type="submit" disabled={isRunning.value}>
          {turn.calls.length > 1 ? "Send results" : "Send result"}
        </button>
      )}
    </form>
  );
}

interface CardProps {
  call: Call;
  writing: boolean;
  result: string | undefined;
  onType: ((text: string) => void) | undefined;
}

function Card({ call, writing, result, onType }: CardProps) {
  const state = writing ? "writing" : result !== undefined ? "answered" : onType ? "waiting" : "not run";
  return (
    <section class="call" aria-label={`Tool call ${call.name}`}>
      <header>
        <ToolIcon />
        <code>{call.name}</code>
        <span class={`state ${state.replace(" ", "-")}`}>{state}</span>
      </header>
      <Arguments text={call.arguments} />
      {onType && (
        <label class="result">
          <span>What {call.name} gave back</span>
          <textarea rows={2} onInput={(event) => onType(event.currentTarget.value)} />
        </label>
      )}
      {result !== undefined && (
        <details class="result" open={result.length < 400}>
          <summary>Result</summary>
          <pre>{result || "(empty)"}</pre>
        </details>
      )}
    </section>
  );
}

/** Arguments as a table when they are a JSON object, else as they are. */
function Arguments({ text }: { text: string }) {
  const values = objectOf(text);
  if (!values) return <pre class="raw">{text}</pre>;
  return (
    <dl>
      {Object.entries(values).map(([name, value]) => (
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
