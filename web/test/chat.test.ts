import { describe, expect, it } from "vitest";
import { grow, messagesOf, requestBody, type Chunk } from "../src/api/chat";
import type { Answer } from "../src/conversation/document";
import { newAnswer, newQuestion } from "../src/conversation/tree";

const delta = (delta: Chunk["choices"][0]["delta"], finish: string | null = null): Chunk => ({
  choices: [{ delta, finish_reason: finish }],
});

const after = (...chunks: Chunk[]) =>
  chunks.reduce((answer, chunk, i) => grow(answer, chunk, i + 1), newAnswer(null, "k2"));

describe("an answer that grows", () => {
  it("gathers reasoning, text and the times of both", () => {
    const answer = after(delta({ reasoning_content: "hm" }), delta({ content: "a" }), delta({ content: "b" }, "stop"));
    expect(answer).toMatchObject({ reasoning: "hm", content: "ab", finish: "stop" });
    expect(answer.timing).toEqual({ first: 1, thought: 2, whole: 3 });
  });

  it("puts calls together from pieces; an earlier one is whole when a later one begins", () => {
    const piece = (index: number, text: string, name?: string) =>
      delta({ tool_calls: [{ index, ...(name && { id: `c${index}` }), function: { name, arguments: text } }] });
    const answer = after(piece(0, "", "look"), piece(0, '{"a":'), piece(0, "1}"), piece(1, "{}", "run"));
    expect(answer.calls.map((call) => [call.id, call.name, call.arguments, call.state])).toEqual([
      ["c0", "look", '{"a":1}', "waiting"],
      ["c1", "run", "{}", "writing"],
    ]);
  });

  it("reads the usage of OpenAI's and Moonshot's form, and the price", () => {
    const usage = { prompt_tokens: 9, completion_tokens: 3, openk2_cost: 0.25 };
    expect(after({ choices: [], usage: { ...usage, cached_tokens: 4 } }).usage).toEqual({
      prompt: 9,
      cached: 4,
      completion: 3,
      reasoning: null,
      cost: 0.25,
    });
    const details = { prompt_tokens_details: { cached_tokens: 8 }, completion_tokens_details: { reasoning_tokens: 2 } };
    expect(after({ choices: [], usage: { ...usage, ...details } }).usage).toMatchObject({ cached: 8, reasoning: 2 });
  });

  it("ends with the server's sentence when the stream carries an error", () => {
    expect(() => after({ error: { message: "too long" }, choices: [] })).toThrow("too long");
  });
});

describe("the messages of a branch", () => {
  const call = { id: "c", name: "look", arguments: "{}", state: "done" as const, result: "42", seconds: 1 };
  const answer = (fields: Partial<Answer>): Answer => ({ ...newAnswer("q", "k2"), state: "done", ...fields });

  it("puts files before their question, and results after their calls", () => {
    const file = { name: "a.txt", bytes: 1, pages: null, tokens: 1, text: "abc" };
    expect(messagesOf(newQuestion(null, "hi", [file]))).toEqual([
      { role: "system", content: "File a.txt:\n\nabc" },
      { role: "user", content: "hi" },
    ]);
    expect(messagesOf(answer({ content: "I look", calls: [call] })).map((one) => one.role)).toEqual(["assistant", "tool"]);
  });

  it("leaves out calls nobody answered, and answers that said nothing", () => {
    expect(messagesOf(answer({ calls: [{ ...call, result: null }] }))).toEqual([]);
    expect(messagesOf(answer({ state: "stopped", content: "half" }))).toEqual([{ role: "assistant", content: "half" }]);
  });

  it("asks to go on with a partial answer", () => {
    const asked = { model: "k2", turns: [], system: "", tools: [], options: { temperature: 0.6 } };
    const { messages } = requestBody({ ...asked, partial: answer({ content: "half", reasoning: "hm" }) });
    expect(messages).toEqual([{ role: "assistant", content: "half", reasoning_content: "hm", partial: true }]);
    expect(requestBody(asked)).not.toHaveProperty("tools");
  });
});
