import { describe, expect, it } from "vitest";
import type { Answer } from "../src/conversation/document";
import {
  branch,
  emptyConversation,
  newAnswer,
  newestLeaf,
  newQuestion,
  settled,
  showing,
  siblings,
  withChanged,
  withTurn,
} from "../src/conversation/tree";

function talk() {
  const first = newQuestion(null, "one");
  const answer = { ...newAnswer(first.id, "m"), state: "done" as const, content: "uno" };
  const second = newQuestion(answer.id, "two");
  const conversation = [first, answer, second].reduce(withTurn, emptyConversation());
  return { conversation, first, answer, second };
}

describe("a conversation's tree", () => {
  it("shows one branch, from the first turn to the head", () => {
    const { conversation } = talk();
    expect(branch(conversation).map((turn) => turn.content)).toEqual(["one", "uno", "two"]);
  });

  it("keeps the other version when a question is edited, and shows the new one", () => {
    const { conversation, first } = talk();
    const edited = withTurn(conversation, newQuestion(null, "eins"));
    expect(branch(edited).map((turn) => turn.content)).toEqual(["eins"]);
    expect(siblings(edited, first).map((turn) => turn.content)).toEqual(["one", "eins"]);
    expect(branch(showing(edited, first.id)).map((turn) => turn.content)).toEqual(["one", "uno", "two"]);
  });

  it("goes to the newest end below a turn", () => {
    const { conversation, answer, second } = talk();
    const later = withTurn(conversation, newQuestion(answer.id, "zwei"));
    expect(newestLeaf(later, answer.id)).toBe(later.head);
    expect(newestLeaf(later, second.id)).toBe(second.id);
  });

  it("takes its title from the first question until a person names it", () => {
    const { conversation } = talk();
    expect(conversation.title).toBe("one");
    expect(withTurn(conversation, newQuestion(null, "x ".repeat(100))).title).toHaveLength(80);
    expect(withTurn({ ...conversation, named: true, title: "Mine" }, newQuestion(null, "x")).title).toBe("Mine");
  });

  it("changes copies only", () => {
    const { conversation, answer } = talk();
    const changed = withChanged(conversation, { ...answer, content: "changed" });
    expect(branch(conversation)[1]!.content).toBe("uno");
    expect(branch(changed)[1]!.content).toBe("changed");
    expect(branch(changed)[0]).toBe(branch(conversation)[0]);
  });

  it("says of an answer that was running when the page was left that it was interrupted", () => {
    const { conversation, second } = talk();
    const call = { id: "c", name: "n", arguments: "{}", state: "running" as const, result: null, seconds: null };
    const after = settled(withTurn(conversation, { ...newAnswer(second.id, "m"), calls: [call] }));
    const last = branch(after).at(-1) as Answer;
    expect([last.state, last.calls[0]!.state]).toEqual(["interrupted", "waiting"]);
  });
});
