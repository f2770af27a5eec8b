"""`openk2 agent`: solve a task in a workspace with tools; progress on standard error, the answer on standard output."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from openk2.agent.approvals import Approver, allow_all, ask_first, refuse_all
from openk2.agent.budgets import Budgets
from openk2.agent.loop import Agent, Result
from openk2.agent.tools import ToolBox, workspace_tools
from openk2.agent.tools.standard import shared_sandbox
from openk2.chat.sampling import SamplingParams
from openk2.cli.models import open_backend
from openk2.cli.terminal import Display, ask, plain
from openk2.errors import AgentError
from openk2.trace.store import TraceWriter

app = typer.Typer(add_completion=False, rich_markup_mode=None)

EXIT_CODES = {
    "done": 0,
    "failed": 1,
    "limit_steps": 3,
    "limit_tokens": 3,
    "limit_seconds": 3,
    "limit_repeats": 3,
    "denied": 4,
}
"""Status to exit code; 130 where it was cancelled."""


@app.command()
def agent(
    task: Annotated[str, typer.Argument(help="What to do, in words.")],
    model: Annotated[str, typer.Option(help="A name, a directory, or openai:MODEL@BASE_URL.")] = "k2-nano",
    workspace: Annotated[Path, typer.Option(help="The folder the tools work in and cannot leave.")] = Path("."),
    max_steps: Annotated[int, typer.Option(help="Most messages of the model.")] = 30,
    max_tokens: Annotated[int | None, typer.Option(help="Most tokens the model samples.")] = None,
    max_seconds: Annotated[float | None, typer.Option(help="Most wall-clock seconds.")] = None,
    max_repeats: Annotated[
        int, typer.Option(help="End when the same call gives the same result so often in a row; 0: never.")
    ] = 3,
    trace: Annotated[Path | None, typer.Option(help="Write the run's trace here; a new file.")] = None,
    approve: Annotated[str, typer.Option(help="Calls that write or execute: auto, ask or deny.")] = "auto",
    tools: Annotated[str | None, typer.Option(help="Only these tools, separated by commas.")] = None,
    shell: Annotated[bool, typer.Option("--shell", help="Add a shell to the tools.")] = False,
    temperature: Annotated[float, typer.Option(help="0 takes the most probable token.")] = 0.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")] = False,
) -> None:
    """Solve a task in a workspace with tools.

    Exit status: 0 done, 1 failed, 2 wrong usage, 3 a limit was reached, 4 denied, 130 cancelled.
    """
    budgets = Budgets(max_steps, max_tokens, max_seconds, max_repeats)
    sampling = SamplingParams(temperature=temperature)
    toolbox = make_toolbox(workspace, tools, shell=shell)
    isolation = check_isolation(toolbox, approve)
    approver = make_approver(approve)
    console = Console(stderr=True, highlight=False)
    with ExitStack() as stack:
        writer = stack.enter_context(open_trace(trace)) if trace is not None else None
        backend = open_backend(model)
        display = Display(console)
        console.print(f"{backend.name} in {workspace}; tools: {', '.join(toolbox.names)}", markup=False, soft_wrap=True)
        if isolation:
            console.print(f"sandbox: {isolation}", markup=False, soft_wrap=True)
        runner = Agent(
            backend,
            toolbox,
            workspace,
            budgets,
            sampling=sampling,
            approve=approver,
            record=writer.append if writer is not None else None,
            watch=display.show,
            sandbox=isolation,
        )
        result = asyncio.run(run_until_cancelled(runner, task))
    _report(result, display, model=backend.name, sandbox=isolation, trace=trace, as_json=as_json)
    raise typer.Exit(EXIT_CODES.get(result.status, 130))


async def run_until_cancelled(runner: Agent, task: str) -> Result:
    """Run the task; Ctrl-C cancels it, a second one ends the program."""
    loop = asyncio.get_running_loop()

    def stop() -> None:
        loop.remove_signal_handler(signal.SIGINT)
        runner.cancel()

    loop.add_signal_handler(signal.SIGINT, stop)
    try:
        return await runner.run(task)
    finally:
        loop.remove_signal_handler(signal.SIGINT)


def make_toolbox(workspace: Path, names: str | None, *, shell: bool) -> ToolBox:
    """The standard tools of the workspace, or those of them that are named.

    Raises AgentError for a workspace that holds everything the user has, or a name that is no tool.
    """
    if workspace.resolve() in (Path("/"), Path.home().resolve()):
        raise AgentError(f"the workspace is {workspace.resolve()}; accepted: a folder of its own (--workspace DIR)")
    wanted = None if names is None else [name.strip() for name in names.split(",") if name.strip()]
    toolbox = ToolBox(workspace_tools(workspace, shell=shell or "shell" in (wanted or ())))
    return toolbox if wanted is None else toolbox.subset(wanted)


def check_isolation(toolbox: ToolBox, approve: str) -> str:
    """The isolation of the tools that execute, in words; empty when there are none.

    Raises AgentError where nobody would be asked and nothing would keep the code inside the workspace.
    """
    executing = [tool.spec.name for tool in toolbox if tool.effect == "execute"]
    if not executing:
        return ""
    isolation = shared_sandbox().isolation()
    if approve == "auto" and not isolation.confines_files:
        raise AgentError(
            f"{' and '.join(executing)} cannot be confined to the workspace here ({isolation}); "
            "accepted: --approve ask, --approve deny, or --tools without them"
        )
    return str(isolation)


def make_approver(approve: str) -> Approver:
    """What decides on calls that write or execute; raises AgentError for another word, or when nobody can be asked."""
    if approve == "auto":
        return allow_all
    if approve == "deny":
        return refuse_all
    if approve != "ask":
        raise AgentError(f"--approve is {approve!r}; accepted: auto, ask, deny")
    if not sys.stdin.isatty():
        raise AgentError("--approve ask needs a terminal to ask in; accepted here: auto, deny")
    return ask_first(ask)


def open_trace(path: Path) -> TraceWriter:
    """A writer of a new trace; raises AgentError where something is there already."""
    if path.exists() and (not path.is_file() or os.path.getsize(path)):
        raise AgentError(f"{path} exists already; accepted: a new file for the trace")
    return TraceWriter(path)


def _report(result: Result, display: Display, *, model: str, sandbox: str, trace: Path | None, as_json: bool) -> None:
    words = result.status if not result.reason else f"{result.status}: {result.reason}"
    print(
        f"{plain(words)} ({result.steps} steps, {display.calls} calls, {result.completion_tokens} tokens, "
        f"{result.seconds:.1f} s)",
        file=sys.stderr,
    )
    if as_json:
        where = None if trace is None else str(trace)
        print(
            json.dumps({**asdict(result), "calls": display.calls, "model": model, "sandbox": sandbox, "trace": where})
        )
    elif result.answer:
        print(plain(result.answer))
