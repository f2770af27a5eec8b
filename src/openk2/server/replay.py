"""A finished answer as the events of an answer that was said in one go.

Protocols whose answers are lists of blocks or items build them from events alone; the whole form is then built by the
very code that builds the stream.
"""

from collections.abc import Iterator

from openk2.chat.events import (
    Event,
    Fold,
    ReasoningDelta,
    TextDelta,
    ToolCallArguments,
    ToolCallEnd,
    ToolCallStart,
)


def replay(folded: Fold) -> Iterator[Event]:
    """The answer's reasoning, text and calls, one event each; a call that was cut off is not ended."""
    message = folded.message
    if message.reasoning:
        yield ReasoningDelta(message.reasoning)
    if message.content:
        yield TextDelta(message.content)
    for index, call in enumerate(message.tool_calls):
        yield ToolCallStart(index, call.id, call.name)
        if call.arguments:
            yield ToolCallArguments(index, call.arguments)
        if index not in folded.open_calls:
            yield ToolCallEnd(index)
