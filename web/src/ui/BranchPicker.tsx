// ‹ 2/3 ›: which of the turns beside each other is shown.
import type { Turn } from "../conversation/document";
import { t } from "../i18n/language";
import { isAnswering, step } from "../state/answering";
import { ChevronIcon, LeftIcon } from "./icons";

/** Where a turn stands among those that follow the same parent, from 0. */
export interface Branch {
  at: number;
  of: number;
}

export function BranchPicker({ turn, at, of }: Branch & { turn: Turn }) {
  if (of < 2) return null;
  return (
    <span class="branches" role="group" aria-label={t("branch.label")}>
      <button
        class="quiet"
        aria-label={t("branch.previous")}
        disabled={at === 0 || isAnswering.value}
        onClick={() => step(turn, -1)}
      >
        <LeftIcon />
      </button>
      <span>
        {at + 1}/{of}
      </span>
      <button
        class="quiet"
        aria-label={t("branch.next")}
        disabled={at === of - 1 || isAnswering.value}
        onClick={() => step(turn, 1)}
      >
        <ChevronIcon />
      </button>
    </span>
  );
}
