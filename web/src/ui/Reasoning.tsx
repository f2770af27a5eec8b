// What the model thought: open while it thinks, then folded to one line.
import { useEffect, useState } from "preact/hooks";
import type { Answer } from "../conversation/document";
import { counted, seconds, t } from "../i18n/language";
import { ChevronIcon } from "./icons";

const LEAST_SECONDS = 0.1;

export function Reasoning({ turn }: { turn: Answer }) {
  const thinking = turn.state === "running" && turn.timing.thought === null;
  const [open, setOpen] = useState(thinking);
  useEffect(() => setOpen(thinking), [thinking]);
  return (
    <details
      class={`reasoning ${thinking ? "thinking" : ""}`}
      open={open}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>
        <ChevronIcon />
        {thinking ? t("reasoning.now") : summary(turn)}
      </summary>
      <div class="reasoning-text">{turn.reasoning.trim()}</div>
    </details>
  );
}

function summary({ timing, usage }: Answer): string {
  const time = timing.thought ?? timing.whole ?? 0;
  const took = time >= LEAST_SECONDS ? t("reasoning.took", { time: seconds(time) }) : t("reasoning.done");
  return usage?.reasoning ? `${took} · ${counted("tokens", usage.reasoning)}` : took;
}
