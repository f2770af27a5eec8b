// The document of one conversation: the form in which it is kept in the browser, on the server, and in an exported file.
//
// A conversation is a tree. Each turn names the turn it follows; a question asked in another way, or an answer tried
// again, is a sibling. `head` is the last turn of the branch that is shown. Unknown fields are kept as they are.

export const FORMAT = "openk2.conversation/1";

export interface Conversation {
  format: typeof FORMAT;
  /** 8 to 64 of A-Z a-z 0-9 _ - */
  id: string;
  /** Empty until the first question. */
  title: string;
  /** The title was given by a person and no longer follows the first question. */
  named: boolean;
  /** Milliseconds since 1970. */
  created: number;
  /** Milliseconds since 1970. */
  updated: number;
  /** The id of the last turn of the branch that is shown; null in an empty conversation. */
  head: string | null;
  /** In the order in which they were made: a turn comes after its parent. */
  turns: Turn[];
}

export type Turn = Question | Answer;

interface Place {
  /** As the conversation's id. */
  id: string;
  /** The turn this one follows; null for a first one. */
  parent: string | null;
  /** Milliseconds since 1970. */
  created: number;
}

export interface Question extends Place {
  role: "user";
  content: string;
  /** Files whose text goes before the question, each as a system message. */
  files: Attachment[];
}

export interface Attachment {
  name: string;
  /** Size of the file as it was sent. */
  bytes: number;
  /** Null where the format has none. */
  pages: number | null;
  /** Of the text; null where the server does not count. */
  tokens: number | null;
  /** What the model reads. */
  text: string;
}

export interface Answer extends Place {
  role: "assistant";
  /** The name under which the model was asked. */
  model: string;
  content: string;
  reasoning: string;
  calls: Call[];
  state: AnswerState;
  /** stop, length or tool_calls; null while it is not over. */
  finish: string | null;
  /** A sentence for the reader where `state` is failed. */
  error: string | null;
  usage: Usage | null;
  timing: Timing;
}

/** running → done, stopped (by the person), failed (error) or interrupted (the page was left). */
export type AnswerState = "running" | "done" | "stopped" | "failed" | "interrupted";

export interface Call {
  id: string;
  name: string;
  /** JSON text as the model wrote it; may be unfinished or wrong. */
  arguments: string;
  state: CallState;
  /** What the model is told: the tool's result, its failure, or why the call was denied; null until then. */
  result: string | null;
  /** From permission to result; null until then. */
  seconds: number | null;
}

/** writing → waiting (for permission) → running → done or failed; denied instead of running. */
export type CallState = "writing" | "waiting" | "running" | "done" | "failed" | "denied";

/** Tokens of one answer; `cached` is part of `prompt`, `reasoning` of `completion`. */
export interface Usage {
  prompt: number;
  cached: number;
  completion: number;
  /** Null where the server does not tell. */
  reasoning: number | null;
  /** In the currency of the server's price list; null where nothing is priced. */
  cost: number | null;
}

/** Seconds since the question was sent; null until it came to that. */
export interface Timing {
  first: number | null;
  /** When the reasoning was over. */
  thought: number | null;
  whole: number | null;
}

/** One line of a list of conversations. */
export interface Summary {
  id: string;
  title: string;
  /** Milliseconds since 1970. */
  updated: number;
}
