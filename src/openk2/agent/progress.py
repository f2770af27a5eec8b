"""What a run tells whoever watches it, while it happens: the model's own events, and what the agent does with them."""

from dataclasses import dataclass

from openk2.agent.tools.toolbox import ToolOutput
from openk2.chat.events import Event
from openk2.chat.messages import ToolCall


@dataclass(frozen=True)
class CallStarted:
    """A tool begins to run."""

    call: ToolCall


@dataclass(frozen=True)
class CallFinished:
    """A tool has run, or was refused; the output is what the model sees."""

    call: ToolCall
    output: ToolOutput


@dataclass(frozen=True)
class Retrying:
    """An answer broke off or was refused; the model is asked once more."""

    reason: str


Progress = Event | CallStarted | CallFinished | Retrying
