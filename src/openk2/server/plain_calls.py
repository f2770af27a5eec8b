"""What calls become where none may be made: text.

With `tool_choice` none, or without tools, no client expects `tool_calls`, yet a model may write them. As with vLLM, the
client then gets them as content, spelled as the model writes them: nothing is hidden, and nobody runs anything.
"""

from collections.abc import Sequence

from openk2.chat.call_ids import call_id, is_indexed
from openk2.chat.events import (
    Event,
    Finished,
    PromptTokens,
    TextDelta,
    Tokens,
    ToolCallArguments,
    ToolCallEnd,
    ToolCallStart,
)
from openk2.chat.template import ARGUMENTS_BEGIN, CALL_BEGIN, CALL_END, SECTION_BEGIN, SECTION_END


class PlainCalls:
    """The events of one answer in, the same without calls out."""

    def __init__(self) -> None:
        self._in_section = False
        self._in_call = False

    def take(self, event: Event) -> Sequence[Event]:
        """What the event becomes; a call that was cut off stays unclosed."""
        match event:
            case Tokens() | PromptTokens():
                return (event,)
            case ToolCallStart(index, id, name):
                begin = "" if self._in_section else SECTION_BEGIN
                self._in_section = self._in_call = True
                spelled = id if is_indexed(id) else call_id(name, index)
                return (TextDelta(f"{begin}{CALL_BEGIN}{spelled}{ARGUMENTS_BEGIN}"),)
            case ToolCallArguments(_, text):
                return (TextDelta(text),)
            case ToolCallEnd():
                self._in_call = False
                return (TextDelta(CALL_END),)
            case Finished("tool_calls", None):
                event = Finished("stop")
        if not self._in_section:
            return (event,)
        ends = (TextDelta(SECTION_END),) if not self._in_call else ()
        self._in_section = False
        return (*ends, event)
