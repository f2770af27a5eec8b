"""`truncation: auto`: the oldest turns go where a conversation does not fit the model's context.

A turn begins with a user's message; what stands before the first one (instructions, developer messages) stays, and so
does the last turn. The prompt is rendered to be counted, so models that do not render here leave nothing out.
"""

from __future__ import annotations

from dataclasses import replace

from openk2.chat.backend import ChatBackend
from openk2.chat.messages import ChatRequest


def truncated(request: ChatRequest, backend: ChatBackend) -> ChatRequest:
    """The request with as few turns left out as needed. Raises ChatError when it cannot be rendered."""
    count = getattr(backend, "count", None)
    if count is None or backend.context_length is None:
        return request
    room = backend.context_length - (request.sampling.max_tokens or 1)
    turns = [i for i, message in enumerate(request.messages) if message.role == "user"]
    head = request.messages[: turns[0]] if turns else request.messages

    def without(number: int) -> ChatRequest:
        return replace(request, messages=(*head, *request.messages[turns[number] :])) if number else request

    fewest, most = 0, max(len(turns) - 1, 0)
    if count(request) <= room:
        return request
    while fewest < most:
        middle = (fewest + most) // 2
        if count(without(middle)) <= room:
            most = middle
        else:
            fewest = middle + 1
    return without(most)
