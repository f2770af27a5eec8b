// Conversations as files: JSON that can be read back, and Markdown for people.
import { FORMAT, type Answer, type Attachment, type Call, type Conversation, type Question, type Turn } from "./document";
import { branch, newId, settled } from "./tree";

/** One conversation, or several in a list. */
export function toJson(conversations: Conversation[]): string {
  return `${JSON.stringify(conversations.length === 1 ? conversations[0] : conversations, null, 2)}\n`;
}

/** The conversations of a file. Throws an error with a sentence that says what is wrong and where. */
export function fromJson(text: string): Conversation[] {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new Error(`not JSON: ${(error as Error).message}`);
  }
  const list = Array.isArray(data) ? data : [data];
  return list.map((one, i) => readConversation(one, Array.isArray(data) ? `[${i}]` : ""));
}

/** The shown branch as Markdown; `you` and `says` are the headings of questions and answers. */
export function toMarkdown(conversation: Conversation, you: string, says: (model: string) => string): string {
  const parts = [`# ${conversation.title || conversation.id}`];
  let answering = false;
  for (const turn of branch(conversation)) {
    if (turn.role === "user") {
      parts.push(`## ${you}`, ...turn.files.map((file) => `*${file.name}*`), turn.content);
    } else {
      if (!answering) parts.push(`## ${says(turn.model)}`);
      parts.push(turn.content, ...turn.calls.map(callMarkdown));
    }
    answering = turn.role === "assistant";
  }
  return `${parts.filter((part) => part.trim()).join("\n\n")}\n`;
}

function callMarkdown(call: Call): string {
  const result = call.result === null ? "" : `\n\n${fenced(call.result)}`;
  return `**\`${call.name}\`**\n\n${fenced(call.arguments, "json")}${result}`;
}

/** In a fence longer than any inside. */
function fenced(text: string, language = ""): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map((match) => match[0].length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}

type Fields = Record<string, unknown>;

function readConversation(data: unknown, at: string): Conversation {
  const fields = object(data, at);
  if (fields.format !== FORMAT) {
    throw new Error(`${path(at, "format")} is ${JSON.stringify(fields.format) ?? "missing"}; accepted: "${FORMAT}"`);
  }
  if (!Array.isArray(fields.turns)) throw new Error(`${path(at, "turns")} is not a list`);
  const seen = new Set<string>();
  const turns = fields.turns.map((one: unknown, i: number) => {
    const turn = readTurn(one, path(at, `turns[${i}]`));
    if (turn.parent !== null && !seen.has(turn.parent)) {
      throw new Error(`${path(at, `turns[${i}].parent`)} is "${turn.parent}", which is no turn before it`);
    }
    if (seen.has(turn.id)) throw new Error(`${path(at, `turns[${i}].id`)} is "${turn.id}" a second time`);
    seen.add(turn.id);
    return turn;
  });
  const head = typeof fields.head === "string" && seen.has(fields.head) ? fields.head : (turns.at(-1)?.id ?? null);
  const now = Date.now();
  // An imported conversation stands beside what is there already, never in its place.
  return settled({
    ...fields,
    format: FORMAT,
    id: newId(),
    title: text(fields.title),
    named: fields.named === true,
    created: number(fields.created) ?? now,
    updated: number(fields.updated) ?? now,
    head,
    turns,
  });
}

function readTurn(data: unknown, at: string): Turn {
  const fields = object(data, at);
  const place = {
    ...fields,
    id: required(fields.id, path(at, "id")),
    parent: fields.parent === null ? null : required(fields.parent, path(at, "parent")),
    created: number(fields.created) ?? 0,
    content: text(fields.content),
  };
  if (fields.role === "user") return { ...place, role: "user", files: list(fields.files).map(readFile) } satisfies Question;
  if (fields.role !== "assistant") {
    throw new Error(`${path(at, "role")} is ${JSON.stringify(fields.role) ?? "missing"}; accepted: "user", "assistant"`);
  }
  const timing = (fields.timing ?? {}) as Fields;
  const usage = fields.usage as Fields | null | undefined;
  return {
    ...place,
    role: "assistant",
    model: text(fields.model),
    reasoning: text(fields.reasoning),
    calls: list(fields.calls).map(readCall),
    state: oneOf(fields.state, ["running", "done", "stopped", "failed", "interrupted"], "done"),
    finish: typeof fields.finish === "string" ? fields.finish : null,
    error: typeof fields.error === "string" ? fields.error : null,
    usage: usage
      ? {
          prompt: number(usage.prompt) ?? 0,
          cached: number(usage.cached) ?? 0,
          completion: number(usage.completion) ?? 0,
          reasoning: number(usage.reasoning),
          cost: number(usage.cost),
        }
      : null,
    timing: { first: number(timing.first), thought: number(timing.thought), whole: number(timing.whole) },
  } satisfies Answer;
}

function readFile(data: Fields): Attachment {
  return {
    name: text(data.name),
    bytes: number(data.bytes) ?? 0,
    pages: number(data.pages),
    tokens: number(data.tokens),
    text: text(data.text),
  };
}

function readCall(data: Fields): Call {
  return {
    id: text(data.id),
    name: text(data.name),
    arguments: text(data.arguments),
    state: oneOf(data.state, ["writing", "waiting", "running", "done", "failed", "denied"], "done"),
    result: typeof data.result === "string" ? data.result : null,
    seconds: number(data.seconds),
  };
}

const path = (at: string, name: string) => (at ? `${at}.${name}` : name);
const text = (value: unknown) => (typeof value === "string" ? value : "");
const number = (value: unknown) => (typeof value === "number" && Number.isFinite(value) ? value : null);
const list = (value: unknown) => (Array.isArray(value) ? value.filter((one): one is Fields => isObject(one)) : []);

function isObject(value: unknown): value is Fields {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function object(value: unknown, at: string): Fields {
  if (!isObject(value)) throw new Error(`${at || "the file"} is not an object`);
  return value;
}

function required(value: unknown, at: string): string {
  if (typeof value !== "string" || !/^[A-Za-z0-9_-]{8,64}$/.test(value)) {
    throw new Error(`${at} is ${JSON.stringify(value) ?? "missing"}; accepted: 8 to 64 letters, digits, _ or -`);
  }
  return value;
}

function oneOf<T extends string>(value: unknown, accepted: readonly T[], otherwise: T): T {
  return accepted.includes(value as T) ? (value as T) : otherwise;
}
