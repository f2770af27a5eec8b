"""A checkpoint's own chat template, run as it is: to compare with openk2's renderer, never to prompt a model.

A model directory carries its template as `chat_template.jinja` or as `chat_template` in `tokenizer_config.json`. It is
somebody else's program, so it runs in Jinja's immutable sandbox, in a process of its own with little time and memory
(`jinja_worker.py`). Needs jinja2 (`pip install 'openk2[jinja]'`); everything else in the chat room does without.
"""

import importlib.util
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openk2.chat.locate import model_directory
from openk2.chat.tokenizer import CONFIG_FILE
from openk2.errors import ChatError

TEMPLATE_FILE = "chat_template.jinja"
_WORKER = Path(__file__).with_name("jinja_worker.py")
_LONGEST_TEMPLATE = 1_000_000
_SECONDS = 10
_MEMORY = 2**30
_CHARACTERS = 10_000_000


@dataclass(frozen=True)
class Dialogue:
    """What a template is given, in chat-completions form."""

    messages: Sequence[Mapping[str, Any]]
    tools: Sequence[Mapping[str, Any]] = ()
    add_generation_prompt: bool = True


@dataclass(frozen=True)
class Rendered:
    """What a template made of one dialogue."""

    text: str | None
    """None where it failed."""
    error: str | None = None
    """Why it failed, in one line."""


@dataclass(frozen=True)
class CheckpointTemplate:
    """The template of one model directory."""

    file: Path
    """Where it was read."""
    text: str
    with_tools: str | None = None
    """The one for conversations with tools, where the directory names two."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Further names the template may use: `bos_token` and the like."""

    @classmethod
    def read(cls, name_or_directory: str | Path) -> "CheckpointTemplate | None":
        """The template of a model, None where its directory has none; raises ChatError for one that cannot be read."""
        directory = model_directory(name_or_directory)
        file, config_file = directory / TEMPLATE_FILE, directory / CONFIG_FILE
        config = _json_object(config_file) if config_file.is_file() else {}
        variables = _special_tokens(config)
        if file.is_file():
            return cls(file, _checked(_text(file), file), None, variables)
        given = config.get("chat_template")
        if given is None:
            return None
        if isinstance(given, str):
            return cls(config_file, _checked(given, config_file), None, variables)
        try:
            named = {item["name"]: _checked(item["template"], config_file) for item in given}
            return cls(config_file, named["default"], named.get("tool_use"), variables)
        except (KeyError, TypeError):
            raise ChatError(
                f"{config_file}: chat_template: accepted: text, or a list of {{'name', 'template'}} with a 'default'"
            ) from None

    def render(self, dialogues: Sequence[Dialogue]) -> list[Rendered]:
        """What the template makes of each dialogue. The keys of the tools are sorted at every depth before, as the
        releases' own tokenizer does. Raises ChatError without jinja2 and when the template exceeds its limits."""
        if importlib.util.find_spec("jinja2") is None:
            raise ChatError(f"{self.file}: running it needs jinja2; install it with: pip install 'openk2[jinja]'")
        request = {
            "dialogues": [
                {
                    "template": self.with_tools if dialogue.tools and self.with_tools is not None else self.text,
                    "variables": {
                        **self.variables,
                        "messages": list(dialogue.messages),
                        "tools": _sorted(dialogue.tools) if dialogue.tools else None,
                        "add_generation_prompt": dialogue.add_generation_prompt,
                    },
                }
                for dialogue in dialogues
            ],
            "limits": {"seconds": _SECONDS, "memory": _MEMORY, "characters": _CHARACTERS},
        }
        try:
            done = subprocess.run(
                [sys.executable, "-P", str(_WORKER)],
                input=json.dumps(request),
                capture_output=True,
                encoding="utf-8",
                timeout=6 * _SECONDS,
            )
        except subprocess.TimeoutExpired:
            raise self._stopped() from None
        if done.returncode > 0:
            reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise ChatError(f"{self.file}: cannot be run with the jinja2 that is installed: {reason}")
        if done.returncode < 0:
            raise self._stopped()
        answers = json.loads(done.stdout)
        return [Rendered(answer.get("text"), answer.get("error")) for answer in answers]

    def _stopped(self) -> ChatError:
        most = f"{_SECONDS} s and {_MEMORY >> 20} MiB"
        return ChatError(f"{self.file}: the template was stopped; accepted: one that needs {most} at most")


def _special_tokens(config: Mapping[str, Any]) -> dict[str, str]:
    """`bos_token` and its like out of tokenizer_config.json, where each is a name or an object with its name."""
    tokens = {}
    for key, value in config.items():
        name = value.get("content") if isinstance(value, dict) else value
        if key.endswith("_token") and isinstance(name, str):
            tokens[key] = name
    return tokens


def _checked(text: object, file: Path) -> str:
    if not isinstance(text, str):
        raise TypeError
    if len(text) > _LONGEST_TEMPLATE:
        raise ChatError(f"{file}: the template has {len(text)} characters; accepted: {_LONGEST_TEMPLATE} at most")
    return text


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise ChatError(f"{file}: cannot be read as text: {error}") from error


def _json_object(file: Path) -> dict[str, Any]:
    try:
        value = json.loads(_text(file))
    except ValueError as error:
        raise ChatError(f"{file}: not readable as JSON: {error}") from error
    if not isinstance(value, dict):
        raise ChatError(f"{file}: holds {type(value).__name__}; accepted: a JSON object")
    return value


def _sorted(value: object) -> object:
    """The value with the keys of every object in it in order."""
    if isinstance(value, Mapping):
        return {key: _sorted(value[key]) for key in sorted(value)}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_sorted(item) for item in value]
    return value
