// Markdown that a model writes, to HTML that is safe to show. Raw HTML is shown as text, images become links (nothing is
// loaded from anywhere), and what is left passes DOMPurify with a short list of tags.
import DOMPurify from "dompurify";
import { Marked, type TokenizerAndRendererExtension, type Tokens } from "marked";
import remend from "remend";

// CommonMark does not end emphasis between Chinese punctuation and a letter, as in **强调。**后文; readers expect it to.
const cjkStrong: TokenizerAndRendererExtension = {
  name: "cjkStrong",
  level: "inline",
  start: (source) => source.indexOf("**"),
  tokenizer(source) {
    const match = /^\*\*(?!\s)((?:[^*\n`]|\*(?!\*))*?[^\s*])\*\*/.exec(source);
    if (!match?.[1] || !/[\u3000-\u303f\uff00-\uff65\u2018-\u201f]/.test(match[1])) return undefined;
    return { type: "cjkStrong", raw: match[0], tokens: this.lexer.inlineTokens(match[1]) };
  },
  renderer(token) {
    return `<strong>${this.parser.parseInline(token.tokens ?? [])}</strong>`;
  },
};

const marked = new Marked({
  gfm: true,
  breaks: true,
  extensions: [cjkStrong],
  renderer: {
    html: ({ text }) => escapeHtml(text),
    image: ({ href, text }) => `<a href="${escapeHtml(href)}">${escapeHtml(text || href)}</a>`,
    heading({ tokens, depth }) {
      // The page's own headings come first.
      const level = Math.min(depth + 2, 6);
      return `<h${level}>${this.parser.parseInline(tokens)}</h${level}>`;
    },
    code: ({ text, lang }: Tokens.Code) =>
      `<div class="code"><div class="code-head"><span>${escapeHtml(lang ?? "")}</span>` +
      `<button type="button" class="quiet copy-code">Copy</button></div>` +
      `<pre tabindex="0"><code>${escapeHtml(text)}</code></pre></div>`,
    table(token: Tokens.Table) {
      const cells = (row: Tokens.TableCell[], tag: string) =>
        row
          .map((cell) => `<${tag}${cell.align ? ` align="${cell.align}"` : ""}>${this.parser.parseInline(cell.tokens)}</${tag}>`)
          .join("");
      const rows = token.rows.map((row) => `<tr>${cells(row, "td")}</tr>`).join("");
      return `<div class="table" tabindex="0"><table><thead><tr>${cells(token.header, "th")}</tr></thead><tbody>${rows}</tbody></table></div>`;
    },
  },
});

const TAGS =
  "a b blockquote br button code del div em h3 h4 h5 h6 hr i input li ol p pre span strong sub sup table tbody td th thead tr ul";
const ATTRIBUTES = ["align", "checked", "class", "disabled", "href", "rel", "start", "tabindex", "target", "type"];

DOMPurify.addHook("afterSanitizeAttributes", (node) => {
  if (node.tagName === "A") {
    node.setAttribute("target", "_blank");
    node.setAttribute("rel", "noopener noreferrer");
  }
});

/** The top-level blocks of a text; all but the last stay as they are while the text grows. */
export function splitBlocks(text: string): string[] {
  return marked.lexer(text).flatMap((token) => (token.type === "space" ? [] : [token.raw]));
}

/** Safe HTML of one block; `growing` closes what the model has opened and not yet closed.
 *
 * Where the browser has trusted types it is a TrustedHTML, the only thing the page's policy lets into innerHTML; Preact's
 * types call that a string. */
export function renderBlock(source: string, growing: boolean): string {
  const html = marked.parse(growing ? remend(source) : source, { async: false });
  return DOMPurify.sanitize(html, {
    ALLOWED_TAGS: TAGS.split(" "),
    ALLOWED_ATTR: ATTRIBUTES,
    ALLOW_DATA_ATTR: false,
    RETURN_TRUSTED_TYPE: true,
  }) as unknown as string;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
