// The turns of the shown branch; follows the newest line only while the reader is there.
import { signal } from "@preact/signals";
import { Component, type ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Answer as AnswerTurn, Turn } from "../conversation/document";
import { branch } from "../conversation/tree";
import { language, t, type Key } from "../i18n/language";
import { ask, isAnswering } from "../state/answering";
import { current, currentId, loaded } from "../state/conversations";
import { model } from "../state/models";
import { Answer } from "./Answer";
import type { Branch } from "./BranchPicker";
import { DownIcon, Mark } from "./icons";
import { Question } from "./Question";

const NEAR_PX = 80;
const SUGGESTIONS: Key[] = ["suggestion.1", "suggestion.2", "suggestion.3", "suggestion.4"];

const away = signal(false);

export function Thread() {
  const box = useRef<HTMLElement>(null);
  const following = useRef(true);
  const turns = branch(current.value);
  const branchOf = places(current.value.turns);
  useEffect(() => {
    following.current = true;
    away.value = false;
  }, [currentId.value, turns.length]);
  useLayoutEffect(() => {
    if (following.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  });
  const onScroll = () => {
    const { scrollTop, scrollHeight, clientHeight } = box.current!;
    following.current = scrollHeight - scrollTop - clientHeight < NEAR_PX;
    away.value = !following.current;
  };
  const toEnd = () => box.current!.scrollTo({ top: box.current!.scrollHeight, behavior: "smooth" });
  return (
    <>
      <main class="thread" ref={box} onScroll={onScroll} aria-busy={isAnswering.value}>
        {turns.length > 0 ? (
          <div class="column">{turns.map((turn, i) => view(turn, i, turns, branchOf(turn)))}</div>
        ) : (
          loaded.value && <Welcome />
        )}
      </main>
      {away.value && (
        <button class="to-end" aria-label={t("toEnd")} title={t("toEnd")} onClick={toEnd}>
          <DownIcon />
        </button>
      )}
    </>
  );
}

function places(turns: Turn[]): (turn: Turn) => Branch {
  const beside = new Map<string | null, string[]>();
  for (const { id, parent } of turns) beside.set(parent, [...(beside.get(parent) ?? []), id]);
  return ({ id, parent }) => ({ at: beside.get(parent)!.indexOf(id), of: beside.get(parent)!.length });
}

function view(turn: Turn, index: number, turns: Turn[], place: Branch): ComponentChildren {
  if (turn.role === "user") return <Still key={turn.id} turn={turn} group={[]} isLast={false} {...place} />;
  const isLast = index === turns.length - 1;
  const followed = turns[index + 1]?.role === "assistant";
  return <Still key={turn.id} turn={turn} group={followed ? [] : groupUpTo(turns, index)} isLast={isLast} {...place} />;
}

/** The answers since the last question, up to the one at `index`. */
function groupUpTo(turns: Turn[], index: number): AnswerTurn[] {
  const start = turns.findLastIndex((turn, i) => i < index && turn.role === "user");
  return turns.slice(start + 1, index + 1) as AnswerTurn[];
}

interface StillProps extends Branch {
  turn: Turn;
  group: AnswerTurn[];
  isLast: boolean;
}

/** Draws again only when its turn has changed: while one answer grows, the others stay. */
class Still extends Component<StillProps> {
  override shouldComponentUpdate({ turn, group, isLast, at, of }: StillProps) {
    const before = this.props;
    const moved = at !== before.at || of !== before.of;
    return turn !== before.turn || isLast !== before.isLast || group.length !== before.group.length || moved;
  }

  override render() {
    const { turn, group, isLast, at, of } = this.props;
    if (turn.role === "user") return <Question turn={turn} at={at} of={of} />;
    return <Answer turn={turn} group={group} isLast={isLast} at={at} of={of} />;
  }
}

function Welcome() {
  return (
    <div class="welcome">
      <Mark />
      <h2>{t("welcome", { model: model.value?.id ?? "openk2" })}</h2>
      <ul key={language.value}>
        {SUGGESTIONS.map((key) => (
          <li key={key}>
            <button onClick={() => void ask(t(key))}>{t(key)}</button>
          </li>
        ))}
      </ul>
    </div>
  );
}
