"""Tools: typed functions a model can call, the box that checks and runs calls, and the tools of a workspace."""

from openk2.agent.tools.standard import workspace_tools
from openk2.agent.tools.tool import Effect, FunctionTool, Tool, tool
from openk2.agent.tools.toolbox import ToolBox, ToolOutput

__all__ = ["Effect", "FunctionTool", "Tool", "ToolBox", "ToolOutput", "tool", "workspace_tools"]
