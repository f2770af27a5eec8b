"""openk2's renderer beside templates that are run: no difference where they follow the rules, each one found."""

import json
from pathlib import Path

import pytest

pytest.importorskip("jinja2", reason="chat templates are run by jinja2: pip install 'openk2[jinja]'")

from dialogues import TOOLS, dialogues
from hypothesis import given
from hypothesis import strategies as st

from openk2.chat import jinja_worker
from openk2.chat.messages import Message, ToolSpec
from openk2.chat.template import STYLES, render_text
from openk2.chat.template_check import PROBES, Difference, chat_style, template_differences
from openk2.errors import ChatError

TEMPLATES = Path(__file__).with_name("templates")


def checkpoint(directory: Path, style: str, planted: tuple[str, str] | None = None) -> Path:
    """A model directory with a template of the style, in which one text is replaced by another."""
    text = (TEMPLATES / f"{style}.jinja").read_text("utf-8")
    if planted is not None:
        assert planted[0] in text
        text = text.replace(*planted)
    (directory / "chat_template.jinja").write_text(text, "utf-8")
    return directory


@pytest.mark.parametrize("style", STYLES)
def test_a_faithful_template_renders_every_probe_as_openk2_does(tmp_path: Path, style: str) -> None:
    assert template_differences(checkpoint(tmp_path, style)) == []
    assert chat_style(tmp_path) == style


@given(messages=dialogues(), tools=TOOLS, style=st.sampled_from(STYLES), generation=st.booleans())
def test_a_faithful_template_renders_any_dialogue_as_openk2_does(
    messages: list[Message], tools: tuple[ToolSpec, ...], style: str, generation: bool
) -> None:
    variables = {
        "messages": [message.to_openai() for message in messages],
        "tools": json.loads(json.dumps([tool.to_openai() for tool in tools], sort_keys=True)) or None,
        "add_generation_prompt": generation,
    }
    theirs = jinja_worker.render(
        jinja_worker.environment(), (TEMPLATES / f"{style}.jinja").read_text("utf-8"), variables, 10**6
    )
    assert theirs == render_text(messages, tools, style=style, add_generation_prompt=generation)


PLANTED = {
    "another default system text": (
        "instruct",
        ("You are Kimi, an AI assistant created by Moonshot AI.", "You are a helpful assistant"),
        "no system turn",
        "the checkpoint's template: 'a helpful assistant<|im_end|>",
    ),
    "no newline behind the default system turn": (
        "instruct",
        ("<|im_end|>{{ '\\n' }}", "<|im_end|>"),
        "no system turn",
        "template: '<|im_user|>user",
    ),
    "a heading above the tools": (
        "instruct",
        ("tool_declare<|im_middle|>", "tool_declare<|im_middle|># Tools\n"),
        "tools",
        "'# Tools",
    ),
    "spaces in the tools": ("instruct", ("separators=(',', ':')", "indent=1"), "tools", r"template: '\n {\n"),
    "a prefilled think": (
        "thinking",
        (
            "<|im_assistant|>assistant<|im_middle|>\n{%- endif",
            "<|im_assistant|>assistant<|im_middle|><think>\n{%- endif",
        ),
        "a system turn and a question",
        "template: '<think>', openk2: ends",
    ),
    "reasoning dropped at the first answer": (
        "thinking",
        ("    {%- break -%}\n", ""),
        "reasoning of a finished run",
        "template: 'I look it up.</think>",
    ),
}


@pytest.mark.parametrize("case", PLANTED)
def test_a_planted_difference_is_found_and_shown(tmp_path: Path, case: str) -> None:
    style, planted, probe, shown = PLANTED[case]
    found = {difference.probe: difference for difference in template_differences(checkpoint(tmp_path, style, planted))}
    assert 0 < len(found) <= len(PROBES)
    assert shown in str(found[probe])


def test_a_difference_says_where_the_texts_part() -> None:
    assert str(Difference("tools", 3, "abc", "", "x")) == (
        "tools: behind 'abc', the checkpoint's template: ends, openk2: 'x'"
    )


def test_a_template_that_fails_is_a_difference_in_every_probe(tmp_path: Path) -> None:
    (tmp_path / "chat_template.jinja").write_text("{{ raise_exception('not today') }}")
    differences = template_differences(tmp_path)
    assert [difference.probe for difference in differences] == list(PROBES)
    assert str(differences[0]) == (
        "a system turn and a question: the checkpoint's template fails: TemplateError: not today"
    )


def test_a_checkpoint_without_a_template_is_refused_and_its_style_is_told_by_its_name(tmp_path: Path) -> None:
    for name, style in (("Kimi-K2-Thinking", "thinking"), ("Kimi-K2-Instruct-0905", "instruct")):
        directory = tmp_path / name
        directory.mkdir()
        assert chat_style(directory) == style
        with pytest.raises(ChatError, match=f"{name}: there is no chat template to compare with"):
            template_differences(directory)
