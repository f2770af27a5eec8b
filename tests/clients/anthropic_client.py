"""Anthropic's official client."""

from __future__ import annotations

from typing import Any

from anthropic import Anthropic
from errand import (
    ADDRESS,
    ANTHROPIC_TOOLS,
    FILES,
    GREETING,
    MODEL,
    QUESTION,
    check_calls,
    check_counts,
    check_stream,
    passed,
)

api = Anthropic(base_url=ADDRESS, api_key="none", max_retries=0, _strict_response_validation=True)
GREEDY: Any = {"model": MODEL, "max_tokens": 100, "extra_body": {"temperature": 0}}


def user(content: Any) -> Any:
    return {"role": "user", "content": content}


def calls_of(message: Any) -> list[Any]:
    return [block for block in message.content if block.type == "tool_use"]


def prompt_of(usage: Any) -> int:
    return int(usage.input_tokens + (usage.cache_read_input_tokens or 0) + (usage.cache_creation_input_tokens or 0))


whole = api.messages.create(messages=[user(GREETING)], **GREEDY)
check_counts(prompt_of(whole.usage), whole.usage.output_tokens, "chat")
with api.messages.stream(messages=[user(GREETING)], **GREEDY) as stream:
    pieces = list(stream.text_stream)
    final = stream.get_final_message()
check_stream(pieces, whole.content[0].text)
assert final.usage.output_tokens == whole.usage.output_tokens
assert prompt_of(final.usage) == prompt_of(whole.usage)

tools: Any = {"tools": ANTHROPIC_TOOLS}
first = api.messages.create(messages=[user(QUESTION)], **tools, **GREEDY)
calls = calls_of(first)
check_calls([(call.name, call.input) for call in calls])
assert first.stop_reason == "tool_use"
with api.messages.stream(messages=[user(QUESTION)], **tools, **GREEDY) as stream:
    check_calls([(call.name, call.input) for call in calls_of(stream.get_final_message())])
results = [{"type": "tool_result", "tool_use_id": call.id, "content": FILES[call.input["path"]]} for call in calls]
turns: list[Any] = [user(QUESTION), {"role": "assistant", "content": first.content}, user(results)]
second = api.messages.create(messages=turns, **tools, **GREEDY)
assert second.content
check_counts(prompt_of(second.usage), second.usage.output_tokens, "results")
assert prompt_of(second.usage) > prompt_of(first.usage) + first.usage.output_tokens
counted = api.messages.count_tokens(model=MODEL, messages=turns, **tools)
assert counted.input_tokens == prompt_of(second.usage)
passed("anthropic")
