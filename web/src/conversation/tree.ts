// A conversation as a tree: the branch that is shown, what lies beside a turn, and changed copies. Nothing is changed in
// place, so that what did not change is not drawn again.
import { FORMAT, type Answer, type Conversation, type Question, type Turn } from "./document";

const TITLE_CHARACTERS = 80;

export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function emptyConversation(id: string = newId()): Conversation {
  const now = Date.now();
  return { format: FORMAT, id, title: "", named: false, created: now, updated: now, head: null, turns: [] };
}

export function turnOf(conversation: Conversation, id: string | null): Turn | undefined {
  return conversation.turns.find((turn) => turn.id === id);
}

/** The turns from the first to `last` (the shown branch's end), in order. */
export function branch(conversation: Conversation, last: string | null = conversation.head): Turn[] {
  const byId = new Map(conversation.turns.map((turn) => [turn.id, turn]));
  const turns: Turn[] = [];
  for (let turn = byId.get(last ?? ""); turn; turn = byId.get(turn.parent ?? "")) {
    turns.push(turn);
    if (turns.length > conversation.turns.length) break;
  }
  return turns.reverse();
}

/** The turn and those that follow the same parent, oldest first. */
export function siblings(conversation: Conversation, turn: Turn): Turn[] {
  return conversation.turns.filter((one) => one.parent === turn.parent);
}

/** The end of the branch through `id` that was last added to. */
export function newestLeaf(conversation: Conversation, id: string): string {
  // A turn comes after its parent, so one pass finds everything below.
  const below = new Set([id]);
  let leaf = id;
  for (const turn of conversation.turns) {
    if (turn.parent === null || !below.has(turn.parent)) continue;
    below.add(turn.id);
    leaf = turn.id;
  }
  return leaf;
}

/** With the turn at the end of the shown branch. */
export function withTurn(conversation: Conversation, turn: Turn): Conversation {
  const next = { ...conversation, turns: [...conversation.turns, turn], head: turn.id };
  return next.named ? next : { ...next, title: titleOf(next) };
}

export function withChanged(conversation: Conversation, turn: Turn): Conversation {
  return { ...conversation, turns: conversation.turns.map((one) => (one.id === turn.id ? turn : one)) };
}

export function showing(conversation: Conversation, id: string): Conversation {
  return { ...conversation, head: newestLeaf(conversation, id) };
}

/** An answer that was running when its page was left is not running any more, nor are its tools. */
export function settled(conversation: Conversation): Conversation {
  return { ...conversation, turns: conversation.turns.map((turn) => (isUnsettled(turn) ? settledAnswer(turn) : turn)) };
}

function isUnsettled(turn: Turn): turn is Answer {
  return turn.role === "assistant" && (turn.state === "running" || turn.calls.some((call) => call.state === "running"));
}

function settledAnswer(answer: Answer): Answer {
  return {
    ...answer,
    state: answer.state === "running" ? "interrupted" : answer.state,
    calls: answer.calls.map((call) => (call.state === "running" ? { ...call, state: "waiting" } : call)),
  };
}

export function newQuestion(parent: string | null, content: string, files: Question["files"] = []): Question {
  return { id: newId(), parent, created: Date.now(), role: "user", content, files };
}

export function newAnswer(parent: string | null, model: string): Answer {
  return {
    id: newId(),
    parent,
    created: Date.now(),
    role: "assistant",
    model,
    content: "",
    reasoning: "",
    calls: [],
    state: "running",
    finish: null,
    error: null,
    usage: null,
    timing: { first: null, thought: null, whole: null },
  };
}

function titleOf(conversation: Conversation): string {
  const first = branch(conversation).find((turn): turn is Question => turn.role === "user");
  if (!first) return "";
  const text = first.content.trim() || (first.files[0]?.name ?? "");
  const line = text.replace(/\s+/g, " ");
  return line.length > TITLE_CHARACTERS ? `${line.slice(0, TITLE_CHARACTERS - 1).trimEnd()}…` : line;
}
