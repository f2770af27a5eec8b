// What a person does with a conversation: ask, stop, try again, give a tool's result.
import { computed, signal } from "@preact/signals";
import { emptyAnswer, fetchModel, streamAnswer, type Model } from "./client";
import { current, setTurns, settings } from "./store";
import type { AnswerTurn, Turn } from "./types";

const SAVE_EVERY_MS = 1000;

export const model = signal<Model | null>(null);
export const connectionProblem = signal<string | null>(null);
/** Told to screen readers: that an answer began, and the whole of it once it is there. */
export const announcement = signal("");

const running = signal<{ id: string; abort: AbortController } | null>(null);

export const isRunning = computed(() => running.value !== null);

export async function connect(): Promise<void> {
  try {
    model.value = await fetchModel();
    connectionProblem.value = null;
  } catch (error) {
    connectionProblem.value = (error as Error).message;
  }
}

export async function ask(text: string): Promise<void> {
  const { id, turns } = current.value;
  const unanswered = openCalls(turns).map((callId): Turn => ({ role: "tool", callId, content: "error: no result was given" }));
  await answer(id, [...turns, ...unanswered, { role: "user", content: text }]);
}

export async function giveResults(results: Map<string, string>): Promise<void> {
  const { id, turns } = current.value;
  const given = openCalls(turns).map((callId): Turn => ({ role: "tool", callId, content: results.get(callId) ?? "" }));
  await answer(id, [...turns, ...given]);
}

/** Answers again what the last answer answered. */
export async function tryAgain(): Promise<void> {
  const { id, turns } = current.value;
  const last = turns.findLastIndex((turn) => turn.role === "assistant");
  await answer(id, turns.slice(0, last));
}

export function stop(): void {
  running.value?.abort.abort();
}

/** The ids of the last answer's calls, while nobody has given their results. */
export function openCalls(turns: Turn[]): string[] {
  const last = turns.at(-1);
  return last?.role === "assistant" && last.finish === "tool_calls" ? last.calls.map((call) => call.id) : [];
}

async function answer(id: string, asked: Turn[]): Promise<void> {
  if (running.value) return;
  const abort = new AbortController();
  running.value = { id, abort };
  announcement.value = "Answering";
  let turn = emptyAnswer();
  let saved = performance.now();
  let frame = 0;
  const show = (keep: boolean) => setTurns(id, [...asked, turn], keep);
  // The page is drawn once per frame, however many pieces arrive in it.
  const update = (next: AnswerTurn) => {
    turn = next;
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      const keep = performance.now() - saved > SAVE_EVERY_MS;
      if (keep) saved = performance.now();
      show(keep);
    });
  };
  show(true);
  const leave = () => {
    turn = { ...turn, state: "interrupted" };
    show(true);
  };
  addEventListener("pagehide", leave);
  try {
    if (!model.value) await connect();
    if (!model.value) throw new Error(connectionProblem.value ?? "The server offers no model.");
    turn = await streamAnswer(model.value.id, asked, settings.value, abort.signal, update);
  } catch (error) {
    if (abort.signal.aborted) turn = { ...turn, state: "stopped" };
    else if (turn.state === "running") turn = { ...turn, state: "failed", error: (error as Error).message };
  } finally {
    cancelAnimationFrame(frame);
    removeEventListener("pagehide", leave);
    running.value = null;
    show(true);
    announcement.value = spoken(turn);
  }
}

function spoken(turn: AnswerTurn): string {
  // The error itself is an alert.
  if (turn.state === "failed") return "";
  if (turn.state === "stopped") return "Stopped";
  return [turn.content, ...turn.calls.map((call) => `Tool call ${call.name}`)].filter(Boolean).join(". ");
}
