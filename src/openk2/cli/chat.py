"""`openk2 chat`: talk to a model in the terminal, with streaming and, on request, the agent's tools."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from openk2.agent.approvals import Approver, refuse_all
from openk2.agent.budgets import Budgets
from openk2.agent.loop import Agent, Result
from openk2.agent.prompt import SYSTEM_PROMPT
from openk2.agent.tools import ToolBox
from openk2.chat.backend import ChatBackend
from openk2.chat.sampling import SamplingParams
from openk2.cli.agent import check_isolation, make_approver, make_toolbox, open_trace
from openk2.cli.models import open_backend
from openk2.cli.terminal import Display
from openk2.errors import OpenK2Error
from openk2.trace.records import Record

app = typer.Typer(add_completion=False, rich_markup_mode=None)

_HELP = "/new begins another conversation, /save FILE writes this one as a trace, /quit ends; Ctrl-C stops an answer"


@app.command()
def chat(
    model: Annotated[str, typer.Argument(help="A name, a directory, or openai:MODEL@BASE_URL.")] = "k2-nano",
    tools: Annotated[bool, typer.Option("--tools", help="Let the model use tools in the workspace.")] = False,
    workspace: Annotated[Path, typer.Option(help="The folder the tools work in and cannot leave.")] = Path("."),
    approve: Annotated[str, typer.Option(help="Calls that write or execute: ask, auto or deny.")] = "ask",
    shell: Annotated[bool, typer.Option("--shell", help="Add a shell to the tools.")] = False,
    system: Annotated[str | None, typer.Option(help="A system message.")] = None,
    temperature: Annotated[float, typer.Option(help="0 takes the most probable token.")] = 0.6,
    max_tokens: Annotated[int | None, typer.Option(help="Most tokens of one message.")] = None,
) -> None:
    """Talk to a model in the terminal."""
    toolbox = make_toolbox(workspace, None, shell=shell) if tools else ToolBox()
    sandbox = check_isolation(toolbox, approve)
    approver = make_approver(approve) if tools else refuse_all
    talk = _Talk(
        open_backend(model),
        toolbox,
        approver,
        SamplingParams(temperature=temperature, max_tokens=max_tokens),
        system if system is not None or not tools else SYSTEM_PROMPT,
        sandbox,
    )
    talk.until_over()


class _Talk:
    """A conversation in the terminal; the commands begin with a slash."""

    def __init__(
        self,
        backend: ChatBackend,
        toolbox: ToolBox,
        approve: Approver,
        sampling: SamplingParams,
        system: str | None,
        sandbox: str,
    ) -> None:
        self._backend, self._toolbox, self._approve = backend, toolbox, approve
        self._sampling, self._system, self._sandbox = sampling, system, sandbox
        self._console = Console(stderr=True, highlight=False)
        self._display = Display(self._console, on_text=lambda text: print(text, end="", flush=True))
        self._records: list[Record] = []
        self._agent = self._begin()

    def until_over(self) -> None:
        """Read a line, answer it, until /quit or the end of input."""
        self._say(f"{self._backend.name}. {_HELP}.")
        if self._sandbox:
            self._say(f"tools: {', '.join(self._toolbox.names)}; sandbox: {self._sandbox}")
        with asyncio.Runner() as runner:
            while (line := _read()) is not None:
                if line.startswith("/"):
                    if not self._command(line):
                        return
                elif line:
                    self._turn(runner, line)

    def _begin(self) -> Agent:
        self._records.clear()
        return Agent(
            self._backend,
            self._toolbox,
            budgets=Budgets(),
            sampling=self._sampling,
            system=self._system,
            approve=self._approve,
            record=self._records.append,
            watch=self._display.show,
            sandbox=self._sandbox,
        )

    def _command(self, line: str) -> bool:
        """Do what the command says; False where it says to end."""
        name, _, argument = line.partition(" ")
        if name == "/quit":
            return False
        if name == "/new":
            self._agent = self._begin()
            self._say("a new conversation")
        elif name == "/save" and argument.strip():
            self._save(Path(argument.strip()))
        else:
            self._say(_HELP)
        return True

    def _save(self, path: Path) -> None:
        try:
            with open_trace(path) as writer:
                for record in self._records:
                    writer.append(record)
        except OpenK2Error as error:
            self._say(str(error))
        else:
            self._say(f"{path}: {len(self._records)} records")

    def _turn(self, runner: asyncio.Runner, text: str) -> None:
        result = runner.run(self._ask(text))
        self._display.end_line()
        if result.reason:
            self._say(f"{result.status}: {result.reason}")

    async def _ask(self, text: str) -> Result:
        """One turn; Ctrl-C stops it, and the conversation goes on."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, self._agent.cancel)
        try:
            return await self._agent.ask(text)
        finally:
            loop.remove_signal_handler(signal.SIGINT)

    def _say(self, text: str) -> None:
        self._console.print(text, style="dim", markup=False, soft_wrap=True)


def _read() -> str | None:
    """The next line the person types; None at the end of input and for Ctrl-C at the prompt."""
    try:
        return input("> " if sys.stdin.isatty() else "").strip()
    except (EOFError, KeyboardInterrupt):
        return None
