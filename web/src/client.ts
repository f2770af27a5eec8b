// The server's API as this page uses it.
import { readEvents } from "./sse";
import type { AnswerTurn, Settings, Turn } from "./types";

export interface Model {
  id: string;
  context_length: number | null;
}

interface ApiErrorBody {
  error?: { message?: string };
}

interface Chunk extends ApiErrorBody {
  choices: {
    delta: {
      content?: string | null;
      reasoning_content?: string | null;
      tool_calls?: { index: number; id?: string; function?: { name?: string; arguments?: string } }[];
    };
    finish_reason: string | null;
  }[];
  usage?: {
    prompt_tokens: number;
    completion_tokens: number;
    prompt_tokens_details?: { cached_tokens?: number };
  } | null;
}

export async function fetchModel(): Promise<Model> {
  const response = await reach("v1/models");
  const list = (await response.json()) as { data: Model[] };
  if (!list.data[0]) throw new Error("The server offers no model.");
  return list.data[0];
}

/** Streams one answer; `update` is given the turn so far whenever it has grown. Throws with a sentence for people. */
export async function streamAnswer(
  model: string,
  turns: Turn[],
  settings: Settings,
  signal: AbortSignal,
  update: (turn: AnswerTurn) => void,
): Promise<AnswerTurn> {
  const started = performance.now();
  let turn = emptyAnswer();
  const body = JSON.stringify(requestBody(model, turns, settings));
  const response = await reach("v1/chat/completions", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
    signal,
  });
  if (!response.body) throw new Error("The server sent no answer.");
  for await (const data of readEvents(response.body)) {
    turn = grow(turn, data as Chunk, (performance.now() - started) / 1000);
    update(turn);
  }
  return { ...turn, state: "done" };
}

export function emptyAnswer(): AnswerTurn {
  return { role: "assistant", content: "", reasoning: "", calls: [], state: "running", timing: {} };
}

/** The answer with one more chunk of it. */
function grow(turn: AnswerTurn, chunk: Chunk, seconds: number): AnswerTurn {
  if (chunk.error) throw new Error(chunk.error.message ?? "The server reported an error.");
  const next: AnswerTurn = { ...turn, timing: { ...turn.timing, whole: seconds } };
  const choice = chunk.choices[0];
  if (choice) {
    const { content, reasoning_content: reasoning, tool_calls: pieces } = choice.delta;
    if (content || reasoning || pieces) next.timing.first ??= seconds;
    if (reasoning) next.reasoning += reasoning;
    if ((content || pieces) && next.reasoning) next.timing.thought ??= seconds;
    if (content) next.content += content;
    if (pieces) next.calls = pieces.reduce(addCallPiece, [...next.calls]);
    if (choice.finish_reason) next.finish = choice.finish_reason;
  }
  if (chunk.usage) {
    const { prompt_tokens: prompt, completion_tokens: completion, prompt_tokens_details: details } = chunk.usage;
    next.usage = { prompt, completion, cached: details?.cached_tokens ?? 0 };
  }
  return next;
}

type CallPiece = NonNullable<Chunk["choices"][0]["delta"]["tool_calls"]>[number];

function addCallPiece(calls: AnswerTurn["calls"], piece: CallPiece): AnswerTurn["calls"] {
  const before = calls[piece.index] ?? { id: "", name: "", arguments: "" };
  calls[piece.index] = {
    id: piece.id ?? before.id,
    name: piece.function?.name ?? before.name,
    arguments: before.arguments + (piece.function?.arguments ?? ""),
  };
  return calls;
}

function requestBody(model: string, turns: Turn[], settings: Settings): unknown {
  const tools = settings.tools.trim() ? JSON.parse(settings.tools) : undefined;
  return {
    model,
    messages: [...(settings.system.trim() ? [{ role: "system", content: settings.system }] : []), ...messages(turns)],
    ...(tools?.length && { tools }),
    temperature: settings.temperature,
    ...(settings.maxTokens !== null && { max_tokens: settings.maxTokens }),
    ...(settings.seed !== null && { seed: settings.seed }),
    stream: true,
    stream_options: { include_usage: true },
  };
}

/** Turns as OpenAI messages. An answer that ended early keeps its text; calls it did not finish are not sent. */
function messages(turns: Turn[]): unknown[] {
  return turns.flatMap<unknown>((turn) => {
    if (turn.role === "user") return [{ role: "user", content: turn.content }];
    if (turn.role === "tool") return [{ role: "tool", tool_call_id: turn.callId, content: turn.content }];
    const calls = turn.finish === "tool_calls" ? turn.calls : [];
    if (!turn.content && !calls.length) return [];
    return [
      {
        role: "assistant",
        content: turn.content || null,
        ...(turn.reasoning && { reasoning_content: turn.reasoning }),
        ...(calls.length && {
          tool_calls: calls.map(({ id, name, arguments: text }) => ({
            id,
            type: "function",
            function: { name, arguments: text },
          })),
        }),
      },
    ];
  });
}

async function reach(path: string, init?: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (init?.signal?.aborted) throw error;
    throw new Error("The server does not answer. Is openk2 still running?");
  }
  if (response.ok) return response;
  const body = (await response.json().catch(() => ({}))) as ApiErrorBody;
  throw new Error(body.error?.message ?? `The server answered with status ${response.status}.`);
}
