"""What a caller may do, in five words, and which of them a request needs.

Whatever is not named here needs `generate`: a new route is never open by oversight.
"""

import re

from openk2.errors import RequestError

GENERATE = "generate"
FILES = "files"
USAGE = "usage"
KEYS = "keys"
ADMIN = "admin"

SCOPES = {
    GENERATE: "ask models: every protocol's answers, token counts, conversations",
    FILES: "upload, read and delete files",
    USAGE: "read one's own usage",
    KEYS: "make, list and revoke one's own keys",
    ADMIN: "the same for everybody, and metrics",
}
"""Scope → what it is for."""

DEFAULT = frozenset({GENERATE, FILES, USAGE})
"""Of a key for which nothing else was said."""
SIGNED_IN = frozenset({GENERATE, FILES, USAGE, KEYS})
"""Of a person who signed in to the page."""

_NEEDED = (
    (re.compile(r"(?:/anthropic)?(?:/v1)+/models(?:/.*)?"), None),
    (re.compile(r"(?:/anthropic)?(?:/v1)+/files(?:/.*)?"), FILES),
    (re.compile(r"/api/files(?:/.*)?"), FILES),
    (re.compile(r"/api/usage(?:/.*)?"), USAGE),
    (re.compile(r"/api/keys(?:/.*)?"), KEYS),
    (re.compile(r"/metrics"), ADMIN),
)


def needed(path: str) -> str | None:
    """The scope that a request to `path` needs; None: any caller may send it."""
    for pattern, scope in _NEEDED:
        if pattern.fullmatch(path):
            return scope
    return GENERATE


def check_scopes(scopes: frozenset[str]) -> frozenset[str]:
    """The same; raises RequestError naming one that does not exist."""
    if unknown := sorted(scopes - SCOPES.keys()):
        raise RequestError(f"scopes holds {unknown[0]!r}; accepted: {', '.join(SCOPES)}")
    return scopes
