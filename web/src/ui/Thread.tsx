// The turns of a conversation; follows the newest line only while the reader is there.
import { Component, type ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { ask, isRunning, model } from "../session";
import { current } from "../store";
import type { AnswerTurn, ResultTurn, Turn } from "../types";
import { Answer } from "./Answer";
import { Mark } from "./icons";

const NEAR_PX = 80;

const SUGGESTIONS = [
  "Write a few lines about a mountain in winter",
  "Explain what a prime number is, with an example",
  "What is 17 times 23?",
  "用中文介绍一下你自己",
];

export function Thread() {
  const box = useRef<HTMLElement>(null);
  const following = useRef(true);
  const { id, turns } = current.value;
  useEffect(() => {
    following.current = true;
  }, [id, turns.length]);
  useLayoutEffect(() => {
    if (following.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  });
  const onScroll = () => {
    const { scrollTop, scrollHeight, clientHeight } = box.current!;
    following.current = scrollHeight - scrollTop - clientHeight < NEAR_PX;
  };
  return (
    <main class="thread" ref={box} onScroll={onScroll} aria-busy={isRunning.value}>
      {turns.length ? <div class="column">{turns.map((turn, i) => view(turn, i, turns))}</div> : <Welcome />}
    </main>
  );
}

function view(turn: Turn, index: number, turns: Turn[]): ComponentChildren {
  if (turn.role === "user") return <Still key={index} turn={turn} render={() => <Question text={turn.content} />} />;
  // Results are shown in the card of the call they answer.
  if (turn.role === "tool") return null;
  const results = resultsAfter(index, turns);
  const isLast = index + results.length === turns.length - 1;
  return <Still key={index} turn={turn} also={isLast} render={() => <Answer turn={turn} results={results} isLast={isLast} />} />;
}

function resultsAfter(index: number, turns: Turn[]): ResultTurn[] {
  const end = turns.findIndex((turn, i) => i > index && turn.role !== "tool");
  return turns.slice(index + 1, end < 0 ? turns.length : end).filter((turn) => turn.role === "tool");
}

interface StillProps {
  turn: Turn | AnswerTurn;
  also?: boolean;
  render: () => ComponentChildren;
}

/** Draws again only when its turn has changed: while one answer grows, the others stay. */
class Still extends Component<StillProps> {
  override shouldComponentUpdate(next: StillProps) {
    return next.turn !== this.props.turn || next.also !== this.props.also;
  }

  override render() {
    return this.props.render();
  }
}

function Question({ text }: { text: string }) {
  return (
    <article class="question" aria-label="You">
      {text}
    </article>
  );
}

function Welcome() {
  return (
    <div class="welcome">
      <Mark />
      <h2>Ask {model.value?.id ?? "openk2"}</h2>
      <ul>
        {SUGGESTIONS.map((text) => (
          <li key={text}>
            <button onClick={() => void ask(text)}>{text}</button>
          </li>
        ))}
      </ul>
    </div>
  );
}
