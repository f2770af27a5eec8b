"""One line per request, as fields: who asked what model, what it cost, how long it took, how it ended.

What people wrote and what the model said are no part of it unless the operator asks (`--log-prompts`), nor is any key:
`key_id` is the number under which a key is known.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from openk2.server.ending import Ending
from openk2.server.metering import Caller
from openk2.server.protocol import Call

_log = logging.getLogger("openk2.requests")


class RequestLog:
    """Writes the line when an answer has ended (an `Observer`)."""

    def __init__(self, *, prompts: bool = False) -> None:
        """`prompts`: with messages and answers."""
        self._prompts = prompts

    def arrived(self, call: Call, caller: Caller, headers: Mapping[str, str]) -> _Line:
        """See `Observer`."""
        return _Line(call, caller, self._prompts)


class _Line:
    tokens = None

    def __init__(self, call: Call, caller: Caller, prompts: bool) -> None:
        self._call, self._caller, self._prompts = call, caller, prompts

    def ended(self, ending: Ending) -> None:
        """Write the line."""
        request, usage = self._call.request, ending.usage
        facts: dict[str, Any] = {
            "request_id": request.request_id,
            "key_id": self._caller.key_id,
            "model": self._call.served.name,
            "backend": ending.backend,
            "stream": self._call.stream,
            "status": ending.status,
            "finish": ending.outcome,
            "prompt_tokens": usage.prompt_tokens if usage else None,
            "cached_tokens": usage.cached_tokens if usage else None,
            "completion_tokens": usage.completion_tokens if usage else None,
            "ttft_ms": None if ending.first_seconds is None else round(1000 * ending.first_seconds, 1),
            "ms": round(1000 * ending.seconds, 1),
        }
        if self._prompts:
            facts["messages"] = [message.to_openai() for message in request.messages]
            facts["answers"] = [fold.message.to_openai() for fold in ending.folds]
        _log.info("request", extra=facts)
