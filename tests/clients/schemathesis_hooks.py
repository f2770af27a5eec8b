"""What schemathesis does not find out by itself: a model's name that is served, and how little to ask of it.

Half of the bodies name the model that is there, so that they get past the first check; few tokens are asked for, so
that thousands of answers end.
"""

from __future__ import annotations

from typing import Any

import schemathesis

MODEL = "k2-debug"
LIMITS = ("max_tokens", "max_completion_tokens", "max_output_tokens", "min_tokens")
ANSWERS = ("n", "best_of")


@schemathesis.hook
def map_body(context: Any, body: Any) -> Any:
    """The body that is sent."""
    if not isinstance(body, dict):
        return body
    if isinstance(body.get("model"), str) and len(str(body)) % 2 == 0:
        body["model"] = MODEL
    for name in LIMITS:
        if isinstance(body.get(name), int) and not isinstance(body[name], bool) and body[name] > 8:
            body[name] = 8
    for name in ANSWERS:
        if isinstance(body.get(name), int) and not isinstance(body[name], bool) and body[name] > 3:
            body[name] = 3
    return body
