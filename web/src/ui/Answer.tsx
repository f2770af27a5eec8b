// One answer: what was thought (folded), what was said, the calls made, what it took.
import { useEffect, useMemo, useState } from "preact/hooks";
import { renderBlock, splitBlocks } from "../markdown";
import { isRunning, tryAgain } from "../session";
import type { AnswerTurn, ResultTurn } from "../types";
import { ChevronIcon } from "./icons";
import { ToolCalls } from "./ToolCalls";

interface Props {
  turn: AnswerTurn;
  results: ResultTurn[];
  isLast: boolean;
}

export function Answer({ turn, results, isLast }: Props) {
  const waiting = turn.state === "running" && !turn.content && !turn.reasoning && !turn.calls.length;
  return (
    <article class="answer" aria-label="Answer">
      {turn.reasoning && <Reasoning turn={turn} />}
      {waiting && (
        <p class="waiting" aria-label="Waiting for the model">
          <i />
          <i />
          <i />
        </p>
      )}
      <Prose text={turn.content} growing={turn.state === "running"} />
      {turn.calls.length > 0 && <ToolCalls turn={turn} results={results} isLast={isLast} />}
      {turn.error && (
        <p class="failure" role="alert">
          {turn.error}
        </p>
      )}
      {turn.state !== "running" && <Footer turn={turn} isLast={isLast} />}
    </article>
  );
}

function Reasoning({ turn }: { turn: AnswerTurn }) {
  const thinking = turn.state === "running" && turn.timing.thought === undefined;
  const [open, setOpen] = useState(thinking);
  useEffect(() => setOpen(thinking), [thinking]);
  const seconds = turn.timing.thought ?? turn.timing.whole;
  return (
    <details
      class={`reasoning ${thinking ? "thinking" : ""}`}
      open={open}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>
        <ChevronIcon />
        {thinking ? "Thinking" : seconds && seconds >= 0.1 ? `Thought for ${inSeconds(seconds)}` : "Thought"}
      </summary>
      <div class="reasoning-text">{turn.reasoning.trim()}</div>
    </details>
  );
}

/** Markdown, drawn block by block: only the last block is drawn again while the text grows. */
function Prose({ text, growing }: { text: string; growing: boolean }) {
  const blocks = useMemo(() => splitBlocks(text), [text]);
  return (
    <div class={`prose ${growing ? "growing" : ""}`} onClick={copyCode}>
      {blocks.map((source, i) => (
        <Block key={i} source={source} growing={growing && i === blocks.length - 1} />
      ))}
    </div>
  );
}

function Block({ source, growing }: { source: string; growing: boolean }) {
  const html = useMemo(() => ({ __html: renderBlock(source, growing) }), [source, growing]);
  return <div class="block" dangerouslySetInnerHTML={html} />;
}

function copyCode(event: MouseEvent) {
  const button = (event.target as Element).closest(".copy-code");
  if (button) void copy(button.closest(".code")?.querySelector("code")?.textContent ?? "", button);
}

async function copy(text: string, button: Element) {
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Not allowed";
  }
  setTimeout(() => (button.textContent = label), 1500);
}

function Footer({ turn, isLast }: { turn: AnswerTurn; isLast: boolean }) {
  return (
    <footer>
      {turn.content && (
        <button class="quiet" onClick={(event) => void copy(turn.content, event.currentTarget)}>
          Copy
        </button>
      )}
      {isLast && (
        <button class="quiet" disabled={isRunning.value} onClick={() => void tryAgain()}>
          Try again
        </button>
      )}
      <span class="meter">{meter(turn).join(" · ")}</span>
    </footer>
  );
}

function meter({ state, finish, usage, timing }: AnswerTurn): string[] {
  const parts: string[] = [];
  if (state === "stopped") parts.push("stopped");
  if (state === "interrupted") parts.push("interrupted");
  if (finish === "length") parts.push("cut off at the token limit");
  if (usage) {
    parts.push(`${usage.completion} tokens`);
    const speaking = (timing.whole ?? 0) - (timing.first ?? 0);
    if (usage.completion > 1 && speaking > 0.05) parts.push(`${Math.round((usage.completion - 1) / speaking)} a second`);
    if (timing.first !== undefined) parts.push(`first after ${inSeconds(timing.first)}`);
    if (usage.cached && usage.prompt) parts.push(`${Math.round((100 * usage.cached) / usage.prompt)} % of the prompt cached`);
  }
  return parts;
}

function inSeconds(seconds: number): string {
  return seconds < 10 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds)} s`;
}
