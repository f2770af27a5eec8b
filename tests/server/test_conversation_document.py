"""The document of a conversation: what is accepted, what is named when it is not, and what people read of it."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest

from openk2.server.conversations.as_markdown import as_markdown
from openk2.server.conversations.document import read_conversation
from openk2.server.conversations.static_page import static_page
from openk2.server.errors import ApiError

C, T1, T2, T3 = "c-000001", "t-000001", "t-000002", "t-000003"

QUESTION: dict[str, Any] = {"id": T1, "parent": None, "role": "user", "content": "Why is snow white?"}
ANSWER: dict[str, Any] = {
    "id": T2,
    "parent": T1,
    "role": "assistant",
    "content": "It **scatters** light.",
    "reasoning": "Think of ice.",
    "model": "k2-nano",
    "state": "done",
    "finish": "stop",
    "usage": {"prompt": 12, "cached": 8, "completion": 5},
    "timing": {"first": 0.25},
    "calls": [{"id": "functions.f:0", "name": "f", "arguments": '{"a": 1}', "state": "done", "result": "```\nx\n```"}],
}
DOCUMENT: dict[str, Any] = {
    "format": "openk2.conversation/1",
    "id": C,
    "title": "Snow",
    "created": 1_760_000_000_000,
    "updated": 1_760_000_009_000,
    "head": T2,
    "turns": [QUESTION, ANSWER],
    "colour": "blue",
}


def refusal(document: object) -> ApiError:
    with pytest.raises(ApiError) as caught:
        read_conversation(document)
    assert caught.value.status == 400
    assert "\n" not in str(caught.value)
    return caught.value


def test_a_document_is_kept_whole_with_keys_nobody_here_knows() -> None:
    kept = read_conversation(DOCUMENT).to_json()
    assert kept["colour"] == "blue"
    assert {key: kept["turns"][1][key] for key in ANSWER if key not in ("usage", "timing", "calls")} == {
        key: value for key, value in ANSWER.items() if key not in ("usage", "timing", "calls")
    }
    assert kept["turns"][1]["usage"] == {"prompt": 12, "cached": 8, "completion": 5, "reasoning": None, "cost": None}
    assert read_conversation(kept).to_json() == kept


def test_what_is_left_out_has_its_default() -> None:
    kept = read_conversation({"id": C}).to_json()
    assert (kept["title"], kept["named"], kept["head"], kept["turns"]) == ("", False, None, [])


@pytest.mark.parametrize(
    ("change", "param", "says"),
    [
        ({"id": "short"}, "id", "8 to 64 letters"),
        ({"id": "../../etc/passwd"}, "id", "8 to 64 letters"),
        ({"format": "openk2.conversation/2"}, "format", "'openk2.conversation/1'"),
        ({"title": "x" * 201}, "title", "at most 200 characters"),
        ({"title": 5}, "title", "text"),
        ({"created": -1}, "created", "greater than or equal to 0"),
        ({"updated": "now"}, "updated", "a whole number"),
        ({"turns": {}}, "turns", "list"),
        ({"turns": [3]}, "turns[0]", "an object"),
        ({"turns": [{**QUESTION, "role": "system"}]}, "turns[0]", "role 'user' or 'assistant'"),
        ({"turns": [{**QUESTION, "files": [{"name": 1}]}]}, "turns[0].files[0].name", "text"),
        ({"turns": [QUESTION, {**ANSWER, "state": "asleep"}]}, "turns[1].state", "'interrupted'"),
        ({"turns": [QUESTION, {**ANSWER, "usage": {"prompt": 1}}]}, "turns[1].usage.completion", "missing"),
        ({"turns": [QUESTION, {**ANSWER, "timing": {"first": float("inf")}}]}, "turns[1].timing.first", "finite"),
    ],
)
def test_a_wrong_field_is_named_with_what_would_be_accepted(change: dict[str, Any], param: str, says: str) -> None:
    error = refusal({**DOCUMENT, **change})
    assert error.param == param
    assert says in str(error)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"turns": [QUESTION, QUESTION], "head": T1}, "turns[1].id"),
        ({"turns": [ANSWER, QUESTION]}, "turns[0].parent"),
        ({"turns": [{**QUESTION, "parent": T1}], "head": T1}, "turns[0].parent"),
        ({"head": None}, "head is missing"),
        ({"head": T3}, "which is no turn"),
        ({"turns": []}, "which is no turn"),
    ],
)
def test_only_a_tree_is_a_conversation(change: dict[str, Any], says: str) -> None:
    assert says in str(refusal({**DOCUMENT, **change}))


def test_a_list_is_no_document() -> None:
    assert "an object" in str(refusal([DOCUMENT]))


def branched() -> dict[str, Any]:
    other = {**QUESTION, "id": T3, "content": "Why is grass green?"}
    return {**DOCUMENT, "turns": [QUESTION, ANSWER, other]}


def test_the_branch_that_is_shown_goes_from_a_beginning_to_the_head() -> None:
    document = branched()
    assert [turn.id for turn in read_conversation(document).branch()] == [T1, T2]
    assert [turn.id for turn in read_conversation({**document, "head": T3}).branch()] == [T3]


def test_markdown_has_the_shown_branch_and_fences_that_hold() -> None:
    assert as_markdown(read_conversation(branched())) == (
        "# Snow\n\n## Question\n\nWhy is snow white?\n\n## k2-nano\n\nIt **scatters** light.\n\n"
        '**`f`**\n\n```json\n{"a": 1}\n```\n\n````\n```\nx\n```\n````\n'
    )


def page_of(content: str, **more: Any) -> str:
    answer = {**ANSWER, "content": content, **more}
    return static_page(read_conversation({**DOCUMENT, "turns": [QUESTION, answer]}))


def test_the_static_page_shows_markdown_reasoning_calls_and_files() -> None:
    page = page_of("It **scatters**:\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n- ~~one~~\n\n# Head")
    for part in (
        "<strong>scatters</strong>",
        "<td>1</td>",
        "<s>one</s>",
        "<h2>Head</h2>",
        "Think of ice.",
        "{&quot;a&quot;: 1}",
    ):
        assert part in page
    with_file = {**QUESTION, "files": [{"name": "<b>.pdf", "text": "secret text"}]}
    page = static_page(read_conversation({**DOCUMENT, "turns": [with_file, ANSWER]}))
    assert "&lt;b&gt;.pdf" in page
    assert "secret text" not in page


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        "[x](vbscript:x)",
        "![x](https://evil.example/pixel.png)",
        "<javascript:alert(1)>",
        '[x](https://a.example/"onmouseover="alert(1))',
        '![a"onerror="alert(1)](x"onerror="alert(1))',
        "```html\n</code></pre><script>alert(1)</script>\n```",
        "[x]: javascript:alert(1)\n\n[x]",
        "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
        "| a |\n|---|\n| <svg onload=alert(1)> |",
    ],
)
def test_nothing_hostile_survives_in_the_static_page(hostile: str) -> None:
    page = page_of(
        hostile, reasoning=hostile, calls=[{"id": "x", "name": hostile, "arguments": hostile, "result": hostile}]
    )
    kept = _Elements()
    kept.feed(page)
    assert kept.tags <= _ALLOWED
    assert not [name for name in kept.attributes if name.startswith("on") or name in ("src", "srcdoc", "style")]
    assert all(link.startswith(("http://", "https://", "mailto:")) or ":" not in link for link in kept.links), (
        kept.links
    )
    title = static_page(read_conversation({**DOCUMENT, "title": hostile[:200]}))
    kept.feed(title)
    assert kept.tags <= _ALLOWED


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("**强调。**后文", "<p><strong>强调。</strong>后文</p>"),
        ("**“你好”**了", "<p><strong>“你好”</strong>了</p>"),
        ("**a** *b* **c", "<p><strong>a</strong> <em>b</em> **c</p>"),
        ("**甲，*乙* [丙](https://a.example)。**丁", "<p><strong>甲，<em>乙</em> <a href="),
        ("`**码。**`", "<p><code>**码。**</code></p>"),
    ],
)
def test_emphasis_ends_where_chinese_readers_expect_it(markdown: str, html: str) -> None:
    assert html in page_of(markdown)


def test_a_text_that_would_take_long_to_render_is_shown_as_it_was_written() -> None:
    assert "<pre>[[[" in page_of("[" * 50_001)
    assert "<pre>" not in page_of("word " * 10_000, calls=[])


def test_the_static_page_allows_itself_one_style_sheet() -> None:
    assert "default-src &#x27;none&#x27;; style-src &#x27;sha256-" in page_of("x")


_ALLOWED = {
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "main",
    "section",
    "div",
    "details",
    "summary",
    "h1",
    "h2",
}
_ALLOWED |= {
    "p",
    "pre",
    "code",
    "a",
    "strong",
    "em",
    "s",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "ul",
    "li",
    "br",
}


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name == "href"]
