// A tool that the page itself runs: JavaScript in a hidden sandboxed frame, which has no network, no storage and no way
// to this page but one message with the result.
import { sandboxedFrame, showIn } from "../artifacts/frame";

export const JAVASCRIPT = {
  type: "function",
  function: {
    name: "javascript",
    description:
      "Runs JavaScript and gives back what it prints with console.log and the value of its last `return`. " +
      "No network, no files; at most 10 seconds.",
    parameters: {
      type: "object",
      properties: { code: { type: "string", description: "The body of an async function." } },
      required: ["code"],
      additionalProperties: false,
    },
  },
};

const LIMIT_MS = 10_000;
const MOST_CHARACTERS = 20_000;
const DONE = "openk2:javascript";

export interface Outcome {
  ok: boolean;
  text: string;
}

export async function runJavascript(argumentsText: string): Promise<Outcome> {
  let code: unknown;
  try {
    code = (JSON.parse(argumentsText) as { code?: unknown }).code;
  } catch {
    // An argument text that is no JSON has no code.
  }
  if (typeof code !== "string") return { ok: false, text: 'error: the arguments are no object with a text "code"' };
  const frame = sandboxedFrame("javascript");
  frame.hidden = true;
  const key = crypto.randomUUID();
  return new Promise<Outcome>((resolve) => {
    const finish = (outcome: Outcome) => {
      clearTimeout(timer);
      removeEventListener("message", onMessage);
      leave();
      frame.remove();
      resolve({ ...outcome, text: outcome.text.slice(0, MOST_CHARACTERS) });
    };
    const onMessage = ({ source, data }: MessageEvent) => {
      if (source === frame.contentWindow && data?.type === DONE && data.key === key) {
        finish({ ok: data.ok === true, text: String(data.text) });
      }
    };
    const timer = setTimeout(
      () => finish({ ok: false, text: `error: not done within ${LIMIT_MS / 1000} seconds` }),
      LIMIT_MS,
    );
    addEventListener("message", onMessage);
    document.body.append(frame);
    const leave = showIn(frame, program(code, key));
  });
}

/** A document that runs the code and tells its parent. The code is an inline script: the frame's policy has no eval. */
function program(code: string, key: string): string {
  const safe = code.replace(/<\/(script)/gi, "<\\/$1").replace(/<!--/g, "<\\!--");
  return `<!doctype html><meta charset="utf-8"><script>
const printed = [];
const shown = (value) => typeof value === "string" ? value : value instanceof Error ? String(value)
  : JSON.stringify(value, null, 1) ?? String(value);
const tell = (ok, text) => parent.postMessage({ type: ${JSON.stringify(DONE)}, key: ${JSON.stringify(key)}, ok, text }, "*");
for (const name of ["log", "info", "warn", "error"]) console[name] = (...values) => printed.push(values.map(shown).join(" "));
onerror = (message) => { tell(false, [...printed, "error: " + message].join("\\n")); return true; };
</script><script>
(async () => {
${safe}
})().then(
  (value) => tell(true, [...printed, ...(value === undefined ? [] : [shown(value)])].join("\\n") || "(nothing printed)"),
  (error) => tell(false, [...printed, "error: " + error].join("\\n")),
);
</script>`;
}
