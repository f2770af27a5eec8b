"""litellm, which many programs and proxies speak through: as OpenAI's API, as vLLM's, as Moonshot's, as Anthropic's."""

from __future__ import annotations

import json
from typing import Any

import litellm
from errand import (
    ADDRESS,
    FILES,
    GREETING,
    MODEL,
    OPENAI_TOOLS,
    QUESTION,
    check_calls,
    check_counts,
    check_stream,
    passed,
)


def errand_as(provider: str, base: str) -> None:
    """The errand with litellm's translation for one provider."""

    def ask(messages: list[Any], **options: Any) -> Any:
        return litellm.completion(
            model=f"{provider}/{MODEL}",
            api_base=base,
            api_key="none",
            messages=messages,
            temperature=0,
            max_tokens=100,
            num_retries=0,
            **options,
        )

    hello: list[Any] = [{"role": "user", "content": GREETING}]
    whole = ask(hello)
    check_counts(whole.usage.prompt_tokens, whole.usage.completion_tokens, provider)
    chunks = list(ask(hello, stream=True, stream_options={"include_usage": True}))
    pieces = [chunk.choices[0].delta.content for chunk in chunks if chunk.choices and chunk.choices[0].delta.content]
    check_stream(pieces, whole.choices[0].message.content)
    assert chunks[-1].usage.completion_tokens == whole.usage.completion_tokens, provider

    turns: list[Any] = [{"role": "user", "content": QUESTION}]
    first = ask(turns, tools=OPENAI_TOOLS)
    message = first.choices[0].message
    check_calls([(call.function.name, json.loads(call.function.arguments)) for call in message.tool_calls])
    built = litellm.stream_chunk_builder(list(ask(turns, tools=OPENAI_TOOLS, stream=True)))
    streamed: Any = built.choices[0].message  # type: ignore[union-attr]
    check_calls([(call.function.name, json.loads(call.function.arguments)) for call in streamed.tool_calls])
    turns.append(message.model_dump(exclude_none=True))
    for call in message.tool_calls:
        path = json.loads(call.function.arguments)["path"]
        turns.append({"role": "tool", "tool_call_id": call.id, "content": FILES[path]})
    second = ask(turns, tools=OPENAI_TOOLS)
    assert second.choices[0].message.content or second.choices[0].message.tool_calls
    check_counts(second.usage.prompt_tokens, second.usage.completion_tokens, provider)
    assert second.usage.prompt_tokens_details.cached_tokens > 0, provider


for provider, base in {
    "openai": f"{ADDRESS}/v1",
    "hosted_vllm": f"{ADDRESS}/v1",
    "moonshot": f"{ADDRESS}/v1",
    "anthropic": f"{ADDRESS}",
}.items():
    errand_as(provider, base)
passed("litellm")
