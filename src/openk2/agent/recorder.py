"""From a run to its trace: each message once, with the ids it added to the sequence and which of them were sampled.

The ids come from the backend that sampled them. A prompt that continues the sequence so far adds its new part (the
template's tokens, the tool results) with mask False; where it does not, because the template dropped reasoning or
wrote a message otherwise than it was sampled, the step says how many ids are shared and a new sequence begins.
"""

from array import array
from collections.abc import Callable
from datetime import UTC, datetime

from openk2.agent.budgets import Spent, Status
from openk2.agent.tools.toolbox import ToolOutput
from openk2.chat.events import Fold
from openk2.chat.messages import Message, ToolCall, ToolSpec
from openk2.trace.records import End, Header, Record, Step, ToolResult


class Recorder:
    """Turns what happens into records, in order, and hands each on at once."""

    def __init__(self, record: Callable[[Record], None]) -> None:
        """`record`: takes each record, such as `TraceWriter.append` or `list.append`."""
        self._record = record
        self._sequence = array("q")

    def header(self, model: str, tools: tuple[ToolSpec, ...], sandbox: str, task_id: str | None) -> None:
        """How the run is set up."""
        created = datetime.now(UTC).isoformat(timespec="seconds")
        declared = tuple(tool.to_openai() for tool in tools)
        self._record(Header(created=created, model=model, tools=declared, task_id=task_id, sandbox=sandbox))

    def said(self, message: Message) -> None:
        """A system or user message."""
        self._record(Step(message.to_openai()))

    def answered(self, message: Message, answer: Fold) -> None:
        """The model's message, and the answer it was taken from."""
        if not answer.prompt_ids:
            self._record(Step(message.to_openai()))
            return
        prompt, sampled = array("q", answer.prompt_ids), array("q", answer.token_ids)
        shared = _shared(self._sequence, prompt)
        new = prompt[shared:] + sampled
        self._record(
            Step(
                message.to_openai(),
                token_ids=tuple(new),
                mask=(False,) * (len(prompt) - shared) + (True,) * len(sampled),
                logprobs=tuple(answer.logprobs) if len(answer.logprobs) == len(sampled) else (),
                position=None if shared == len(self._sequence) else shared,
            )
        )
        self._sequence = prompt + sampled

    def ran(self, call: ToolCall, output: ToolOutput) -> None:
        """A tool's output."""
        self._record(ToolResult(call.id, call.name, output.ok, output.text, round(output.seconds, 6)))

    def ended(self, status: Status, spent: Spent) -> None:
        """The run is over."""
        self._record(
            End(status, spent.steps, spent.prompt_tokens, spent.completion_tokens, seconds=round(spent.seconds, 6))
        )


def _shared(one: "array[int]", other: "array[int]") -> int:
    """How many first ids are the same."""
    size = min(len(one), len(other))
    if one[:size] == other[:size]:
        return size
    return next(i for i in range(size) if one[i] != other[i])
