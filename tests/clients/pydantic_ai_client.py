"""Pydantic AI's agent, which runs the tools itself, by OpenAI's API and by Anthropic's."""

from __future__ import annotations

import asyncio
from typing import Any

from errand import ADDRESS, FILES, GREETING, MODEL, QUESTION, check_calls, check_counts, check_stream, passed
from pydantic_ai import Agent
from pydantic_ai.messages import ModelResponse, ToolCallPart, ToolReturnPart
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.usage import UsageLimits

SETTINGS: Any = {"temperature": 0, "max_tokens": 100, "extra_body": {"temperature": 0}}


def read_file(path: str) -> str:
    """Read a text file.

    Args:
        path: Path of a text file.
    """
    return FILES[path]


def python(code: str) -> str:
    """Run Python code and return what it prints."""
    raise AssertionError("nothing asks for this")


async def errand_with(model: Any) -> None:
    """The errand with one of the two models."""
    name = type(model).__name__
    plain = Agent(model, model_settings=SETTINGS)
    whole = await plain.run(GREETING)
    check_counts(whole.usage.input_tokens, whole.usage.output_tokens, name)
    async with plain.run_stream(GREETING) as stream:
        pieces = [piece async for piece in stream.stream_text(delta=True, debounce_by=None)]
    check_stream(pieces, whole.output)

    agent = Agent(model, model_settings=SETTINGS, tools=[read_file, python])
    messages: list[Any] = []
    async with agent.iter(QUESTION, usage_limits=UsageLimits(request_limit=2)) as run:
        async for _ in run:
            messages = run.all_messages()
            if sum(isinstance(message, ModelResponse) for message in messages) == 2:
                break
    first, second = [message for message in messages if isinstance(message, ModelResponse)][:2]
    calls = [part for part in first.parts if isinstance(part, ToolCallPart)]
    check_calls([(call.tool_name, call.args_as_dict()) for call in calls])
    returned = [part for message in messages for part in message.parts if isinstance(part, ToolReturnPart)]
    assert [part.content for part in returned] == list(FILES.values())
    assert second.parts
    check_counts(second.usage.input_tokens, second.usage.output_tokens, name)


openai = OpenAIChatModel(MODEL, provider=OpenAIProvider(base_url=f"{ADDRESS}/v1", api_key="none"))
anthropic = AnthropicModel(MODEL, provider=AnthropicProvider(base_url=ADDRESS, api_key="none"))


async def main() -> None:
    await errand_with(openai)
    await errand_with(anthropic)


asyncio.run(main())
passed("pydantic-ai-slim", "openai", "anthropic")
