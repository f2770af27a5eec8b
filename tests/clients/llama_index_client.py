"""LlamaIndex's model of servers with OpenAI's API, `OpenAILike`, which has to be told what its server can do."""

from __future__ import annotations

from typing import Any

from errand import ADDRESS, FILES, GREETING, MODEL, QUESTION, check_calls, check_counts, check_stream, passed
from llama_index.core.base.llms.types import ChatMessage, MessageRole
from llama_index.core.tools import FunctionTool
from llama_index.llms.openai_like import OpenAILike

model = OpenAILike(
    model=MODEL,
    api_base=f"{ADDRESS}/v1",
    api_key="none",
    is_chat_model=True,
    is_function_calling_model=True,
    context_window=4096,
    temperature=0,
    max_tokens=100,
    max_retries=0,
)


def read_file(path: str) -> str:
    """Read a text file."""
    return FILES[path]


def python(code: str) -> str:
    """Run Python code and return what it prints."""
    raise AssertionError("nothing asks for this")


def calls_of(response: Any) -> list[Any]:
    return list(model.get_tool_calls_from_response(response, error_on_no_tool_call=False))


def counts_of(response: Any, what: str) -> tuple[int, int]:
    usage = response.raw.usage
    check_counts(usage.prompt_tokens, usage.completion_tokens, what)
    return usage.prompt_tokens, usage.completion_tokens


hello = [ChatMessage(role=MessageRole.USER, content=GREETING)]
whole = model.chat(hello)
counts_of(whole, "chat")
check_stream([piece.delta for piece in model.stream_chat(hello) if piece.delta], whole.message.content or "")

tools = [FunctionTool.from_defaults(read_file), FunctionTool.from_defaults(python)]
question = ChatMessage(role=MessageRole.USER, content=QUESTION)
options: Any = {"tools": tools, "allow_parallel_tool_calls": True}
first = model.chat_with_tools(user_msg=question, **options)
calls = calls_of(first)
check_calls([(call.tool_name, call.tool_kwargs) for call in calls])
streamed: Any = None
for piece in model.stream_chat_with_tools(user_msg=question, **options):
    streamed = piece
check_calls([(call.tool_name, call.tool_kwargs) for call in calls_of(streamed)])
results = [
    ChatMessage(
        role=MessageRole.TOOL,
        content=read_file(**call.tool_kwargs),
        additional_kwargs={"tool_call_id": call.tool_id, "name": call.tool_name},
    )
    for call in calls
]
second = model.chat_with_tools(chat_history=[question, first.message, *results], **options)
assert second.message.content or calls_of(second)
assert counts_of(second, "results")[0] > sum(counts_of(first, "calls"))
passed("llama-index-llms-openai-like", "openai")
