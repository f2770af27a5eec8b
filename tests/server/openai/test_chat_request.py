"""What a chat-completions body becomes."""

from __future__ import annotations

from typing import Any

import pytest
from serving import StagedBackend, says

from openk2.chat.messages import ChatRequest, ToolChoice
from openk2.server import ServerSettings
from openk2.server.errors import ApiError
from openk2.server.openai.chat_request import read_chat_call
from openk2.server.served import Served

ASK: list[dict[str, Any]] = [{"role": "user", "content": "Weather?"}]
SCHEMA = {"type": "object", "properties": {"city": {"$ref": "#/$defs/c"}}, "$defs": {"c": {"type": "string"}}}


def tool(name: str, **function: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, **function}}


def named(name: str) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name}}


def read(*, backend: StagedBackend | None = None, **fields: Any) -> ChatRequest:
    body = {"model": "staged", "messages": ASK, **fields}
    return read_chat_call(body, "1", Served.of(backend or says(""))).request


@pytest.mark.parametrize(
    ("choice", "parallel", "meaning"),
    [
        (None, None, ToolChoice()),
        ("auto", True, ToolChoice()),
        ("auto", False, ToolChoice(parallel=False)),
        (None, False, ToolChoice(parallel=False)),
        ("none", None, ToolChoice("none")),
        ("required", None, ToolChoice("required")),
        (named("f"), None, ToolChoice("required", ("f",))),
        ({"type": "function", "name": "g"}, None, ToolChoice("required", ("g",))),
        (
            {"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": [named("g"), named("f")]}},
            False,
            ToolChoice("required", ("g", "f"), parallel=False),
        ),
        ({"type": "allowed_tools", "mode": "auto", "tools": [named("g")]}, None, ToolChoice("auto", ("g",))),
    ],
)
def test_tool_choice_in_all_its_forms(choice: Any, parallel: bool | None, meaning: ToolChoice) -> None:
    request = read(tools=[tool("f"), tool("g")], tool_choice=choice, parallel_tool_calls=parallel)
    assert request.tool_choice == meaning


def test_strict_is_kept_for_each_tool() -> None:
    tools = read(tools=[tool("f", strict=True), tool("g", strict=False), tool("h")]).tools
    assert [one.strict for one in tools] == [True, False, None]


@pytest.mark.parametrize(
    ("given", "schema"),
    [
        (None, None),
        ({"type": "text"}, None),
        ({"type": "json_object"}, {"type": "object"}),
        ({"type": "json_schema", "json_schema": {"name": "n", "schema": SCHEMA, "strict": True}}, SCHEMA),
        ({"type": "json_schema", "json_schema": {"schema": SCHEMA}}, SCHEMA),
    ],
)
def test_response_format_is_the_schema_of_the_answer(given: Any, schema: Any) -> None:
    assert read(response_format=given).answer_schema == schema


@pytest.mark.parametrize(
    ("fields", "thinking", "effort"),
    [
        ({}, None, None),
        ({"thinking": {"type": "enabled"}}, True, None),
        ({"thinking": {"type": "disabled"}, "reasoning_effort": "high"}, False, "high"),
        ({"thinking": {"type": "auto"}, "chat_template_kwargs": {"thinking": False}}, False, None),
        ({"chat_template_kwargs": {"enable_thinking": True, "other": 1}}, True, None),
        ({"reasoning_effort": "none"}, False, None),
        ({"reasoning_effort": "minimal"}, None, "low"),
        ({"reasoning_effort": "medium"}, None, "medium"),
        ({"reasoning_effort": "xhigh"}, None, "high"),
    ],
)
def test_reasoning_is_asked_for_in_every_known_way(fields: Any, thinking: bool | None, effort: str | None) -> None:
    request = read(**fields)
    assert (request.thinking, request.reasoning_effort) == (thinking, effort)


def test_a_cache_key_names_the_dialogue() -> None:
    assert read(prompt_cache_key="dialogue-7").cache_key == "dialogue-7"


def test_reasoning_comes_back_under_either_name() -> None:
    for name in ("reasoning_content", "reasoning"):
        messages = [*ASK, {"role": "assistant", "content": "Sunny.", name: "It is summer."}, *ASK]
        assert read(messages=messages).messages[1].reasoning == "It is summer."


def test_only_the_last_message_is_partial_and_its_name_is_kept() -> None:
    begun = {"role": "assistant", "content": "Dear", "partial": True, "name": "Kelsey"}
    last = read(messages=[*ASK, begun, *ASK, begun]).messages
    assert [message.partial for message in last] == [False, False, False, True]
    assert last[-1].name == "Kelsey"


@pytest.mark.parametrize(("style", "advice"), [("instruct", 0.6), ("thinking", 1.0)])
def test_the_temperature_that_nobody_chose_is_the_models_advice(style: str, advice: float) -> None:
    backend = says("")
    backend.style = style  # type: ignore[attr-defined]
    assert read(backend=backend).sampling.temperature == advice
    assert read(backend=backend, temperature=0.3).sampling.temperature == 0.3


def test_a_result_that_does_not_name_its_tool_gets_the_name_from_its_call() -> None:
    made = {"id": "a", "type": "function", "function": {"name": "get_weather", "arguments": "{}"}}
    messages = [
        *ASK,
        {"role": "assistant", "content": None, "tool_calls": [made]},
        {"role": "tool", "tool_call_id": "a", "content": "sunny"},
        {"role": "tool", "tool_call_id": "a", "content": "warm", "name": "given"},
    ]
    assert [message.name for message in read(messages=messages).messages] == [None, None, "get_weather", "given"]


CALLED = [
    *ASK,
    {"role": "assistant", "content": "", "tool_calls": [{"id": "a", **tool("f", arguments="{}")}]},
    {"role": "tool", "tool_call_id": "a", "content": "1"},
]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"temperature": 1.5}, "invalid temperature"),
        ({"n": 6}, "invalid n: only 1 to 5"),
        ({"n": 2, "temperature": 0}, "only 1 is allowed when temperature is 0"),
        ({"stop": ["a"] * 6}, "invalid stop"),
        ({"stop": "长" * 11}, "invalid stop"),
        ({"tools": [tool("f")], "tool_choice": "required"}, "invalid tool_choice"),
        ({"tools": [tool("f")], "tool_choice": named("f")}, "invalid tool_choice"),
        (
            {"messages": CALLED},
            "thinking is enabled but reasoning_content is missing in assistant tool call message at index 1",
        ),
    ],
)
def test_the_platforms_rules_where_they_are_asked_for(fields: dict[str, Any], words: str) -> None:
    backend = says("")
    backend.style = "thinking"  # type: ignore[attr-defined]
    body = {"model": "staged", "messages": ASK, **fields}
    read_chat_call(body, "1", Served.of(backend))
    with pytest.raises(ApiError, match=words) as refused:
        read_chat_call(body, "1", Served.of(backend), ServerSettings(moonshot_strict=True))
    assert refused.value.status == 400


def test_what_the_platform_takes_is_taken_with_its_defaults() -> None:
    served, strict = Served.of(says("")), ServerSettings(moonshot_strict=True)

    def strictly(**fields: Any) -> ChatRequest:
        return read_chat_call({"model": "staged", "messages": ASK, **fields}, "1", served, strict).request

    assert (strictly().sampling.max_tokens, strictly().sampling.temperature) == (1024, 0.6)
    assert strictly(max_tokens=7, n=5, temperature=1).sampling.max_tokens == 7
    assert strictly(messages=CALLED).messages[1].tool_calls
    assert strictly(messages=CALLED, thinking={"type": "disabled"}).thinking is False
