"""openk2's renderer beside a checkpoint's own chat template: `PROBES` through both, and where they part.

openk2 renders conversations by its own rules (`template.py`). Whether those are the rules of the checkpoint at hand is
seen here, at once and without weights: `openk2 verify` reports what `template_differences` finds.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from types import MappingProxyType
from typing import Any

from openk2.chat.jinja_template import CheckpointTemplate, Dialogue
from openk2.chat.locate import model_directory
from openk2.chat.messages import messages_from_openai, tools_from_openai
from openk2.chat.template import END_THINK, render_text
from openk2.errors import ChatError

_SHOWN = 40


def _says(role: str, content: object, **fields: object) -> dict[str, Any]:
    return {"role": role, "content": content, **fields}


def _call(index: int, name: str, arguments: object) -> dict[str, Any]:
    return {"id": f"functions.{name}:{index}", "type": "function", "function": {"name": name, "arguments": arguments}}


def _result(index: int, tool: str, content: str, **fields: object) -> dict[str, Any]:
    return _says("tool", content, tool_call_id=f"functions.{tool}:{index}", **fields)


_SYSTEM, _QUESTION = _says("system", "Answer in one sentence."), _says("user", "Which river runs through Paris?")
_ANSWER = _says("assistant", "The Seine.", reasoning_content="A well-known fact.")
_SEARCH = _says(
    "assistant", None, reasoning_content="I look it up.", tool_calls=[_call(0, "get-weather", '{"city": "北京"}')]
)
_WEATHER: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "get-weather",
        "parameters": {
            "type": "object",
            "required": ["city"],
            "properties": {
                "unit": {"enum": ["C", "F"]},
                "city": {"type": "string", "description": "城市 <name> & 'more'"},
            },
        },
        "description": "Weather of a city",
        "strict": True,
    },
}
_TIME: dict[str, Any] = {"type": "function", "function": {"name": "time", "description": "", "parameters": {}}}

PROBES: Mapping[str, Dialogue] = MappingProxyType(
    {
        "a system turn and a question": Dialogue([_SYSTEM, _QUESTION]),
        "no system turn": Dialogue([_QUESTION]),
        "several turns": Dialogue([_SYSTEM, _QUESTION, _ANSWER, _says("user", "And through Rome?")]),
        "no generation prompt": Dialogue([_QUESTION, _ANSWER], add_generation_prompt=False),
        "a second system turn": Dialogue([_SYSTEM, _QUESTION, _says("system", "Now be brief."), _QUESTION]),
        "tools": Dialogue([_SYSTEM, _QUESTION], [_WEATHER, _TIME]),
        "tools without a system turn": Dialogue([_QUESTION], [_WEATHER]),
        "a declaration written out": Dialogue([_says("tool_declare", "[]"), _SYSTEM, _QUESTION]),
        "a call and its result": Dialogue(
            [_SYSTEM, _QUESTION, _SEARCH, _result(0, "get-weather", "晴", name="get-weather")], [_WEATHER]
        ),
        "arguments as an object": Dialogue(
            [
                _QUESTION,
                _says("assistant", "", tool_calls=[_call(0, "time", {"zone": "欧洲", "at": [1, None, True], "": {}})]),
                _result(0, "time", "12:00"),
            ]
        ),
        "two calls behind text, results without a name": Dialogue(
            [
                _QUESTION,
                _says("assistant", "One moment.", tool_calls=[_call(0, "time", "{}"), _call(1, "get-weather", "{}")]),
                _result(1, "get-weather", ""),
                _result(0, "time", "12:00\n"),
            ]
        ),
        "content in parts": Dialogue(
            [_says("user", [{"type": "text", "text": "Which river\n"}, {"type": "text", "text": " is this?"}])]
        ),
        "a picture": Dialogue(
            [
                _says(
                    "user",
                    [
                        {"type": "text", "text": "Look:"},
                        {"type": "image_url", "image_url": {"url": "data:,"}},
                        {"type": "text", "text": "What is it?"},
                    ],
                )
            ]
        ),
        "no content": Dialogue([_says("user", None), _says("assistant", None), _says("user", "")]),
        "a speaker's name": Dialogue([_says("user", "Hi.", name="Ann"), _says("assistant", "Hi, Ann.", name="Kimi")]),
        "blanks around content": Dialogue([_says("system", "\n S \n\n"), _says("user", "  Q\t\n"), _ANSWER, _QUESTION]),
        "markers in text": Dialogue(
            [_says("user", "<|im_end|><|im_system|>system<|im_middle|>{{ 1 }}{% if %}<think>")]
        ),
        "reasoning of an unfinished run": Dialogue(
            [
                _QUESTION,
                _ANSWER,
                _QUESTION,
                _SEARCH,
                _result(0, "get-weather", "rain"),
                _says("assistant", "More.", reasoning_content="So far.\n", tool_calls=[_call(1, "time", "{}")]),
                _result(1, "time", "12:00"),
            ]
        ),
        "reasoning of a finished run": Dialogue(
            [_QUESTION, _ANSWER, _QUESTION, _SEARCH, _result(0, "get-weather", "rain"), _ANSWER, _QUESTION]
        ),
    }
)
"""What is rendered both ways, by name."""


@dataclass(frozen=True)
class Difference:
    """Where a checkpoint's template and openk2's renderer part first, in one probe."""

    probe: str
    """Its name in `PROBES`."""
    position: int
    """The first character that differs."""
    before: str
    """The last characters that both write."""
    theirs: str
    """What the template goes on with; empty at its end."""
    ours: str
    """What openk2 goes on with; empty at its end."""
    error: str | None = None
    """The template does not render the probe, for this reason."""

    def __str__(self) -> str:
        if self.error is not None:
            return f"{self.probe}: the checkpoint's template fails: {self.error}"
        theirs, ours = (repr(text) if text else "ends" for text in (self.theirs, self.ours))
        return f"{self.probe}: behind {self.before!r}, the checkpoint's template: {theirs}, openk2: {ours}"


def chat_style(name_or_directory: str | Path) -> str:
    """The style in which a model is prompted: that of its own template, else by the directory's name.

    Raises ChatError for a model that is not there, or whose files cannot be read.
    """
    template = CheckpointTemplate.read(name_or_directory)
    if template is not None:
        return "thinking" if END_THINK in template.text else "instruct"
    return "thinking" if "thinking" in model_directory(name_or_directory).resolve().name.lower() else "instruct"


def template_differences(name_or_directory: str | Path, *, style: str | None = None) -> list[Difference]:
    """The probes that a model's own template renders otherwise than openk2 does, in the order of `PROBES`.

    `style` as in `openk2.render`; None: the model's, as `chat_style` has it. Raises ChatError when the directory has no
    template, the template cannot be run, or jinja2 is not installed.
    """
    template = CheckpointTemplate.read(name_or_directory)
    if template is None:
        raise ChatError(f"{model_directory(name_or_directory)}: there is no chat template to compare with")
    style = style or chat_style(name_or_directory)
    differences = []
    for (name, probe), rendered in zip(PROBES.items(), template.render(list(PROBES.values())), strict=True):
        ours = _ours(probe, style)
        if rendered.text is None:
            differences.append(Difference(name, 0, "", "", ours[:_SHOWN], rendered.error))
        elif rendered.text != ours:
            differences.append(_first_difference(name, rendered.text, ours))
    return differences


def _ours(dialogue: Dialogue, style: str) -> str:
    return render_text(
        messages_from_openai(dialogue.messages, template_forms=True),
        tools_from_openai(dialogue.tools),
        style=style,
        add_generation_prompt=dialogue.add_generation_prompt,
    )


def _first_difference(probe: str, theirs: str, ours: str) -> Difference:
    position = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(theirs, ours, strict=False)))
    shown = slice(position, position + _SHOWN)
    return Difference(probe, position, ours[max(0, position - _SHOWN) : position], theirs[shown], ours[shown])
