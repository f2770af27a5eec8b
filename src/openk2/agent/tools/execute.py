"""The tools that run code: python and shell, each call in the sandbox."""

from openk2.agent.sandbox.client import Outcome, Sandbox
from openk2.agent.tools.tool import FunctionTool, tool
from openk2.agent.workspace import Workspace
from openk2.errors import ToolError

_CONTROL = {code: "\ufffd" for code in range(32) if chr(code) not in "\t\n\r"} | {127: "\ufffd"}
"""Control characters, escape sequences' first among them, must reach neither a terminal nor a prompt."""


def python_tool(workspace: Workspace, sandbox: Sandbox) -> FunctionTool:
    """python in this workspace."""

    async def python(code: str) -> str:
        """Run Python code and return what it prints."""
        outcome = await sandbox.python(code, workspace.root)
        return _text(outcome)

    return tool(effect="execute")(python)


def shell_tool(workspace: Workspace, sandbox: Sandbox) -> FunctionTool:
    """shell in this workspace."""

    async def shell(command: str) -> str:
        """Run a shell command."""
        outcome = await sandbox.shell(command, workspace.root)
        text = _text(outcome)
        if not outcome.exit_status:
            return text
        return f"{text}{'' if not text or text.endswith(chr(10)) else chr(10)}exit status {outcome.exit_status}"

    return tool(effect="execute")(shell)


def _text(outcome: Outcome) -> str:
    """What the model reads; raises ToolError with the error first, then what was printed before it."""
    output = outcome.output.translate(_CONTROL)
    if outcome.error is not None:
        raise ToolError(f"{outcome.error.translate(_CONTROL)}\n{output}".rstrip("\n"))
    return output
