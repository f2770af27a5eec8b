"""The seam between whoever asks and whatever answers: messages in, events out.

Implementations: the package's own engine, any OpenAI-compatible API (`remote.py`), a script (`scripted.py`). Server,
agent, synthesis and judges all speak to this one interface.
"""

from collections.abc import AsyncIterator
from typing import Protocol

from openk2.chat.events import Event, Fold
from openk2.chat.messages import ChatRequest


class ChatBackend(Protocol):
    """Something that answers a conversation."""

    name: str
    """What answers: a model's name, for people and logs."""
    context_length: int | None
    """Most tokens that prompt and answer may have together; None when not known."""

    def stream(self, request: ChatRequest) -> AsyncIterator[Event]:
        """Answer piece by piece; the last two events are Usage and Finished.

        Closing the iterator early cancels the answer. Raises ChatError when the messages cannot be rendered and
        RequestError when the request cannot be served.
        """
        ...


async def complete(backend: ChatBackend, request: ChatRequest) -> Fold:
    """The whole answer at once: `.message`, `.usage`, `.reason`, token ids."""
    folded = Fold()
    async for event in backend.stream(request):
        folded.add(event)
    return folded
