// What CommonMark lacks for the text models write: emphasis and addresses beside Chinese punctuation, and TeX.
import type { TokenizerAndRendererExtension, Tokens } from "marked";

const CJK_PUNCTUATION = "\\u3000-\\u303f\\uff00-\\uff65\\u2018-\\u201f";
const CJK = `${CJK_PUNCTUATION}\\u3040-\\u30ff\\u3400-\\u9fff`;

/** CommonMark does not open or end emphasis between Chinese punctuation and a letter, as in **强调。**后文. */
function cjkEmphasis(name: string, marks: string, tag: string): TokenizerAndRendererExtension {
  const mark = marks.replaceAll("*", "\\*");
  const inside = marks === "**" ? "(?:[^*\\n`]|\\*(?!\\*))*?" : "[^*\\n`]*?";
  const pattern = new RegExp(`^${mark}(?![\\s*])(${inside}[^\\s*])${mark}(?!\\*)`);
  const punctuation = new RegExp(`^[${CJK_PUNCTUATION}]|[${CJK_PUNCTUATION}]$`);
  return {
    name,
    level: "inline",
    start: (source) => source.indexOf(marks),
    tokenizer(source) {
      const match = pattern.exec(source);
      if (!match?.[1] || !punctuation.test(match[1])) return undefined;
      return { type: name, raw: match[0], tokens: this.lexer.inlineTokens(match[1]) };
    },
    renderer(token) {
      return `<${tag}>${this.parser.parseInline(token.tokens ?? [])}</${tag}>`;
    },
  };
}

/** An address ends where Chinese text begins: GFM would take 。后文 into it. */
const cjkAddress: TokenizerAndRendererExtension = {
  name: "cjkAddress",
  level: "inline",
  start: (source) => source.search(/https?:\/\//),
  tokenizer(source) {
    const match = new RegExp(`^https?://[^\\s<>"\`${CJK}]+(?=[${CJK}])`).exec(source);
    return match ? { type: "cjkAddress", raw: match[0], href: match[0] } : undefined;
  },
  renderer: (token) => `<a href="${escapeHtml(token.href)}">${escapeHtml(token.raw)}</a>`,
};

interface Math extends Tokens.Generic {
  tex: string;
  display: boolean;
}

// TeX stays text here; `enrich.ts` draws it once KaTeX is loaded.
const renderMath = (token: Tokens.Generic) => {
  const { tex, display } = token as Math;
  return `<code class="math${display ? " display" : ""}">${escapeHtml(tex.trim())}</code>`;
};

const mathBlock: TokenizerAndRendererExtension = {
  name: "mathBlock",
  level: "block",
  start: (source) => source.search(/^(?:\$\$|\\\[)/m),
  tokenizer(source) {
    const match = /^(?:\$\$([\s\S]+?)\$\$|\\\[([\s\S]+?)\\\])[ \t]*(?:\n|$)/.exec(source);
    return match ? { type: "mathBlock", raw: match[0], tex: match[1] ?? match[2], display: true } : undefined;
  },
  renderer: (token) => `<div class="formula" tabindex="0">${renderMath(token)}</div>`,
};

// A dollar opens a formula only before a non-space and closes it after one and before no digit: $5 and $10 stay money.
const INLINE_MATH =
  /^(?:\$\$([^\n]+?)\$\$|\\\[([\s\S]+?)\\\]|\\\(([\s\S]+?)\\\)|\$(?![\s$])((?:\\.|[^\\\n$])*?[^\s\\$])\$(?![\d$]))/;

const mathInline: TokenizerAndRendererExtension = {
  name: "mathInline",
  level: "inline",
  start: (source) => source.search(/\$|\\[([]/),
  tokenizer(source) {
    const match = INLINE_MATH.exec(source);
    if (!match) return undefined;
    const display = match[1] ?? match[2];
    return { type: "mathInline", raw: match[0], tex: display ?? match[3] ?? match[4], display: display !== undefined };
  },
  renderer: renderMath,
};

export const extensions = [
  cjkEmphasis("cjkStrong", "**", "strong"),
  cjkEmphasis("cjkEmphasis", "*", "em"),
  cjkAddress,
  mathBlock,
  mathInline,
];

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
