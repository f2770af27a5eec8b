"""What a run looks like in a terminal: tool calls and results as they happen, and questions to the person."""

import asyncio
import json
import os
import sys
from collections.abc import Callable

from rich.console import Console
from rich.text import Text

from openk2.agent.progress import CallFinished, CallStarted, Progress, Retrying
from openk2.agent.tools.tool import Effect
from openk2.chat.events import ReasoningDelta, TextDelta
from openk2.chat.messages import ToolCall

_LINES_SHOWN = 6
_LINE_CHARACTERS = 160
_CONTROL = {code: "\ufffd" for code in range(32) if chr(code) not in "\t\n"} | dict.fromkeys(range(127, 160), "�")
"""No text of a model or a file may move the cursor or ring a bell."""


def plain(text: str) -> str:
    """The text without control characters."""
    return text.translate(_CONTROL)


class Display:
    """Shows progress on a console; give its `show` to the agent as `watch`."""

    def __init__(self, console: Console, on_text: Callable[[str], None] | None = None) -> None:
        """`on_text`: takes the pieces of the model's text; without it, text is not shown."""
        self._console = console
        self._on_text = on_text
        self._reasoned = 0
        self._mid_line = False
        self.calls = 0
        """Calls that ran."""

    def show(self, progress: Progress) -> None:
        """Show one event."""
        match progress:
            case TextDelta(text) if self._on_text is not None:
                self._end_reasoning()
                self._mid_line = not text.endswith("\n")
                self._on_text(plain(text))
            case ReasoningDelta(text):
                self._reasoned += len(text)
            case CallStarted(call):
                self.end_line()
                self.calls += 1
                self._line("→ ", describe(call), "bold cyan")
            case CallFinished(_, output):
                self._result(output.text, "dim" if output.ok else "red")
            case Retrying(reason):
                self.end_line()
                self._line("retrying: ", reason, "yellow")
            case _:
                pass

    def end_line(self) -> None:
        """Close a line of the model's text that is still open."""
        self._end_reasoning()
        if self._mid_line and self._on_text is not None:
            self._on_text("\n")
        self._mid_line = False

    def _end_reasoning(self) -> None:
        if self._reasoned:
            self._line("", f"(thought for {self._reasoned} characters)", "dim italic")
        self._reasoned = 0

    def _result(self, text: str, style: str) -> None:
        lines = plain(text).splitlines() or [""]
        for line in lines[:_LINES_SHOWN]:
            self._line("  ", line, style)
        if len(lines) > _LINES_SHOWN:
            self._line("  ", f"… {len(lines) - _LINES_SHOWN} more lines", style)

    def _line(self, prefix: str, text: str, style: str) -> None:
        text = " ".join(plain(text).split("\n"))
        if len(text) > _LINE_CHARACTERS:
            text = text[:_LINE_CHARACTERS] + "…"
        self._console.print(Text(prefix + text, style=style), soft_wrap=True)


def describe(call: ToolCall) -> str:
    """`read_file(path="notes/a.txt")`; arguments that are not an object, as they are."""
    try:
        arguments = json.loads(call.arguments or "{}")
    except ValueError:
        arguments = None
    if not isinstance(arguments, dict):
        return f"{call.name}({call.arguments})"
    shown = ", ".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in arguments.items())
    return f"{call.name}({shown})"


async def ask(call: ToolCall, effect: Effect) -> str:
    """Show a call that writes or executes in full, and return what the person types; nothing at the end of input."""
    does = "change files" if effect == "write" else "run code"
    print(
        f"\n{plain(describe(call))}\nwants to {does}: [y]es, [a]lways for {call.name}, [n]o, [s]top? ",
        end="",
        file=sys.stderr,
        flush=True,
    )
    return await _line_of_input()


async def _line_of_input() -> str:
    """The next line of standard input, without a thread that would outlive a cancelled wait."""
    loop = asyncio.get_running_loop()
    fd = sys.stdin.fileno()
    ready = asyncio.Event()
    loop.add_reader(fd, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(fd)
    return os.read(fd, 4096).decode("utf-8", "replace")
