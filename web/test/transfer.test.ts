import { describe, expect, it } from "vitest";
import { fromJson, toJson, toMarkdown } from "../src/conversation/transfer";
import { branch, emptyConversation, newAnswer, newQuestion, withTurn } from "../src/conversation/tree";

function talk() {
  const file = { name: "a.pdf", bytes: 3, pages: 1, tokens: 2, text: "abc" };
  const question = newQuestion(null, "Why?", [file]);
  const call = { id: "c1", name: "look", arguments: '{"a":1}', state: "done" as const, result: "```x```", seconds: 0.5 };
  const answer = { ...newAnswer(question.id, "k2"), state: "done" as const, content: "Because.", calls: [call] };
  return [question, answer].reduce(withTurn, emptyConversation());
}

describe("an exported conversation", () => {
  it("comes back as it was, under an id of its own", () => {
    const conversation = talk();
    const [back] = fromJson(toJson([conversation]));
    expect(back!.id).not.toBe(conversation.id);
    expect({ ...back, id: "" }).toEqual({ ...conversation, id: "" });
  });

  it("may be one of many", () => {
    expect(fromJson(toJson([talk(), talk()]))).toHaveLength(2);
  });

  it.each([
    ["{", /not JSON/],
    ["3", /the file is not an object/],
    ["{}", /format is missing; accepted: "openk2.conversation\/1"/],
    ['[{"format": "openk2.conversation/1"}]', /\[0\]\.turns is not a list/],
    ['{"format": "openk2.conversation/1", "turns": [{"id": "aaaaaaaa", "parent": "bbbbbbbb", "role": "user"}]}', /turns\[0\]\.parent/],
    ['{"format": "openk2.conversation/1", "turns": [{"id": "aaaaaaaa", "parent": null, "role": "x"}]}', /turns\[0\]\.role is "x"/],
  ])("that is wrong is refused with the place: %s", (text, message) => {
    expect(() => fromJson(text)).toThrow(message);
  });

  it("reads as Markdown", () => {
    const text = toMarkdown(talk(), "You", (model) => model);
    expect(text).toBe(
      '# Why?\n\n## You\n\n*a.pdf*\n\nWhy?\n\n## k2\n\nBecause.\n\n**`look`**\n\n```json\n{"a":1}\n```\n\n````\n```x```\n````\n',
    );
  });

  it("keeps running answers as interrupted ones", () => {
    const question = newQuestion(null, "Why?");
    const running = [question, newAnswer(question.id, "k2")].reduce(withTurn, emptyConversation());
    expect(branch(fromJson(toJson([running]))[0]!).at(-1)).toMatchObject({ state: "interrupted" });
  });
});
