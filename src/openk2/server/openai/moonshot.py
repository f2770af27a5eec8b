"""`--moonshot-strict`: what Moonshot's platform refuses, refused in its way, and its defaults.

For those who try a client here before they point it at the platform: nothing passes here that fails there. The rules
are those of the platform's documentation for the K2 models (temperature 0 to 1, five answers, five stop texts of 32
bytes, no required calls, reasoning that comes back with its calls); the words are those its users report.
"""

from __future__ import annotations

from openk2.server.errors import ApiError
from openk2.server.openai.chat_body import ChatBody

DEFAULT_MAX_TOKENS = 1024
HIGHEST_TEMPERATURE = 1.0
NEAR_ZERO = 0.01
"""Temperatures below it draw one answer only."""
MOST_ANSWERS = 5
MOST_STOP_TEXTS = 5
LONGEST_STOP_BYTES = 32


def as_platform(chat: ChatBody, *, thinks: bool) -> ChatBody:
    """The body with the platform's defaults; raises ApiError (400) where the platform would refuse it. `thinks`:
    whether the model reasons before this answer."""
    temperature, answers = chat.temperature, 1 if chat.n is None else chat.n
    if temperature is not None and not 0 <= temperature <= HIGHEST_TEMPERATURE:
        _refuse("temperature", f"invalid temperature: only 0 to {HIGHEST_TEMPERATURE:g} is allowed for this model")
    if not 1 <= answers <= MOST_ANSWERS:
        _refuse("n", f"invalid n: only 1 to {MOST_ANSWERS} is allowed for this model")
    if answers > 1 and temperature is not None and temperature < NEAR_ZERO:
        _refuse("n", f"invalid n: only 1 is allowed when temperature is {temperature:g}")
    stop = [chat.stop] if isinstance(chat.stop, str) else chat.stop or []
    if len(stop) > MOST_STOP_TEXTS or any(len(text.encode()) > LONGEST_STOP_BYTES for text in stop):
        _refuse("stop", f"invalid stop: only {MOST_STOP_TEXTS} texts of at most {LONGEST_STOP_BYTES} bytes are allowed")
    if chat.tool_choice not in (None, "auto", "none"):
        _refuse("tool_choice", "invalid tool_choice: only none, auto and null are allowed")
    if thinks:
        for index, message in enumerate(chat.messages):
            if message.get("tool_calls") and message.get("reasoning_content", message.get("reasoning")) is None:
                _refuse(
                    "messages",
                    "thinking is enabled but reasoning_content is missing in assistant tool call message at index "
                    f"{index}",
                )
    if chat.max_tokens is None and chat.max_completion_tokens is None:
        return chat.model_copy(update={"max_completion_tokens": DEFAULT_MAX_TOKENS})
    return chat


def _refuse(param: str, message: str) -> None:
    raise ApiError(400, message, param=param)
