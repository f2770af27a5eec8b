// How much of the model's context the conversation takes, as a ring.
import { branch } from "../conversation/tree";
import { number, percent, t } from "../i18n/language";
import { current } from "../state/conversations";
import { model } from "../state/models";

const RADIUS = 7;
const LENGTH = 2 * Math.PI * RADIUS;

export function ContextRing({ coming }: { coming: number }) {
  const holds = model.value?.context_length;
  const usage = branch(current.value).findLast((turn) => turn.role === "assistant" && turn.usage !== null);
  const used = (usage?.role === "assistant" && usage.usage ? usage.usage.prompt + usage.usage.completion : 0) + coming;
  if (!holds || !used) return null;
  const share = Math.min(1, used / holds);
  const label = t("context", { used: number(used), holds: number(holds), share: percent(used / holds) });
  return (
    <span class={`ring ${share > 0.85 ? "full" : ""}`} role="img" aria-label={label} title={label}>
      <svg viewBox="0 0 20 20" aria-hidden="true">
        <circle cx="10" cy="10" r={RADIUS} />
        <circle class="used" cx="10" cy="10" r={RADIUS} stroke-dasharray={`${share * LENGTH} ${LENGTH}`} />
      </svg>
    </span>
  );
}
