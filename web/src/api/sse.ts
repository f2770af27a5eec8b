// Server-sent events as the chat API sends them: `data: JSON` records, comments in between, `[DONE]` at the end.

export class ConnectionLost extends Error {}

/** The data of each event, in order; ends at `[DONE]`. Throws ConnectionLost when the stream ends before it. */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<unknown> {
  let rest = "";
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch(() => {
        throw new ConnectionLost();
      });
      if (done) throw new ConnectionLost();
      const lines = (rest + value).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const match = /^data: ?(.*?)\r?$/.exec(line);
        if (!match) continue;
        if (match[1] === "[DONE]") return;
        yield JSON.parse(match[1]!);
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
