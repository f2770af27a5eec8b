"""Which requests run beside a person's work: titles, tags and suggestions that chat pages ask for on the side.

Open WebUI sends them as ordinary chats whose one message begins with `### Task:` and what to generate (its
`DEFAULT_*_PROMPT_TEMPLATE`s). They get a lower priority, so that an answer somebody waits for is not slower for them.
"""

from __future__ import annotations

import re
from dataclasses import replace

from openk2.chat.messages import ChatRequest

BACKGROUND_PRIORITY = -1

_TASK = re.compile(r"### Task:\s+(?:Generate|Suggest|Analyze|You are an autocompletion)")


def is_background(request: ChatRequest) -> bool:
    """Whether nobody waits for the answer."""
    said = [message for message in request.messages if message.role != "system"]
    return len(said) == 1 and said[0].role == "user" and _TASK.match(said[0].content) is not None


def with_priority(request: ChatRequest) -> ChatRequest:
    """The request with the priority of its kind, unless its client chose one."""
    if request.sampling.priority or not is_background(request):
        return request
    return replace(request, sampling=replace(request.sampling, priority=BACKGROUND_PRIORITY))
