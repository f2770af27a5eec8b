"""LangChain's chat models of OpenAI's and of Anthropic's API."""

from __future__ import annotations

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
from langchain_anthropic import ChatAnthropic
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, ToolMessage
from langchain_openai import ChatOpenAI


def errand_with(model: Any) -> None:
    """The errand with one of the two chat models; temperature 0 is set in it."""
    whole: AIMessage = model.invoke(GREETING)
    usage: Any = whole.usage_metadata
    check_counts(usage["input_tokens"], usage["output_tokens"], type(model).__name__)
    chunks: list[AIMessageChunk] = list(model.stream(GREETING))
    check_stream([str(chunk.text) for chunk in chunks if chunk.text], str(whole.text))

    with_tools = model.bind_tools(OPENAI_TOOLS)
    turns: list[BaseMessage] = [HumanMessage(QUESTION)]
    first: AIMessage = with_tools.invoke(turns)
    check_calls([(call["name"], call["args"]) for call in first.tool_calls])
    streamed: Any = None
    for chunk in with_tools.stream(turns):
        streamed = chunk if streamed is None else streamed + chunk
    check_calls([(call["name"], call["args"]) for call in streamed.tool_calls])
    results = [ToolMessage(FILES[call["args"]["path"]], tool_call_id=call["id"]) for call in first.tool_calls]
    second: AIMessage = with_tools.invoke([*turns, first, *results])
    assert second.content or second.tool_calls
    usage = second.usage_metadata
    check_counts(usage["input_tokens"], usage["output_tokens"], type(model).__name__)
    assert usage["input_tokens"] > first.usage_metadata["input_tokens"]  # type: ignore[index]


errand_with(
    ChatOpenAI(model=MODEL, base_url=f"{ADDRESS}/v1", api_key="none", temperature=0, max_tokens=100, max_retries=0)  # type: ignore[arg-type,call-arg]
)
errand_with(
    ChatAnthropic(
        model=MODEL,  # type: ignore[call-arg]
        base_url=ADDRESS,
        api_key="none",  # type: ignore[arg-type]
        max_tokens=100,  # type: ignore[call-arg]
        model_kwargs={"extra_body": {"temperature": 0}},
        max_retries=0,
    )
)
passed("langchain-openai", "langchain-anthropic")
