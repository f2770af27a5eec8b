// The chat API as this page uses it: a branch of a conversation out, one answer in pieces back.
import type { Answer, Call, Turn } from "../conversation/document";
import { reach, Refusal } from "./reach";
import { readEvents } from "./sse";

interface Usage {
  prompt_tokens: number;
  completion_tokens: number;
  cached_tokens?: number;
  prompt_tokens_details?: { cached_tokens?: number } | null;
  completion_tokens_details?: { reasoning_tokens?: number } | null;
  openk2_cost?: number | null;
}

export interface Chunk {
  error?: { message?: string };
  choices: {
    delta: {
      content?: string | null;
      reasoning_content?: string | null;
      tool_calls?: { index: number; id?: string; function?: { name?: string; arguments?: string } }[];
    };
    finish_reason: string | null;
  }[];
  usage?: Usage | null;
}

export interface Asked {
  model: string;
  /** The branch that is to be answered; its last turn is a question, or an answer whose calls have results. */
  turns: Turn[];
  /** The answer to go on with, instead of beginning a new one. */
  partial?: Answer;
  system: string;
  /** OpenAI tool declarations. */
  tools: unknown[];
  /** Further fields of the request: sampling, thinking. */
  options: Record<string, unknown>;
}

/** Streams one answer; `update` is given the answer so far whenever it has grown. */
export async function streamAnswer(
  asked: Asked,
  begun: Answer,
  signal: AbortSignal,
  update: (answer: Answer) => void,
): Promise<Answer> {
  const started = performance.now();
  const response = await reach("v1/chat/completions", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(requestBody(asked)),
    signal,
  });
  let answer = begun;
  for await (const data of readEvents(response.body!)) {
    answer = grow(answer, data as Chunk, (performance.now() - started) / 1000);
    update(answer);
  }
  return { ...answer, state: "done" };
}

/** The answer with one more chunk of it, `seconds` after the question. */
export function grow(answer: Answer, chunk: Chunk, seconds: number): Answer {
  if (chunk.error) throw new Refusal(200, chunk.error.message ?? "error");
  const next: Answer = { ...answer, timing: { ...answer.timing, whole: seconds } };
  const choice = chunk.choices[0];
  if (choice) {
    const { content, reasoning_content: reasoning, tool_calls: pieces } = choice.delta;
    if (content || reasoning || pieces) next.timing.first ??= seconds;
    if (reasoning) next.reasoning += reasoning;
    if ((content || pieces) && next.reasoning) next.timing.thought ??= seconds;
    if (content) next.content += content;
    if (pieces) next.calls = pieces.reduce(addPiece, next.calls);
    if (choice.finish_reason) next.finish = choice.finish_reason;
  }
  if (chunk.usage) next.usage = readUsage(chunk.usage);
  return next;
}

function readUsage(usage: Usage): NonNullable<Answer["usage"]> {
  return {
    prompt: usage.prompt_tokens,
    cached: usage.prompt_tokens_details?.cached_tokens ?? usage.cached_tokens ?? 0,
    completion: usage.completion_tokens,
    reasoning: usage.completion_tokens_details?.reasoning_tokens ?? null,
    cost: usage.openk2_cost ?? null,
  };
}

type Piece = NonNullable<Chunk["choices"][0]["delta"]["tool_calls"]>[number];

function addPiece(calls: Call[], piece: Piece): Call[] {
  const before = calls[piece.index];
  const next: Call = {
    id: piece.id ?? before?.id ?? "",
    name: piece.function?.name ?? before?.name ?? "",
    arguments: (before?.arguments ?? "") + (piece.function?.arguments ?? ""),
    state: "writing",
    result: null,
    seconds: null,
  };
  // An earlier call is whole once a later one begins.
  const earlier = calls.map((call, i): Call => (i < piece.index ? { ...call, state: "waiting" } : call));
  return [...earlier.slice(0, piece.index), next, ...earlier.slice(piece.index + 1)];
}

export function requestBody({ model, turns, partial, system, tools, options }: Asked): Record<string, unknown> {
  return {
    model,
    messages: [
      ...(system.trim() ? [{ role: "system", content: system }] : []),
      ...turns.flatMap(messagesOf),
      ...(partial ? [{ ...spoken(partial), partial: true }] : []),
    ],
    ...(tools.length && { tools }),
    ...options,
    stream: true,
    stream_options: { include_usage: true },
  };
}

/** A turn as OpenAI messages. An answer that ended early keeps its text; calls without a result are not sent. */
export function messagesOf(turn: Turn): Record<string, unknown>[] {
  if (turn.role === "user") {
    const files = turn.files.map((file) => ({ role: "system", content: `File ${file.name}:\n\n${file.text}` }));
    return [...files, { role: "user", content: turn.content }];
  }
  const calls = turn.calls.filter((call) => call.result !== null);
  if (!turn.content && !calls.length) return [];
  return [
    {
      ...spoken(turn),
      ...(calls.length && {
        tool_calls: calls.map(({ id, name, arguments: text }) => ({
          id,
          type: "function",
          function: { name, arguments: text },
        })),
      }),
    },
    ...calls.map(({ id, result }) => ({ role: "tool", tool_call_id: id, content: result })),
  ];
}

function spoken(answer: Answer): Record<string, unknown> {
  return {
    role: "assistant",
    content: answer.content || null,
    ...(answer.reasoning && { reasoning_content: answer.reasoning }),
  };
}
