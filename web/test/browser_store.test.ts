import { describe, expect, it } from "vitest";
import { BrowserStore } from "../src/conversation/browser_store";
import { emptyConversation, newQuestion, withTurn } from "../src/conversation/tree";

const said = (text: string, updated: number) => ({
  ...withTurn(emptyConversation(), newQuestion(null, text)),
  updated,
});

describe("the browser's store", () => {
  it("keeps, lists newest first, replaces and removes", async () => {
    const store = new BrowserStore("kept");
    const [first, second] = [said("first", 1), said("second", 2)];
    await store.save(first);
    await store.save(second);
    expect((await store.list()).map((one) => one.title)).toEqual(["second", "first"]);
    await store.save({ ...first, title: "renamed", updated: 3 });
    expect((await store.list())[0]).toEqual({ id: first.id, title: "renamed", updated: 3 });
    await store.remove(second.id);
    expect(await store.load(second.id)).toBeNull();
    expect((await store.load(first.id))!.turns).toEqual(first.turns);
  });

  it("finds every word, whatever its case, in titles and texts, and shows where", async () => {
    const store = new BrowserStore("found");
    await store.save(said("Why is Snow white? It is full of edges.", 1));
    await store.save(said("雪为什么是白色的？", 2));
    expect((await store.search("snow EDGES"))[0]!.excerpt).toContain("Snow white");
    expect((await store.search("白色")).map((one) => one.title)).toEqual(["雪为什么是白色的？"]);
    expect(await store.search("snow rain")).toEqual([]);
  });
});
