"""Playing a task with the real tools, message by message, without an agent around it: for making trajectories.

The tools of one workspace directory serve one task after another; the directory is emptied in between.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from openk2.agent.tools import Effect, Tool, ToolBox, workspace_tools
from openk2.chat.messages import Message, ToolSpec
from openk2.environments.names import TOOL_NAMES
from openk2.environments.oracle import Oracle
from openk2.environments.task import Declared, Task
from openk2.environments.world import lay_out

MOST_STEPS = 12
"""Assistant messages in one turn."""


class Bench:
    """A workspace directory with its tools."""

    def __init__(self, workspace: Path) -> None:
        self.workspace = workspace
        workspace.mkdir(parents=True, exist_ok=True)
        self._tools = ToolBox(workspace_tools(workspace)).subset(TOOL_NAMES)
        self._specs = {tool.spec.name: tool.spec for tool in self._tools}

    def prepare(self, task: Task) -> None:
        """Empty the workspace and lay out the task's world."""
        for entry in self.workspace.iterdir():
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
        lay_out(task.world, self.workspace)

    def specs(self, task: Task) -> tuple[ToolSpec, ...]:
        """The tools as the task declares them."""
        return tuple(declare(declared, self._specs[declared.tool]) for declared in task.tools)

    async def play(self, task: Task) -> list[Message]:
        """The oracle's whole dialogue in the prepared workspace, every call executed."""
        oracle = Oracle(task)
        own_names = {declared.name: declared.tool for declared in task.tools}
        tools = self._tools
        if any("current_date" in turn.tools for turn in task.turns):
            tools = ToolBox(workspace_tools(self.workspace, today=task.world.today))
        messages = [] if task.system is None else [Message("system", task.system)]
        for turn in task.turns:
            messages.append(Message("user", turn.request))
            for _ in range(MOST_STEPS):
                reply = oracle.reply(messages)
                messages.append(reply)
                if not reply.tool_calls:
                    break
                for call in reply.tool_calls:
                    output = await tools.run(own_names[call.name], call.arguments)
                    messages.append(Message("tool", output.text, tool_call_id=call.id, name=call.name))
        return messages


@dataclass(frozen=True)
class _DeclaredTool:
    """A tool as one task declares it."""

    inner: Tool
    spec: ToolSpec

    @property
    def effect(self) -> Effect:
        return self.inner.effect

    async def call(self, arguments: dict[str, Any]) -> str:
        return await self.inner.call(arguments)


def task_tools(task: Task, workspace: Path) -> ToolBox:
    """The tools of a task in a workspace, declared as the task says: for an agent."""
    own = {tool.spec.name: tool for tool in workspace_tools(workspace, today=task.world.today)}
    return ToolBox(
        _DeclaredTool(own[declared.tool], declare(declared, own[declared.tool].spec)) for declared in task.tools
    )


def declare(declared: Declared, spec: ToolSpec) -> ToolSpec:
    """A tool's declaration under the name and in the words of one task."""
    return replace(spec, name=declared.name, description=declared.description or spec.description)
