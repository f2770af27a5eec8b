// What a conversation is made of: kept in the browser in this form, sent to the server as OpenAI messages.

export interface Call {
  id: string;
  name: string;
  /** JSON text as the model wrote it; may be unfinished or wrong. */
  arguments: string;
}

export interface Usage {
  prompt: number;
  cached: number;
  completion: number;
}

/** Seconds since the question was sent. */
export interface Timing {
  first?: number;
  thought?: number;
  whole?: number;
}

/** running → done, stopped (by the person), failed (error), or interrupted (the page was left). */
export type AnswerState = "running" | "done" | "stopped" | "failed" | "interrupted";

export interface UserTurn {
  role: "user";
  content: string;
}

export interface AnswerTurn {
  role: "assistant";
  content: string;
  reasoning: string;
  calls: Call[];
  state: AnswerState;
  /** stop, length or tool_calls, once the answer is done. */
  finish?: string;
  error?: string;
  usage?: Usage;
  timing: Timing;
}

/** What a tool gave back for one call; in this page a person types it. */
export interface ResultTurn {
  role: "tool";
  callId: string;
  content: string;
}

export type Turn = UserTurn | AnswerTurn | ResultTurn;

export interface Conversation {
  id: string;
  title: string;
  turns: Turn[];
  /** Milliseconds since 1970. */
  updated: number;
}

export interface Settings {
  system: string;
  temperature: number;
  /** null: as many as the context holds. */
  maxTokens: number | null;
  /** null: a fresh draw each time. */
  seed: number | null;
  /** JSON text: a list of OpenAI tool declarations; empty: no tools. */
  tools: string;
}
