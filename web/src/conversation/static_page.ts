// The shown branch as one HTML file that needs no server: the page's own look, its style sheet inside, no script.
import { day, t } from "../i18n/language";
import { escapeHtml } from "../markdown/extensions";
import { BlockSplitter } from "../markdown/blocks";
import { renderBlock } from "../markdown/render";
import type { Answer, Conversation, Turn } from "./document";
import { branch } from "./tree";

export async function staticPage(conversation: Conversation): Promise<string> {
  const style = await (await fetch("app.css")).text();
  const title = escapeHtml(conversation.title || t("untitled"));
  const turns = branch(conversation).map(turnHtml).join("\n");
  return `<!doctype html>
<html lang="${document.documentElement.lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${style}
html, body { height: auto } .copy-code, .open-code, .copy-table { display: none }</style>
</head>
<body>
<main class="static column">
<h1>${title}</h1>
<p class="fine">${escapeHtml(day(conversation.updated))}</p>
${turns}
</main>
</body>
</html>
`;
}

function turnHtml(turn: Turn): string {
  if (turn.role === "assistant") return answerHtml(turn);
  const files = turn.files.map((file) => `<p class="fine">${escapeHtml(file.name)}</p>`).join("");
  return `<article class="question">${files}<div class="said">${escapeHtml(turn.content)}</div></article>`;
}

function answerHtml(turn: Answer): string {
  const blocks = new BlockSplitter().split(turn.content).map((source) => `<div class="block">${renderBlock(source, false)}</div>`);
  const reasoning = turn.reasoning
    ? `<details class="reasoning"><summary>${escapeHtml(t("reasoning.done"))}</summary>` +
      `<div class="reasoning-text">${escapeHtml(turn.reasoning.trim())}</div></details>`
    : "";
  const calls = turn.calls.map(
    (call) =>
      `<section class="call"><header><code>${escapeHtml(call.name)}</code></header>` +
      `<pre class="raw">${escapeHtml(call.arguments)}</pre>` +
      (call.result === null
        ? ""
        : `<details class="result"><summary>${escapeHtml(t("tool.result"))}</summary><pre>${escapeHtml(call.result)}</pre></details>`) +
      `</section>`,
  );
  return `<article class="answer">${reasoning}<div class="prose">${blocks.join("")}</div>${calls.join("")}</article>`;
}
