// What a person does in a conversation: ask, stop, try again, edit, go on, and decide about the tools the model calls.
import { computed, signal } from "@preact/signals";
import { streamAnswer } from "../api/chat";
import type { Model } from "../api/models";
import { Refusal, Unreachable } from "../api/reach";
import { ConnectionLost } from "../api/sse";
import type { Answer, Attachment, Call, Turn } from "../conversation/document";
import { branch, newAnswer, newQuestion, siblings, showing, turnOf, withChanged, withTurn } from "../conversation/tree";
import { t } from "../i18n/language";
import { offeredTools, WEB_SEARCH } from "../tools/declared";
import { JAVASCRIPT, runJavascript } from "../tools/javascript";
import { change, currentId, documentOf } from "./conversations";
import { model, connect, connectionProblem } from "./models";
import { requestOptions, settings } from "./settings";

interface Running {
  answerId: string;
  abort: AbortController;
}

/** By conversation: several may be answered at the same time. */
export const running = signal<ReadonlyMap<string, Running>>(new Map());
export const isAnswering = computed(() => running.value.has(currentId.value));
/** Told to screen readers: that an answer began, and the whole of it once it is there. */
export const announcement = signal("");
/** Tools that may run without being asked about, by conversation; until the page is left. */
const allowed = new Map<string, Set<string>>();
const permitted = new Map<string, number>();

export async function ask(text: string, files: Attachment[] = []): Promise<void> {
  const id = currentId.value;
  denyOpenCalls(id);
  const question = newQuestion(documentOf(id).peek().head, text, files);
  change(id, (before) => withTurn(before, question));
  await answer(id, question.id);
}

/** Asks in other words: a question beside the one that stood there. */
export async function askInstead(turn: Turn, text: string, files: Attachment[]): Promise<void> {
  const id = currentId.value;
  const question = newQuestion(turn.parent, text, files);
  change(id, (before) => withTurn(before, question));
  await answer(id, question.id);
}

/** Answers again: an answer beside the one that stands there. */
export async function tryAgain(turn: Answer): Promise<void> {
  await answer(currentId.value, turn.parent);
}

/** Goes on where the answer was cut off. */
export async function goOn(turn: Answer): Promise<void> {
  await answer(currentId.value, turn.parent, turn);
}

export function stop(): void {
  running.value.get(currentId.value)?.abort.abort();
}

/** Shows the next or the previous of the turns that follow the same parent. */
export function step(turn: Turn, by: 1 | -1): void {
  change(currentId.value, (before) => {
    const beside = siblings(before, turn);
    const next = beside[beside.findIndex((one) => one.id === turn.id) + by];
    return next ? showing(before, next.id) : before;
  });
}

/** Lets a call run; `always`: and every later call of this tool in this conversation. */
export function allow(turn: Answer, call: Call, always: boolean): void {
  const id = currentId.value;
  if (always) allowed.set(id, new Set([...(allowed.get(id) ?? []), call.name]));
  run(id, turn.id, call);
}

export function deny(turn: Answer, call: Call, note: string): void {
  const result = note.trim() ? `The user denied this call: ${note.trim()}` : "The user denied this call.";
  finishCall(currentId.value, turn.id, call.id, { state: "denied", result, seconds: null });
}

/** The result of a call that a person carried out. */
export function giveResult(turn: Answer, call: Call, result: string): void {
  finishCall(currentId.value, turn.id, call.id, { state: "done", result, seconds: secondsSince(turn.id + call.id) });
}

export function isAutomatic(call: Call): boolean {
  return call.name === JAVASCRIPT.function.name || isSearch(call);
}

/** Whoever switched the search on has allowed it. */
export function isSearch(call: Call): boolean {
  return call.name === WEB_SEARCH.function.name;
}

async function answer(id: string, parent: string | null, continued?: Answer): Promise<void> {
  if (running.value.has(id)) return;
  const abort = new AbortController();
  const before = documentOf(id).peek();
  const asked = branch(before, parent);
  let turn: Answer = continued
    ? { ...continued, state: "running", finish: null, error: null }
    : newAnswer(parent, model.value?.id ?? "");
  const begun = turn;
  running.value = new Map(running.value).set(id, { answerId: turn.id, abort });
  announcement.value = t("announce.answering");
  change(id, (one) => (continued ? withChanged(one, turn) : withTurn(one, turn)));
  let frame = 0;
  // The page is drawn once per frame, however many pieces arrive in it.
  const update = (next: Answer) => {
    turn = next;
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      change(id, (one) => withChanged(one, turn), true);
    });
  };
  try {
    const served = await servedModel();
    turn = await streamAnswer(
      {
        model: served.id,
        turns: asked,
        partial: continued,
        system: settings.value.system,
        tools: offeredTools(),
        options: requestOptions(served),
      },
      { ...begun, model: served.id },
      abort.signal,
      update,
    );
    turn = continued ? added(turn, continued) : turn;
  } catch (error) {
    if (abort.signal.aborted) turn = { ...turn, state: "stopped" };
    else turn = { ...turn, state: "failed", error: sentence(error) };
  }
  cancelAnimationFrame(frame);
  turn = { ...turn, calls: turn.calls.map((call) => ({ ...call, state: "waiting" })) };
  running.value = new Map([...running.value].filter(([one]) => one !== id));
  change(id, (one) => withChanged(one, turn));
  if (id === currentId.value) announcement.value = spoken(turn);
  if (turn.finish === "tool_calls" && turn.state === "done") {
    for (const call of turn.calls) if (isSearch(call) || allowed.get(id)?.has(call.name)) run(id, turn.id, call);
  }
}

async function servedModel(): Promise<Model> {
  if (!model.value) await connect();
  if (!model.value) throw new Error(connectionProblem.value ?? t("error.noModel"));
  return model.value;
}

/** The usage of both requests: the answer's tokens add up, its prompt is the last one's. */
function added(turn: Answer, before: Answer): Answer {
  if (!turn.usage || !before.usage) return turn;
  const { usage } = turn;
  return {
    ...turn,
    usage: {
      ...usage,
      completion: usage.completion + before.usage.completion,
      reasoning: usage.reasoning === null ? before.usage.reasoning : usage.reasoning + (before.usage.reasoning ?? 0),
      cost: usage.cost === null ? before.usage.cost : usage.cost + (before.usage.cost ?? 0),
    },
  };
}

function run(id: string, turnId: string, call: Call): void {
  permitted.set(turnId + call.id, performance.now());
  if (isSearch(call)) {
    finishCall(id, turnId, call.id, { state: "done", result: call.arguments, seconds: null });
    return;
  }
  changeCall(id, turnId, call.id, { state: "running" });
  if (!isAutomatic(call)) return;
  void runJavascript(call.arguments).then(({ ok, text }) =>
    finishCall(id, turnId, call.id, {
      state: ok ? "done" : "failed",
      result: text,
      seconds: secondsSince(turnId + call.id),
    }),
  );
}

/** Notes what became of a call; once all calls of an answer have a result the model goes on. */
function finishCall(id: string, turnId: string, callId: string, outcome: Partial<Call>): void {
  changeCall(id, turnId, callId, outcome);
  const conversation = documentOf(id).peek();
  const turn = turnOf(conversation, turnId);
  if (turn?.role !== "assistant" || conversation.head !== turnId) return;
  if (turn.calls.every((call) => call.result !== null)) void answer(id, turnId);
}

function changeCall(id: string, turnId: string, callId: string, changes: Partial<Call>): void {
  change(id, (before) => {
    const turn = turnOf(before, turnId);
    if (turn?.role !== "assistant") return before;
    const calls = turn.calls.map((call) => (call.id === callId ? { ...call, ...changes } : call));
    return withChanged(before, { ...turn, calls });
  });
}

/** Who asks something else instead of giving results has not let the calls run. */
function denyOpenCalls(id: string): void {
  const conversation = documentOf(id).peek();
  const last = turnOf(conversation, conversation.head);
  if (last?.role !== "assistant" || last.finish !== "tool_calls") return;
  for (const call of last.calls) {
    if (call.result !== null) continue;
    changeCall(id, last.id, call.id, { state: "denied", result: "error: no result was given", seconds: null });
  }
}

function secondsSince(key: string): number | null {
  const start = permitted.get(key);
  return start === undefined ? null : (performance.now() - start) / 1000;
}

function sentence(error: unknown): string {
  if (error instanceof Unreachable) return t("error.unreachable");
  if (error instanceof ConnectionLost) return t("error.lost");
  if (error instanceof Refusal && error.status === 401) return t("error.signIn");
  return (error as Error).message;
}

function spoken(turn: Answer): string {
  // The error itself is an alert.
  if (turn.state === "failed") return "";
  if (turn.state === "stopped") return t("state.stopped");
  const calls = turn.calls.map((call) => t("tool.label", { name: call.name }));
  return [turn.content, ...calls].filter(Boolean).join(". ");
}
