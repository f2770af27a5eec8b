// One way to ask the server: JSON in and out, and errors that a reader understands.

/** The server refused; `message` is its own sentence. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Nobody answered. */
export class Unreachable extends Error {}

export async function reach(path: string, init?: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (init?.signal?.aborted) throw error;
    throw new Unreachable();
  }
  if (response.ok) return response;
  const body = (await response.json().catch(() => ({}))) as { error?: { message?: string }; detail?: unknown };
  throw new Refusal(response.status, body.error?.message ?? `HTTP ${response.status}`);
}

export async function getJson<T>(path: string): Promise<T> {
  return (await reach(path)).json() as Promise<T>;
}

/** Sends `value` as JSON; the answer's JSON, or undefined where it has none. */
export async function sendJson<T>(method: string, path: string, value: unknown, signal?: AbortSignal): Promise<T> {
  const response = await reach(path, {
    method,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(value),
    signal,
  });
  return (response.headers.get("content-type")?.includes("json") ? response.json() : undefined) as Promise<T>;
}
