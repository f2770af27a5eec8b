"""What Claude Code does that other clients of the Messages API do not.

It puts a line of its own at the top of the system text which names the build and a code that is new in every request.
The line says nothing to a model, and a prompt that begins with it is never found in the prefix cache. And it names its
session in a header, which says where the beginning of a prompt is cached.
"""

from __future__ import annotations

from collections.abc import Mapping

_BILLING = "x-anthropic-billing-header:"
_SESSION = "x-claude-code-session-id"


def without_billing_line(text: str) -> str:
    """A system block without the line, if it begins with it."""
    return text.partition("\n")[2] if text.startswith(_BILLING) else text


def session_of(headers: Mapping[str, str]) -> str | None:
    """The session a request belongs to; None for other clients."""
    return headers.get(_SESSION) or None
