// One answer: what was thought (folded), what was said, the calls made, what it took.
import type { Answer as Turn } from "../conversation/document";
import { t } from "../i18n/language";
import { goOn, isAnswering, tryAgain } from "../state/answering";
import { BranchPicker, type Branch } from "./BranchPicker";
import { copy } from "./copy";
import { AgainIcon, CheckIcon, CopyIcon, ForwardIcon } from "./icons";
import { Meter } from "./Meter";
import { Prose } from "./Prose";
import { Reasoning } from "./Reasoning";
import { ToolCard } from "./ToolCard";

interface Props extends Branch {
  turn: Turn;
  /** The answers since the question, this one last; empty where a further answer follows. */
  group: Turn[];
  /** Nothing follows. */
  isLast: boolean;
}

export function Answer(props: Props) {
  const { turn, group, isLast, of } = props;
  const running = turn.state === "running";
  const waiting = running && !turn.content && !turn.reasoning && !turn.calls.length;
  const open = isLast && !running && turn.finish === "tool_calls";
  return (
    <article class="answer" aria-label={t("answer")}>
      {turn.reasoning && <Reasoning turn={turn} />}
      {waiting && (
        <p class="dots" role="img" aria-label={t("waiting")}>
          <i />
          <i />
          <i />
        </p>
      )}
      <Prose text={turn.content} growing={running} />
      {turn.calls.map((call) => (
        <ToolCard key={call.id} turn={turn} call={call} open={open} />
      ))}
      {turn.error && (
        <p class="failure" role="alert">
          {turn.error}
        </p>
      )}
      {!running && !open && (group.length > 0 || of > 1) && <Footer {...props} />}
    </article>
  );
}

function Footer({ turn, group, isLast, at, of }: Props) {
  const whole = group.map((one) => one.content).filter(Boolean).join("\n\n");
  // What failed is tried again by itself; otherwise the answer begins anew after the question.
  const again = turn.state === "done" ? (group[0] ?? turn) : turn;
  const ended = endedEarly(turn);
  return (
    <footer>
      <BranchPicker turn={turn} at={at} of={of} />
      {whole && (
        <button class="quiet" aria-label={t("copy")} title={t("copy")} onClick={(event) => void copy(whole, event.currentTarget)}>
          <CopyIcon />
          <CheckIcon />
        </button>
      )}
      {group.length > 0 && (
        <button
          class="quiet"
          aria-label={t("tryAgain")}
          title={t("tryAgain")}
          disabled={isAnswering.value}
          onClick={() => void tryAgain(again)}
        >
          <AgainIcon />
        </button>
      )}
      {isLast && ended && turn.content && !turn.calls.length && (
        <button class="quiet" disabled={isAnswering.value} onClick={() => void goOn(turn)}>
          <ForwardIcon />
          {t("goOn")}
        </button>
      )}
      {ended && <span class="ended">{ended}</span>}
      {group.length > 0 && <Meter turns={group} />}
    </footer>
  );
}

function endedEarly({ state, finish }: Turn): string | null {
  if (state === "stopped") return t("state.stopped");
  if (state === "interrupted") return t("state.interrupted");
  return finish === "length" ? t("state.length") : null;
}
