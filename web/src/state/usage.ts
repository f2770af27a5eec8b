// What was used: from the server's ledger where there are accounts, else from the answers kept in this browser.
import { signal } from "@preact/signals";
import { fetchUsage, type UsageReport, type UsageRow } from "../api/account";
import { session } from "./account";
import { store } from "./conversations";

export interface Period {
  /** Days, as 2026-11-29. */
  from: string;
  to: string;
}

export type By = "model" | "key";

const DAY_MS = 86_400_000;

export const period = signal<Period>(lastDays(30));
export const everybody = signal(false);
/** Null while it is read. */
export const report = signal<UsageReport | null>(null);
export const usageProblem = signal<string | null>(null);

export function lastDays(count: number): Period {
  const now = Date.now();
  return { from: isoDay(now - (count - 1) * DAY_MS), to: isoDay(now) };
}

export function isoDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

export function daysOf({ from, to }: Period): string[] {
  const days: string[] = [];
  for (let time = Date.parse(from); time <= Date.parse(to) && days.length < 1000; time += DAY_MS) days.push(isoDay(time));
  return days;
}

export async function readUsage(): Promise<void> {
  const { from, to } = period.value;
  report.value = null;
  try {
    report.value = hasLedger() ? await fetchUsage(from, to, everybody.value) : await usageHere(period.value);
    usageProblem.value = null;
  } catch (error) {
    usageProblem.value = (error as Error).message;
  }
}

export function hasLedger(): boolean {
  return session.value.accounts && session.value.user !== null;
}

/** The sums of the answers in this browser's conversations. */
async function usageHere({ from, to }: Period): Promise<UsageReport> {
  const rows = new Map<string, UsageRow>();
  for (const { id } of await store.value.list()) {
    const conversation = await store.value.load(id);
    for (const turn of conversation?.turns ?? []) {
      if (turn.role !== "assistant" || !turn.usage) continue;
      const day = isoDay(turn.created);
      if (day < from || day > to) continue;
      const key = `${day} ${turn.model}`;
      const row = rows.get(key) ?? emptyRow(day, turn.model);
      rows.set(key, {
        ...row,
        requests: row.requests + 1,
        prompt_tokens: row.prompt_tokens + turn.usage.prompt,
        cached_tokens: row.cached_tokens + turn.usage.cached,
        reasoning_tokens: row.reasoning_tokens + (turn.usage.reasoning ?? 0),
        completion_tokens: row.completion_tokens + turn.usage.completion,
        cost: row.cost + (turn.usage.cost ?? 0),
      });
    }
  }
  return { currency: session.value.currency, rows: [...rows.values()], budgets: [] };
}

function emptyRow(day: string, model: string): UsageRow {
  const none = { requests: 0, prompt_tokens: 0, cached_tokens: 0, reasoning_tokens: 0, completion_tokens: 0, cost: 0 };
  return { day, model, key_id: "", key_name: null, ...none };
}
