"""What an answer has used so far, from its events: what is charged where it breaks off before it says so itself."""

from openk2.chat.events import (
    Event,
    PromptTokens,
    ReasoningDelta,
    TextDelta,
    Tokens,
    ToolCallArguments,
    ToolCallStart,
    Usage,
)


class Tally:
    """Takes the events of all answers to one request."""

    def __init__(self) -> None:
        self._prompt = self._cached = self._sampled = self._pieces = self._reasoned = 0
        self._reasons: dict[int, bool] = {}
        self._unread: dict[int, int] = {}
        """Tokens of an answer of which no text has come."""
        self._final: Usage | None = None

    @property
    def usage(self) -> Usage:
        """The counts by now: the backend's own once it has given them."""
        if self._final is not None:
            return self._final
        # A backend that reports no ids sends about one token per piece.
        sampled = self._sampled or self._pieces
        return Usage(self._prompt, self._cached, sampled, reasoning_tokens=min(self._reasoned, sampled))

    def take(self, choice: int, event: Event) -> None:
        """The next event of answer number `choice`."""
        match event:
            case PromptTokens():
                self._prompt, self._cached = len(event.ids), event.cached_tokens
            case Tokens(ids):
                self._sampled += len(ids)
                if self._reasons.get(choice):
                    self._reasoned += len(ids)
                else:
                    self._unread[choice] = self._unread.get(choice, 0) + len(ids)
            case ReasoningDelta():
                # The ids of its beginning came just before it.
                self._pieces += 1
                self._reasoned += self._unread.pop(choice, 0) + (self._sampled == 0)
                self._reasons[choice] = True
            case TextDelta() | ToolCallArguments():
                self._pieces += 1
                self._answers(choice)
            case ToolCallStart():
                self._answers(choice)
            case Usage():
                self._final = event
            case _:
                pass

    def _answers(self, choice: int) -> None:
        self._reasons[choice] = False
        self._unread.pop(choice, None)
