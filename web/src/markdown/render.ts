// Markdown that a model writes, to HTML that is safe to show. Raw HTML is shown as text, images become links (nothing is
// loaded from anywhere), and what is left passes DOMPurify with a short list of tags.
import DOMPurify from "dompurify";
import { Marked, type Tokens } from "marked";
import remend from "remend";
import { t } from "../i18n/language";
import { escapeHtml, extensions } from "./extensions";

const LINES_TO_OPEN = 15;
const OPENS = new Set(["html", "svg", "mermaid", "csv", "tsv"]);

export const marked = new Marked({
  gfm: true,
  breaks: true,
  extensions,
  renderer: {
    html: ({ text }) => escapeHtml(text),
    image: ({ href, text }) => `<a href="${escapeHtml(href)}">${escapeHtml(text || href)}</a>`,
    heading({ tokens, depth }) {
      // The page's own headings come first.
      const level = Math.min(depth + 2, 6);
      return `<h${level}>${this.parser.parseInline(tokens)}</h${level}>`;
    },
    checkbox: ({ checked }) => (checked ? "☑ " : "☐ "),
    code({ text, lang }: Tokens.Code) {
      const language = (lang ?? "").split(/\s/)[0]!.toLowerCase();
      const open = canOpen(language, text)
        ? `<button type="button" class="quiet open-code">${escapeHtml(t("code.open"))}</button>`
        : "";
      return (
        `<div class="code"><div class="code-head"><span class="language">${escapeHtml(language)}</span>${open}` +
        `<button type="button" class="quiet copy-code">${escapeHtml(t("copy"))}</button></div>` +
        `<pre tabindex="0"><code class="source ${escapeHtml(language)}">${escapeHtml(text)}</code></pre></div>`
      );
    },
    table(token: Tokens.Table) {
      const cell = (one: Tokens.TableCell, tag: string) =>
        `<${tag}${one.align ? ` align="${one.align}"` : ""}>${this.parser.parseInline(one.tokens)}</${tag}>`;
      const row = (cells: Tokens.TableCell[], tag: string) => `<tr>${cells.map((one) => cell(one, tag)).join("")}</tr>`;
      const body = token.rows.map((cells) => row(cells, "td")).join("");
      return (
        `<div class="table"><div class="scroll" tabindex="0"><table><thead>${row(token.header, "th")}</thead>` +
        `<tbody>${body}</tbody></table></div>` +
        `<button type="button" class="quiet copy-table">${escapeHtml(t("copy"))}</button></div>`
      );
    },
  },
});

/** Whether a block of code is worth a panel of its own. */
export function canOpen(language: string, text: string): boolean {
  return OPENS.has(language) || text.split("\n").length >= LINES_TO_OPEN;
}

const TAGS =
  "a b blockquote br button code del div em h3 h4 h5 h6 hr i li ol p pre span strong sub sup table tbody td th thead tr ul";
const ATTRIBUTES = ["align", "class", "href", "rel", "start", "tabindex", "target", "type"];

DOMPurify.addHook("afterSanitizeAttributes", (node) => {
  if (node.tagName === "A") {
    node.setAttribute("target", "_blank");
    node.setAttribute("rel", "noopener noreferrer");
  }
});

/** Safe HTML of one block; `growing` closes what the model has opened and not yet closed.
 *
 * Where the browser has trusted types it is a TrustedHTML, the only thing the page's policy lets into innerHTML; Preact's
 * types call that a string. */
export function renderBlock(source: string, growing: boolean): string {
  const html = marked.parse(growing ? remend(closeMath(source)) : source, { async: false });
  return sanitize(html, TAGS.split(" "), ATTRIBUTES);
}

/** Safe HTML of highlighted code: text in spans with classes. */
export function sanitizeCode(html: string): string {
  return sanitize(html, ["span"], ["class"]);
}

function sanitize(html: string, tags: string[], attributes: string[]): string {
  return DOMPurify.sanitize(html, {
    ALLOWED_TAGS: tags,
    ALLOWED_ATTR: attributes,
    ALLOW_DATA_ATTR: false,
    RETURN_TRUSTED_TYPE: true,
  }) as unknown as string;
}

/** Closes a \( or \[ that is still open at the end of the text; remend knows dollars only. */
function closeMath(source: string): string {
  const open = Math.max(source.lastIndexOf("\\("), source.lastIndexOf("\\["));
  if (open < 0) return source;
  const close = source[open + 1] === "(" ? "\\)" : "\\]";
  return source.indexOf(close, open + 2) < 0 ? source + close : source;
}
