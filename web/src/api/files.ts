// Files are read on the server: text out of whatever was given, and how many tokens that is.
import { reach, sendJson } from "./reach";

interface FileObject {
  id: string;
  filename: string;
  bytes: number;
  openk2_pages?: number | null;
  openk2_tokens?: number | null;
}

export interface ReadFile {
  bytes: number;
  pages: number | null;
  tokens: number | null;
  text: string;
}

export async function readOnServer(file: File, model: string, signal: AbortSignal): Promise<ReadFile> {
  const form = new FormData();
  form.set("purpose", "file-extract");
  // The text stays in the conversation; the server need not keep the file.
  form.set("expires_after[anchor]", "created_at");
  form.set("expires_after[seconds]", "3600");
  form.set("file", file, file.name);
  const sent = (await (await reach("v1/files", { method: "POST", body: form, signal })).json()) as FileObject;
  const content = await reach(`v1/files/${encodeURIComponent(sent.id)}/content`, { signal });
  const body = await content.text();
  const text = content.headers.get("content-type")?.includes("json") ? (JSON.parse(body) as { content: string }).content : body;
  // The conversation keeps the text; nobody asks for the file again.
  void reach(`v1/files/${encodeURIComponent(sent.id)}`, { method: "DELETE" }).catch(() => undefined);
  const tokens = sent.openk2_tokens ?? (await countTokens(model, text));
  return { bytes: sent.bytes, pages: sent.openk2_pages ?? null, tokens, text };
}

/** Null where the server does not count. */
export async function countTokens(model: string, text: string): Promise<number | null> {
  try {
    return (await sendJson<{ count: number }>("POST", "v1/tokenize", { model, prompt: text })).count;
  } catch {
    return null;
  }
}

