"""What schemathesis does not find out by itself: a model that is served, a conversation, and how little to ask for.

Of three bodies one is left as it was made up, one names the model that is there, and one has a right conversation as
well and none of the fields whose inner form the document leaves open, so that it is answered. Few tokens are asked for,
so that thousands of answers end.
"""

from __future__ import annotations

from typing import Any

import schemathesis

MODEL = "k2-debug"
CONVERSATION = [{"role": "user", "content": "Hello!"}]
OPEN_FORMS = (
    *("tools", "tool_choice", "response_format", "system", "thinking", "output_config", "output_format", "text"),
    *("reasoning", "chat_template_kwargs", "logit_bias", "stop_token_ids", "previous_response_id", "include"),
    *("truncation", "stream_options"),
)
MOST = {"max_tokens": 8, "max_completion_tokens": 8, "max_output_tokens": 8, "min_tokens": 8, "n": 3, "best_of": 3}
"""Field → the largest value that is sent where a larger one was made up."""


@schemathesis.hook
def map_body(context: Any, body: Any) -> Any:
    """The body that is sent."""
    if not isinstance(body, dict):
        return body
    kind = len(str(body)) % 3
    if kind and isinstance(body.get("model"), str):
        body["model"] = MODEL
        if "input" in body:
            body.setdefault("max_output_tokens", 8)
        elif "messages" in body or "prompt" in body:
            body.setdefault("max_tokens", 8)
    if kind == 2 and isinstance(body.get("model"), str):
        for name in ("messages", "input"):
            if name in body:
                body[name] = CONVERSATION
        for name in OPEN_FORMS:
            body.pop(name, None)
    for name, most in MOST.items():
        value = body.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and value > most:
            body[name] = most
    return body
