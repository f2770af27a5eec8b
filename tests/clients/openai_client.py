"""OpenAI's official client, for chat completions and for responses; the same script for its major versions 2 and 3."""

from __future__ import annotations

import json
from typing import Any

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
from openai import OpenAI

api = OpenAI(base_url=f"{ADDRESS}/v1", api_key="none", max_retries=0, _strict_response_validation=True)


def chat_completions() -> None:
    """Chat, stream, call two tools and return their results."""

    def ask(messages: list[Any], **options: Any) -> Any:
        return api.chat.completions.create(model=MODEL, messages=messages, temperature=0, max_tokens=100, **options)

    hello: list[Any] = [{"role": "user", "content": GREETING}]
    whole = ask(hello)
    check_counts(whole.usage.prompt_tokens, whole.usage.completion_tokens, "chat")
    chunks = list(ask(hello, stream=True, stream_options={"include_usage": True}))
    pieces = [choice.delta.content for chunk in chunks for choice in chunk.choices if choice.delta.content]
    check_stream(pieces, whole.choices[0].message.content)
    assert chunks[-1].usage.completion_tokens == whole.usage.completion_tokens

    turns: list[Any] = [{"role": "user", "content": QUESTION}]
    first = ask(turns, tools=OPENAI_TOOLS)
    message = first.choices[0].message
    check_calls([(call.function.name, json.loads(call.function.arguments)) for call in message.tool_calls])
    with api.chat.completions.stream(
        model=MODEL,
        messages=turns,
        temperature=0,
        max_tokens=100,
        tools=OPENAI_TOOLS,  # type: ignore[arg-type]
    ) as stream:
        streamed: Any = stream.get_final_completion().choices[0].message
    check_calls([(call.function.name, json.loads(call.function.arguments)) for call in streamed.tool_calls])
    turns.append(message.model_dump(exclude_none=True))
    for call in message.tool_calls:
        path = json.loads(call.function.arguments)["path"]
        turns.append({"role": "tool", "tool_call_id": call.id, "content": FILES[path]})
    second = ask(turns, tools=OPENAI_TOOLS)
    assert second.choices[0].message.content or second.choices[0].message.tool_calls
    check_counts(second.usage.prompt_tokens, second.usage.completion_tokens, "results")
    assert second.usage.prompt_tokens > first.usage.prompt_tokens + first.usage.completion_tokens


def responses() -> None:
    """The same by the newer interface, with the conversation kept by the server."""
    tools: list[Any] = [{"type": "function", "strict": False, **tool["function"]} for tool in OPENAI_TOOLS]

    def ask(given: Any, **options: Any) -> Any:
        return api.responses.create(model=MODEL, input=given, temperature=0, max_output_tokens=100, **options)

    whole = ask(GREETING)
    check_counts(whole.usage.input_tokens, whole.usage.output_tokens, "response")
    events = list(ask(GREETING, stream=True))
    check_stream([event.delta for event in events if event.type == "response.output_text.delta"], whole.output_text)
    assert events[-1].response.usage.output_tokens == whole.usage.output_tokens

    first = ask(QUESTION, tools=tools)
    calls = [item for item in first.output if item.type == "function_call"]
    check_calls([(call.name, json.loads(call.arguments)) for call in calls])
    results = [
        {
            "type": "function_call_output",
            "call_id": call.call_id,
            "output": FILES[json.loads(call.arguments)["path"]],
        }
        for call in calls
    ]
    second = ask(results, tools=tools, previous_response_id=first.id)
    assert second.output
    check_counts(second.usage.input_tokens, second.usage.output_tokens, "response to results")


chat_completions()
responses()
passed("openai")
