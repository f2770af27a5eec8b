// What an answer took: a short line, and all of it on demand.
import type { Answer } from "../conversation/document";
import { counted, money, number, percent, seconds, t } from "../i18n/language";
import { session } from "../state/account";

const LEAST_SPEAKING_SECONDS = 0.05;

/** `turns`: the answers between two questions, with the tools' results between them. */
export function Meter({ turns }: { turns: Answer[] }) {
  const last = turns.at(-1)!;
  const { usage, timing } = last;
  if (!usage) return null;
  const completion = sum(turns, (turn) => turn.usage?.completion);
  const reasoning = turns.some((turn) => turn.usage?.reasoning) ? sum(turns, (turn) => turn.usage?.reasoning) : null;
  // A model without a price costs nothing, which is not worth saying.
  const cost = sum(turns, (turn) => turn.usage?.cost);
  const speed = tokensPerSecond(last);
  const rows: [string, string][] = [
    [t("meter.prompt"), counted("tokens", usage.prompt)],
    [t("meter.cached"), usage.prompt ? percent(usage.cached / usage.prompt) : "–"],
    [t("meter.output"), counted("tokens", completion)],
    ...(reasoning !== null ? [[t("meter.reasoning"), counted("tokens", reasoning)] as [string, string]] : []),
    ...(timing.first !== null ? [[t("meter.first"), seconds(timing.first)] as [string, string]] : []),
    ...(timing.whole !== null ? [[t("meter.whole"), seconds(timing.whole)] as [string, string]] : []),
    ...(speed !== null ? [[t("meter.speed"), t("unit.perSecond", { value: speed })] as [string, string]] : []),
    ...(cost > 0 ? [[t("meter.cost"), money(cost, session.value.currency)] as [string, string]] : []),
    [t("meter.model"), last.model],
  ];
  return (
    <details class="meter" onFocusOut={closeBehind} onKeyDown={closeOnEscape}>
      <summary>
        {counted("tokens", completion)}
        {speed !== null && ` · ${t("unit.perSecond", { value: speed })}`}
        {usage.cached > 0 && <span class="wide"> · {t("meter.cachedShort", { share: percent(usage.cached / usage.prompt) })}</span>}
        {cost > 0 && ` · ${money(cost, session.value.currency)}`}
      </summary>
      <dl>
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function closeBehind(event: FocusEvent) {
  const details = event.currentTarget as HTMLDetailsElement;
  if (!details.contains(event.relatedTarget as Element | null)) details.open = false;
}

function closeOnEscape(event: KeyboardEvent) {
  const details = event.currentTarget as HTMLDetailsElement;
  if (event.key !== "Escape" || !details.open) return;
  event.stopPropagation();
  details.open = false;
}

/** Tokens after the first, over the time they took. */
function tokensPerSecond({ usage, timing }: Answer): string | null {
  const speaking = (timing.whole ?? 0) - (timing.first ?? 0);
  if (!usage || usage.completion < 2 || speaking < LEAST_SPEAKING_SECONDS) return null;
  const speed = (usage.completion - 1) / speaking;
  return number(speed, { maximumFractionDigits: speed < 10 ? 1 : 0 });
}

function sum(turns: Answer[], value: (turn: Answer) => number | null | undefined): number {
  return turns.reduce((total, turn) => total + (value(turn) ?? 0), 0);
}
