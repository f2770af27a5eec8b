"""The standard tools of a workspace, with the names, parameters and output forms K2-nano is trained on."""

from datetime import date
from functools import cache
from pathlib import Path

from openk2.agent.sandbox.client import Sandbox
from openk2.agent.tools.execute import python_tool, shell_tool
from openk2.agent.tools.files import file_tools
from openk2.agent.tools.sql import sql_tool
from openk2.agent.tools.tool import FunctionTool, Tool, tool
from openk2.agent.workspace import Workspace

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@cache
def shared_sandbox() -> Sandbox:
    """The sandbox of this program, with the default limits."""
    return Sandbox()


def workspace_tools(
    workspace: Path, *, today: date | None = None, sandbox: Sandbox | None = None, shell: bool = False
) -> list[Tool]:
    """python, list_files, read_file, search_files, write_file, sql and current_date; with `shell`, shell too.

    `today`: what current_date says instead of the real date. Raises AgentError when the workspace is not a directory.
    """
    place = Workspace(workspace)
    box = sandbox or shared_sandbox()
    tools: list[Tool] = [python_tool(place, box), *file_tools(place), sql_tool(place), _date_tool(today)]
    if shell:
        tools.append(shell_tool(place, box))
    return tools


def _date_tool(today: date | None) -> FunctionTool:
    def current_date() -> str:
        """Tell today's date."""
        day = today or date.today()
        return f"{day.isoformat()}, {_WEEKDAYS[day.weekday()]}"

    return tool(current_date)
