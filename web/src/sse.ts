// Server-sent events as the chat API sends them: `data: JSON` records, comments in between, `[DONE]` at the end.

const LOST = "The connection was lost before the answer was complete.";

/** The data of each event, in order; ends at `[DONE]`. Throws when the stream ends before it. */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<unknown> {
  let rest = "";
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch(() => {
        throw new Error(LOST);
      });
      if (done) throw new Error(LOST);
      const lines = (rest + value).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (!line.startsWith("data: ")) continue;
        const data = line.slice("data: ".length);
        if (data === "[DONE]") return;
        yield JSON.parse(data);
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
