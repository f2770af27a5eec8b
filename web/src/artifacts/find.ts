// The artifacts of a conversation: blocks of code that are worth a panel of their own.
import type { Conversation } from "../conversation/document";
import { branch } from "../conversation/tree";
import { canOpen, marked } from "../markdown/render";

export type Kind = "page" | "picture" | "diagram" | "table" | "code";

export interface Artifact {
  kind: Kind;
  /** The language of the fence, lower case. */
  language: string;
  source: string;
  /** The page's or picture's own title, or "". */
  title: string;
}

const KINDS: Record<string, Kind> = { html: "page", svg: "picture", mermaid: "diagram", csv: "table", tsv: "table" };

export function artifactOf(language: string, source: string): Artifact {
  const title = /<title>([^<]{1,80})<\/title>/.exec(source)?.[1]?.trim() ?? "";
  return { kind: KINDS[language] ?? "code", language, source, title };
}

/** Of the shown branch, oldest first. */
export function artifactsOf(conversation: Conversation): Artifact[] {
  return branch(conversation).flatMap((turn) => (turn.role === "assistant" ? artifactsIn(turn.content) : []));
}

function artifactsIn(text: string): Artifact[] {
  const found: Artifact[] = [];
  marked.walkTokens(marked.lexer(text), (token) => {
    if (token.type !== "code") return;
    const language = String(token.lang ?? "").split(/\s/)[0]!.toLowerCase();
    if (canOpen(language, token.text)) found.push(artifactOf(language, token.text));
  });
  return found;
}

/** The document that the sandboxed frame shows. */
export function frameDocument(artifact: Artifact): string {
  if (artifact.kind === "page") return artifact.source;
  return (
    `<!doctype html><meta charset="utf-8"><style>html,body{height:100%;margin:0;background:#fff}` +
    `body{display:grid;place-items:center}svg{max-width:100%;max-height:100%}</style>${artifact.source}`
  );
}
