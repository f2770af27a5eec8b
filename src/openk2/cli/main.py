"""The `openk2` command: one module per command in this room, imported only when that command is used."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from openk2.errors import OpenK2Error

COMMANDS = {
    "agent": "Solve a task in a workspace with tools.",
    "average": "Write the mean of models of one shape.",
    "bench": "Measure speed beside the limit of this machine.",
    "chat": "Talk to a model in the terminal.",
    "config": "Show the server's configuration and where each value comes from.",
    "convert": "Write a model in another number format.",
    "data": "Build, list and verify training text.",
    "eval": "Score a model on a suite.",
    "generate": "Continue a text.",
    "inspect": "Show what a model or preset is, without reading weights.",
    "kernels": "Show which kernels this machine has, tested and measured.",
    "keys": "Make, list and revoke API keys of a server.",
    "pull": "Fetch a model from the Hugging Face hub.",
    "report": "Draw a training run into one HTML file.",
    "serve": "Start the HTTP server and its chat page.",
    "synthesize": "Make verified tool-use trajectories from a recipe.",
    "tokenizer": "Train a tokenizer.",
    "train": "Train a model from one or more recipes.",
    "usage": "Show what was used, by day, key, model or user.",
    "users": "Make and change the people who may use a server.",
    "verify": "Read all of a model directory and say what is wrong.",
}
"""Command → one line of help; the module `openk2.cli.NAME` holds its typer `app`."""

_CommandError: type[Exception] = typer.BadParameter.__mro__[2]
"""What a wrong command line raises (click's ClickException), by way of its public subclass: some versions of typer
bring their own copy of click.
"""


class _LazyGroup(TyperGroup):
    """Lists every command without importing any."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            ctx.fail(f"no command {cmd_name!r}; accepted: {', '.join(COMMANDS)}")
        command = typer.main.get_command(import_module(f"openk2.cli.{cmd_name}").app)
        command.name = cmd_name
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


app = typer.Typer(cls=_LazyGroup, no_args_is_help=True, add_completion=False, rich_markup_mode=None)


@app.callback(invoke_without_command=False)
def _root() -> None:
    """openk2 trains, serves and runs agents on models of the Kimi K2 architecture."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit.

    What a user can act on ends in one line on standard error and status 2; Ctrl-C in status 130.
    """
    command: Any = typer.main.get_command(app)
    try:
        status = command.main(args=arguments, prog_name="openk2", standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has left. What is still buffered would fail again at exit, so it goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OpenK2Error as error:
        _fail(str(error))
    except typer.Abort:
        sys.exit(130)
    except OSError as error:
        # A full disk, a missing permission: the path and the reason say all.
        _fail(f"{error.filename or 'input or output'}: {error.strerror or error}")
    except _CommandError as error:
        _explain(error)
    sys.exit(status if isinstance(status, int) else 0)


def _explain(error: Any) -> None:
    """A wrong command line: the help of a group called without command, else one line."""
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":
        print(error.format_message(), file=sys.stderr)
        sys.exit(2)
    path = context.command_path.removeprefix("openk2").strip() if context is not None else ""
    _fail(f"{path}: {error.format_message()}" if path else error.format_message())


def _fail(message: str) -> None:
    print(f"openk2: {' '.join(message.split())}", file=sys.stderr)
    sys.exit(2)
