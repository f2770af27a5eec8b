"""The oracle: plays a task's policies as an assistant that answers requests, in training data and in evaluation."""

from __future__ import annotations

import json
from collections.abc import Sequence

from openk2.chat.call_ids import call_id, count_calls
from openk2.chat.messages import Message, ToolCall
from openk2.environments.families.source import Finding
from openk2.environments.task import Call, Task
from openk2.errors import EvaluationError


class Oracle:
    """Says the assistant's next message, given the conversation so far. One object plays one dialogue, in order."""

    def __init__(self, task: Task) -> None:
        self._task = task.id
        self._names = {declared.tool: declared.name for declared in task.tools}
        self._turns = iter(task.turns)
        self._playing: Finding | None = None
        self._pending = 0

    def reply(self, messages: Sequence[Message]) -> Message:
        """The next message: calls, or the answer. The last message must be the user's or a tool's.

        Raises EvaluationError when an output is not what the task promised.
        """
        if self._playing is None:
            self._playing = next(self._turns).policy()
        outputs = [message.content for message in messages if message.role == "tool"]
        try:
            if messages[-1].role == "user":
                calls = next(self._playing)
            else:
                calls = self._playing.send(tuple(outputs[-self._pending :]))
        except StopIteration as end:
            self._playing = None
            return Message("assistant", end.value)
        except (ValueError, LookupError, RuntimeError) as error:
            raise EvaluationError(f"{self._task}: the oracle cannot go on: {type(error).__name__}: {error}") from error
        self._pending = len(calls)
        first = count_calls(messages)
        return Message("assistant", tool_calls=tuple(self._call(call, first + i) for i, call in enumerate(calls)))

    def _call(self, call: Call, index: int) -> ToolCall:
        name = self._names[call.tool]
        return ToolCall(call_id(name, index), name, json.dumps(dict(call.arguments), ensure_ascii=False))
