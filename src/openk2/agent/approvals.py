"""Who decides whether a call may run. Calls that only look run unasked; writing and executing are decided here."""

from collections.abc import Awaitable, Callable
from typing import Literal

from openk2.agent.tools.tool import Effect
from openk2.chat.messages import ToolCall

Decision = Literal["allow", "refuse", "stop"]
"""Run it; tell the model that it was refused; end the run."""

Approver = Callable[[ToolCall, Effect], Awaitable[Decision]]
"""Decides on one call that writes or executes."""


async def allow_all(call: ToolCall, effect: Effect) -> Decision:
    """Run every call: for workspaces that the sandbox protects, or that may be lost."""
    return "allow"


async def refuse_all(call: ToolCall, effect: Effect) -> Decision:
    """Run no call that writes or executes."""
    return "refuse"


def ask_first(ask: Callable[[ToolCall, Effect], Awaitable[str]]) -> Approver:
    """Ask a person. `ask` shows the call and returns what was typed: yes, always (for this tool), no, or stop."""
    always: set[str] = set()

    async def decide(call: ToolCall, effect: Effect) -> Decision:
        if call.name in always:
            return "allow"
        answer = (await ask(call, effect)).strip().lower()
        if answer in ("a", "always"):
            always.add(call.name)
            return "allow"
        if answer in ("y", "yes"):
            return "allow"
        return "stop" if answer in ("s", "stop") else "refuse"

    return decide
