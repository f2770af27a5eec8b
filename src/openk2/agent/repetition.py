"""Whether a run still gets anywhere: a model that repeats a call and gets the same back may do so for ever."""

import json
from collections.abc import Sequence

from openk2.agent.tools.toolbox import ToolOutput
from openk2.chat.messages import ToolCall


class Repetition:
    """Counts how many messages in a row made the same calls and got the same results.

    A model that waits for something goes on as long as the results differ, or it does something else in between.
    """

    def __init__(self, limit: int) -> None:
        """`limit`: so many in a row are too many; 0: any number may be."""
        self._limit = limit
        self._last: frozenset[tuple[str, str, bool, str]] = frozenset()
        self._count = 0

    def add(self, heard: Sequence[tuple[ToolCall, ToolOutput]]) -> str | None:
        """Take the calls of one message and what they gave back; says in words when the limit is reached."""
        this = frozenset((call.name, _same(call.arguments), output.ok, output.text) for call, output in heard)
        self._count = self._count + 1 if this == self._last else 1
        self._last = this
        if not self._limit or self._count < self._limit:
            return None
        names = ", ".join(sorted({call.name for call, _ in heard}))
        return f"{names}: the same call with the same result {self._count} times in a row"


def _same(arguments: str) -> str:
    """The arguments in one spelling, so that spaces and the order of fields make no difference."""
    try:
        return json.dumps(json.loads(arguments or "{}"), sort_keys=True)
    except (ValueError, RecursionError):
        return arguments
