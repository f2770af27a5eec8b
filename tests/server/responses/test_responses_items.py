"""What a Responses body becomes: the conversation, the tools, the sampling."""

from __future__ import annotations

from typing import Any

import pytest

from openk2.chat.messages import Message, ToolCall, ToolChoice
from openk2.chat.scripted import ScriptedBackend
from openk2.server.errors import ApiError
from openk2.server.responses.memory_store import MemoryStore
from openk2.server.responses.request import Asked, read_responses
from openk2.server.sealing import Seal
from openk2.server.served import Served

SEAL = Seal(b"a secret")
CALL = {"type": "function_call", "call_id": "call_1", "name": "weather", "arguments": '{"city": "北京"}'}
OUTPUT = {"type": "function_call_output", "call_id": "call_1", "output": "7 °C"}
WEATHER = {
    "type": "function",
    "name": "weather",
    "description": "The weather in a city.",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    "strict": False,
}
PATCH = {
    "type": "custom",
    "name": "apply_patch",
    "description": "Change files.",
    "format": {"type": "grammar", "syntax": "lark", "definition": "start: /.+/"},
}


def read(given: Any, **fields: Any) -> Asked:
    body = {"model": "scripted", "input": given, **fields}
    store = MemoryStore(number=1, size=1, seconds=1)
    return read_responses(body, "req-1", "ann", Served.of(ScriptedBackend([])), store, SEAL)


def messages(given: Any, **fields: Any) -> tuple[Message, ...]:
    return read(given, **fields).request.messages


def said(role: str, text: str) -> dict[str, Any]:
    kind = "output_text" if role == "assistant" else "input_text"
    return {"type": "message", "role": role, "content": [{"type": kind, "text": text}]}


def reasoning(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "reasoning", "summary": [], "content": [{"type": "reasoning_text", "text": text}], **more}


def refused(given: Any, **fields: Any) -> ApiError:
    with pytest.raises(ApiError) as error:
        read(given, **fields)
    assert error.value.status in (400, 404)
    return error.value


def test_text_is_a_users_message() -> None:
    assert messages("Hi.", instructions="Be brief.") == (Message("system", "Be brief."), Message("user", "Hi."))


def test_messages_are_text_or_parts_with_or_without_their_type() -> None:
    given = [{"role": "developer", "content": "Be brief."}, said("user", "Hi."), said("assistant", "Yes?")]
    assert messages(given) == (Message("system", "Be brief."), Message("user", "Hi."), Message("assistant", "Yes?"))


def test_a_turn_of_the_assistant_is_one_message() -> None:
    given = [said("user", "?"), reasoning("Hm."), said("assistant", "See:"), CALL, OUTPUT]
    assert messages(given)[1:] == (
        Message(
            "assistant",
            "See:",
            reasoning="Hm.",
            tool_calls=(ToolCall("call_1", "weather", '{"city": "北京"}'),),
        ),
        Message("tool", "7 °C", tool_call_id="call_1", name="weather"),
    )


def test_several_calls_are_made_at_once_and_answered_one_by_one() -> None:
    second = {**CALL, "call_id": "call_2"}
    turns = messages([said("user", "?"), CALL, second, OUTPUT, {**OUTPUT, "call_id": "call_2"}])
    assert [call.id for call in turns[1].tool_calls] == ["call_1", "call_2"]
    assert [turn.tool_call_id for turn in turns[2:]] == ["call_1", "call_2"]


def test_outputs_may_be_parts() -> None:
    output = {**OUTPUT, "output": [{"type": "input_text", "text": "7"}, {"type": "input_text", "text": " °C"}]}
    assert messages([CALL, output])[-1].content == "7 °C"


def test_enclosed_reasoning_is_read_where_it_is_ours() -> None:
    ours = {"type": "reasoning", "summary": [], "encrypted_content": SEAL.enclose("Hm.")}
    foreign = {"type": "reasoning", "summary": [], "content": None, "encrypted_content": "gAAAAABo"}
    assert messages([ours, CALL, OUTPUT])[0].reasoning == "Hm."
    assert messages([foreign, CALL, OUTPUT])[0].reasoning is None
    assert messages([said("user", "?"), foreign]) == (Message("user", "?"),)


def test_custom_tools_are_functions_of_one_text() -> None:
    call = {"type": "custom_tool_call", "call_id": "c", "name": "apply_patch", "input": "*** Begin\n"}
    output = {"type": "custom_tool_call_output", "call_id": "c", "output": "Done."}
    asked = read([said("user", "?"), call, output], tools=[PATCH])
    assert asked.request.messages[1].tool_calls == (ToolCall("c", "apply_patch", '{"input": "*** Begin\\n"}'),)
    (tool,) = asked.request.tools
    assert tool.parameters["required"] == ["input"]
    assert "start: /.+/" in tool.description


def test_functions_are_flat_and_hosted_tools_are_passed_over() -> None:
    hosted = [{"type": "web_search"}, {"type": "mcp", "server_label": "x"}, {"type": "local_shell"}]
    nested = {"type": "function", "function": {"name": "other", "parameters": {"type": "object"}, "strict": True}}
    tools = read("?", tools=[WEATHER, *hosted, nested]).request.tools
    assert [(tool.name, tool.strict) for tool in tools] == [("weather", False), ("other", True)]


def test_namespaces_are_part_of_their_functions_names() -> None:
    space = {"type": "namespace", "name": "mcp__mail", "description": "Mail.", "tools": [WEATHER]}
    asked = read([{**CALL, "namespace": "mcp__mail"}, OUTPUT], tools=[space, WEATHER])
    assert [tool.name for tool in asked.request.tools] == ["mcp__mail__weather", "weather"]
    assert asked.request.messages[0].tool_calls[0].name == "mcp__mail__weather"
    assert asked.tools.outward("mcp__mail__weather").namespace == "mcp__mail"


def test_tools_may_be_declared_by_an_item() -> None:
    given = [{"type": "additional_tools", "role": "developer", "tools": [PATCH, WEATHER]}, said("user", "?")]
    assert [tool.name for tool in read(given).request.tools] == ["apply_patch", "weather"]


def test_items_of_tools_that_ran_elsewhere_are_passed_over() -> None:
    given = [said("user", "?"), {"type": "web_search_call", "id": "ws_1", "status": "completed"}]
    assert messages(given) == (Message("user", "?"),)


def test_a_result_nobody_called_for_is_told_by_its_name() -> None:
    given = [{"type": "function_call_output", "name": "create_thread", "output": "done"}]
    assert messages(given) == (Message("user", "create_thread: done"),)
    assert refused([OUTPUT]).param == "input[0].call_id"


@pytest.mark.parametrize(
    ("given", "choice"),
    [
        (None, ToolChoice()),
        ("auto", ToolChoice()),
        ("none", ToolChoice("none")),
        ("required", ToolChoice("required")),
        ({"type": "function", "name": "weather"}, ToolChoice("required", ("weather",))),
        ({"type": "custom", "name": "apply_patch"}, ToolChoice("required", ("apply_patch",))),
        (
            {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "weather"}]},
            ToolChoice("auto", ("weather",)),
        ),
        (
            {
                "type": "allowed_tools",
                "mode": "required",
                "tools": [{"type": "web_search"}, {"type": "custom", "name": "apply_patch"}],
            },
            ToolChoice("required", ("apply_patch",)),
        ),
    ],
)
def test_tool_choices(given: Any, choice: ToolChoice) -> None:
    assert read("?", tools=[WEATHER, PATCH], tool_choice=given).request.tool_choice == choice


def test_calls_can_be_kept_to_one() -> None:
    assert read("?", tools=[WEATHER], parallel_tool_calls=False).request.tool_choice.parallel is False


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"tool_choice": "required"}, "tool_choice"),
        ({"tool_choice": "sometimes"}, "tool_choice"),
        ({"tool_choice": {"type": "function", "name": "x"}, "tools": [WEATHER]}, "tool_choice.name"),
        ({"tool_choice": {"type": "web_search"}, "tools": [WEATHER]}, "tool_choice.type"),
        ({"tool_choice": {"type": "allowed_tools", "mode": "auto", "tools": []}}, "tool_choice"),
        ({"tools": [WEATHER, WEATHER]}, "tools[1].name"),
        ({"tools": [{"type": "function"}]}, "tools[0].name"),
        ({"tools": [{"name": "x"}]}, "tools[0].type"),
        ({"text": {"format": {"type": "xml"}}}, "text.format.type"),
        ({"text": {"format": {"type": "json_schema"}}}, "text.format.schema"),
        ({"reasoning": {"effort": "huge"}}, "reasoning.effort"),
        ({"max_output_tokens": 0}, "max_output_tokens"),
        ({"truncation": "maybe"}, "truncation"),
        ({"background": True, "store": False}, "background"),
        ({"conversation": "conv_1"}, "conversation"),
        ({"prompt": {"id": "p"}}, "prompt"),
        ({"top_logprobs": 3}, "top_logprobs"),
        ({"metadata": {"a": 1}}, "metadata.a"),
        ({"previous_response_id": "resp_1"}, "previous_response_id"),
        ({"model": "gpt-5"}, "model"),
    ],
)
def test_wrong_fields_are_refused_by_name(fields: dict[str, Any], param: str) -> None:
    assert refused("?", **fields).param == param


@pytest.mark.parametrize(
    ("given", "param"),
    [
        ([], "input"),
        (7, "input"),
        (["x"], "input[0]"),
        ([{"type": "poem"}], "input[0].type"),
        ([{"role": "tool", "content": "x"}], "input[0].role"),
        ([{"role": "user"}], "input[0].content"),
        ([{"role": "user", "content": [{"type": "input_image", "image_url": "x"}]}], "input[0].content[0].type"),
        ([{"type": "function_call", "call_id": "x", "name": "y"}], "input[0].arguments"),
        ([{"type": "item_reference", "id": "msg_1"}], "input[0].id"),
    ],
)
def test_what_is_malformed_is_refused_by_its_place(given: Any, param: str) -> None:
    assert refused(given).param == param


def test_sampling_text_and_reasoning() -> None:
    schema = {"type": "object", "properties": {}}
    request = read(
        "?",
        max_output_tokens=9,
        temperature=0,
        top_p=0.5,
        prompt_cache_key="thread",
        reasoning={"effort": "minimal", "summary": "auto"},
        text={"format": {"type": "json_schema", "name": "x", "schema": schema}, "verbosity": "low"},
    ).request
    sampling = request.sampling
    assert (sampling.max_tokens, sampling.temperature, sampling.top_p) == (9, 0, 0.5)
    assert (request.answer_schema, request.reasoning_effort, request.cache_key) == (schema, "low", "thread")
    assert read("?", reasoning={"effort": "none"}).request.thinking is False
    assert read("?", text={"format": {"type": "json_object"}}).request.answer_schema == {"type": "object"}
    assert read("?").request.sampling.temperature == 0.6


class Short(ScriptedBackend):
    """A context of ten tokens, one per message."""

    def count(self, request: Any) -> int:
        return len(request.messages)


def test_the_oldest_turns_go_where_they_are_to_be_cut() -> None:
    backend = Short([], context_length=10)
    turns = [said("developer", "first")]
    for i in range(12):
        turns += [said("user", f"q{i}"), said("assistant", f"a{i}")]
    turns.append(said("user", "last"))
    body = {"model": "scripted", "input": turns, "max_output_tokens": 4}
    store = MemoryStore(number=1, size=1, seconds=1)

    def kept(**more: Any) -> list[str]:
        asked = read_responses({**body, **more}, "r", "ann", Served.of(backend), store, SEAL)
        return [message.content for message in asked.request.messages]

    assert kept(truncation="auto") == ["first", "q10", "a10", "q11", "a11", "last"]
    assert len(kept(truncation="disabled")) == 26
    assert kept() == kept(truncation="disabled")
