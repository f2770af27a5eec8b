"""The shown branch of a conversation as one HTML file: no script, nothing loaded from anywhere, safe to open.

Markdown is rendered here (markdown-it, CommonMark with tables and strikethrough). Raw HTML in it stays text, addresses
of pictures become links, and links to anything but `http`, `https` and `mailto` stay text. What the file may do is
bounded once more by a policy, in the file itself and in the answer's header: one style sheet, known by its hash.
"""

import base64
import hashlib
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from openk2.server.conversations.document import AnswerTurn, Call, Conversation, Question

_STYLE = """
:root { color-scheme: light dark; font: 16px/1.6 system-ui, sans-serif; }
body { max-width: 46rem; margin: 0 auto; padding: 1.5rem 1rem 4rem; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.3; }
.fine { color: color-mix(in srgb, currentColor 70%, transparent); font-size: .875rem; }
.question { background: color-mix(in srgb, currentColor 8%, transparent); border-radius: .75rem; padding: .5rem 1rem; }
.question .said, .reasoning p { white-space: pre-wrap; }
section { margin: 1.5rem 0; }
pre, .table { overflow-x: auto; background: color-mix(in srgb, currentColor 6%, transparent); padding: .75rem; }
pre { border-radius: .5rem; font-size: .875rem; }
table { border-collapse: collapse; }
th, td { border: 1px solid color-mix(in srgb, currentColor 25%, transparent); padding: .25rem .6rem; }
summary { cursor: pointer; }
"""
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        f"style-src 'sha256-{_HASH}'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        "sandbox allow-popups allow-popups-to-escape-sandbox",
    )
)
"""Of the answer's header."""

_IN_THE_FILE = "; ".join(CONTENT_SECURITY_POLICY.split("; ")[:4])
"""The last two directives have no meaning in a `meta` element."""

_STRONG = re.compile(r"\*\*(?!\s)((?:[^*\n`]|\*(?!\*))*?[^\s*])\*\*")
_CJK_PUNCTUATION = re.compile("[\u3000-\u303f\uff00-\uff65\u2018-\u201f]")
_RENDERED_AT_ONCE, _RENDERED = 50_000, 1_000_000
"""Characters of Markdown in one answer and in all: rendering takes the square of a hostile text's length, so what is
longer is shown as it was written."""
_SCHEMES = ("http", "https", "mailto")


def static_page(conversation: Conversation) -> str:
    """The whole file. May take a second where texts are long: call it in a thread."""
    title = escape(" ".join(conversation.title.split()) or "Conversation")
    day = datetime.fromtimestamp(min(conversation.updated, 253402300799000) / 1000, UTC).date().isoformat()
    turns, left = [], _RENDERED
    for turn in conversation.branch():
        if isinstance(turn, Question):
            turns.append(_question(turn))
        else:
            as_markdown = len(turn.content) <= min(left, _RENDERED_AT_ONCE)
            left -= len(turn.content) if as_markdown else 0
            turns.append(_answer(turn, as_markdown=as_markdown))
    shown = "\n".join(turns)
    return f"""<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="{escape(_IN_THE_FILE)}">
<title>{title}</title>
<style>{_STYLE}</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p class="fine">{day}</p>
{shown}
</main>
</body>
</html>
"""


def _question(turn: Question) -> str:
    files = "".join(f'<p class="fine">{escape(file.name)}</p>' for file in turn.files)
    return f'<section class="question">{files}<div class="said">{escape(turn.content)}</div></section>'


def _answer(turn: AnswerTurn, *, as_markdown: bool) -> str:
    thought = turn.reasoning.strip()
    reasoning = f'<details class="reasoning"><summary>Reasoning</summary><p>{escape(thought)}</p></details>'
    calls = "".join(_call(call) for call in turn.calls)
    content = str(_MARKDOWN.render(turn.content)) if as_markdown else f"<pre>{escape(turn.content)}</pre>"
    return f'<section class="answer">{reasoning if thought else ""}{content}{calls}</section>'


def _call(call: Call) -> str:
    result = (
        "" if call.result is None else f"<details><summary>Result</summary><pre>{escape(call.result)}</pre></details>"
    )
    return f"<p><code>{escape(call.name)}</code></p><pre>{escape(call.arguments)}</pre>{result}"


def _link_open(renderer: Any, tokens: Sequence[Token], index: int, options: OptionsDict, environment: Any) -> str:
    tokens[index].attrSet("target", "_blank")
    tokens[index].attrSet("rel", "noopener noreferrer nofollow")
    return str(renderer.renderToken(tokens, index, options, environment))


def _image(renderer: Any, tokens: Sequence[Token], index: int, options: OptionsDict, environment: Any) -> str:
    address, name = str(tokens[index].attrGet("src") or ""), tokens[index].content
    return (
        f'<a href="{escape(address)}" target="_blank" rel="noopener noreferrer nofollow">{escape(name or address)}</a>'
    )


def _heading(renderer: Any, tokens: Sequence[Token], index: int, options: OptionsDict, environment: Any) -> str:
    # The page's own heading comes first.
    tokens[index].tag = f"h{min(6, int(tokens[index].tag[1]) + 1)}"
    return str(renderer.renderToken(tokens, index, options, environment))


class _Markdown(MarkdownIt):
    def validateLink(self, url: str) -> bool:
        """Whether a link may be one."""
        try:
            return urlsplit(url.strip()).scheme.lower() in _SCHEMES
        except ValueError:
            return False


def _cjk_strong(state: StateInline, silent: bool) -> bool:
    """CommonMark does not end emphasis between Chinese punctuation and a letter, as in `**强调。**后文`; readers expect
    it to, and the page does so too."""
    match = _STRONG.match(state.src, state.pos, state.posMax)
    if match is None or not _CJK_PUNCTUATION.search(match[1]):
        return False
    if not silent:
        end = state.posMax
        state.push("strong_open", "strong", 1)
        state.pos, state.posMax = match.span(1)
        state.md.inline.tokenize(state)
        state.push("strong_close", "strong", -1)
        state.posMax = end
    state.pos = match.end()
    return True


def _make_markdown() -> MarkdownIt:
    markdown = _Markdown("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])
    markdown.inline.ruler.before("emphasis", "cjk_strong", _cjk_strong)
    for name, rule in (
        ("link_open", _link_open),
        ("image", _image),
        ("heading_open", _heading),
        ("heading_close", _heading),
    ):
        markdown.add_render_rule(name, rule)
    return markdown


_MARKDOWN = _make_markdown()
