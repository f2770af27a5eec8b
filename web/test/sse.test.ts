import { describe, expect, it } from "vitest";
import { ConnectionLost, readEvents } from "../src/api/sse";

function stream(pieces: Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      pieces.forEach((piece) => controller.enqueue(piece));
      controller.close();
    },
  });
}

async function all(pieces: Uint8Array[]): Promise<unknown[]> {
  const events: unknown[] = [];
  for await (const event of readEvents(stream(pieces))) events.push(event);
  return events;
}

const encode = (text: string) => new TextEncoder().encode(text);

describe("the reader of server-sent events", () => {
  const text = 'data: {"a": "雪"}\n\n: still here\ndata:{"b": 2}\r\n\r\nevent: x\ndata: {"c": 3}\n\ndata: [DONE]\n\ndata: {"d": 4}\n';

  it("gives each record once, skips comments and other fields, and ends at [DONE]", async () => {
    expect(await all([encode(text)])).toEqual([{ a: "雪" }, { b: 2 }, { c: 3 }]);
  });

  it("does not depend on where the bytes are cut, not even inside a letter", async () => {
    const bytes = encode(text);
    for (let size = 1; size < 12; size += 1) {
      const pieces = [];
      for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.slice(at, at + size));
      expect(await all(pieces)).toEqual([{ a: "雪" }, { b: 2 }, { c: 3 }]);
    }
  });

  it("says that the connection was lost when [DONE] never came", async () => {
    await expect(all([encode('data: {"a": 1}\n\n')])).rejects.toBeInstanceOf(ConnectionLost);
  });
});
