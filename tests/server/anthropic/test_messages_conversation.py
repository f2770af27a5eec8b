"""What a Messages body becomes: the conversation, the tools, the sampling."""

from __future__ import annotations

from typing import Any

import pytest

from openk2.chat.messages import ChatRequest, Message, ToolCall, ToolChoice
from openk2.chat.scripted import ScriptedBackend
from openk2.server.anthropic.request import MessagesRules, read_messages_call
from openk2.server.errors import ApiError
from openk2.server.sealing import Seal
from openk2.server.served import Served

SEAL = Seal(b"a secret")
WEATHER = {
    "name": "weather",
    "description": "The weather in a city.",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}
CALL = {"type": "tool_use", "id": "toolu_01", "name": "weather", "input": {"city": "北京"}}


def read(
    messages: list[Any], headers: dict[str, str] | None = None, usual: float | None = None, **fields: Any
) -> ChatRequest:
    body = {"model": "scripted", "max_tokens": 50, "messages": messages, **fields}
    rules = MessagesRules(SEAL, usual)
    return read_messages_call(body, headers or {}, "req-1", Served.of(ScriptedBackend([])), rules).request


def user(content: Any) -> dict[str, Any]:
    return {"role": "user", "content": content}


def assistant(*blocks: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": list(blocks)}


def text(said: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": said, **more}


def result(content: Any, **more: Any) -> dict[str, Any]:
    return {"type": "tool_result", "tool_use_id": "toolu_01", "content": content, **more}


def refused(messages: list[Any], **fields: Any) -> ApiError:
    with pytest.raises(ApiError) as error:
        read(messages, **fields)
    assert error.value.status == 400
    return error.value


def test_text_and_text_blocks_say_the_same() -> None:
    cached = {"cache_control": {"type": "ephemeral"}}
    plain = read([user("Hi.")], system="Be brief.").messages
    blocks = read([user([text("Hi.", **cached)])], system=[text("Be ", **cached), text("brief.")]).messages
    assert plain == blocks == (Message("system", "Be brief."), Message("user", "Hi."))


def test_several_text_blocks_are_one_message() -> None:
    assert read([user([text("<reminder>"), text("Hi.")])]).messages == (Message("user", "<reminder>Hi."),)


def test_system_turns_stay_where_they_are() -> None:
    turns = [user("a"), {"role": "system", "content": [text("be quick")]}, user("b")]
    assert [message.role for message in read(turns, system="first").messages] == ["system", "user", "system", "user"]


def test_a_call_and_its_result_are_messages_of_their_own() -> None:
    messages = read([user("?"), assistant(text("Let me see."), CALL), user([result("7 °C"), text("Well?")])]).messages
    assert messages[1:] == (
        Message("assistant", "Let me see.", tool_calls=(ToolCall("toolu_01", "weather", '{"city": "北京"}'),)),
        Message("tool", "7 °C", tool_call_id="toolu_01", name="weather"),
        Message("user", "Well?"),
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [("7 °C", "7 °C"), ([text("7"), text(" °C")], "7 °C"), ([], ""), (None, "")],
)
def test_a_result_is_text_or_blocks_or_nothing(content: Any, said: str) -> None:
    assert read([user("?"), assistant(CALL), user([result(content)])]).messages[-1].content == said


def test_a_failed_result_says_so() -> None:
    def failed(said: str) -> str:
        return read([user("?"), assistant(CALL), user([result(said, is_error=True)])]).messages[-1].content

    assert failed("no such city") == "Error: no such city"
    assert failed("error: no such city") == "error: no such city"


def test_a_result_of_no_call_is_refused() -> None:
    error = refused([user([result("7 °C")])])
    assert error.param == "messages[0].content[0].tool_use_id"
    assert "none were made" in str(error)


def test_thinking_comes_back_whoever_signed_it() -> None:
    for signature in ("", "of another server", SEAL.sign("Hm."), SEAL.sign("something else")):
        block = {"type": "thinking", "thinking": "Hm.", "signature": signature}
        message = read([user("?"), assistant(block, CALL), user([result("7")])]).messages[1]
        assert message.reasoning == "Hm."


def test_thinking_that_was_not_shown_comes_back_out_of_its_signature() -> None:
    hidden = {"type": "thinking", "thinking": "", "signature": SEAL.enclose("Hm.")}
    redacted = {"type": "redacted_thinking", "data": SEAL.enclose("Oh.")}
    foreign = {"type": "redacted_thinking", "data": "EmwKAhgBEgy3va3pzix"}
    message = read([user("?"), assistant(hidden, redacted, foreign, CALL), user([result("7")])]).messages[1]
    assert message.reasoning == "Hm.Oh."


def test_the_last_turn_of_the_assistant_goes_on() -> None:
    assert read([user("Count."), assistant(text("1, 2,"))]).messages[-1] == Message("assistant", "1, 2,", partial=True)


def test_blocks_of_tools_that_ran_elsewhere_are_passed_over() -> None:
    search = {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "x"}}
    found = {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": []}
    assert read([user("?"), assistant(search, found, text("Yes.")), user("Sure?")]).messages[1].content == "Yes."


def test_text_documents_and_search_results_are_read() -> None:
    document = {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "a page"}}
    found = {"type": "search_result", "title": "T", "source": "s", "content": [text("found")]}
    assert read([user([document])]).messages[0].content == "a page"
    assert read([user([found])]).messages[0].content == "T\nfound"


def test_pictures_are_refused_by_their_place() -> None:
    picture = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "aGk="}}
    error = refused([user([text("see"), picture])])
    assert error.param == "messages[0].content[1].type"
    assert "cannot read" in str(error)
    inside = refused([user("?"), assistant(CALL), user([result([picture])])])
    assert inside.param == "messages[2].content[0].content[0].type"


@pytest.mark.parametrize(
    ("messages", "param"),
    [
        ([], "messages"),
        (["hi"], "messages[0]"),
        ([{"role": "tool", "content": "x"}], "messages[0].role"),
        ([{"role": "user"}], "messages[0].content"),
        ([{"role": "user", "content": 7}], "messages[0].content"),
        ([{"role": "user", "content": [{"type": "text"}]}], "messages[0].content[0].text"),
        ([{"role": "user", "content": [{"type": "poem"}]}], "messages[0].content[0].type"),
        ([{"role": "assistant", "content": [{"type": "tool_use", "id": "x"}]}], "messages[0].content[0].name"),
        ([{"role": "assistant", "content": [{**CALL, "input": []}]}], "messages[0].content[0].input"),
    ],
)
def test_what_is_malformed_is_refused_by_its_place(messages: list[Any], param: str) -> None:
    assert refused(messages).param == param


def test_tools_are_declared_and_hosted_ones_passed_over() -> None:
    hosted = [{"type": "web_search_20250305", "name": "web_search"}, {"type": "bash_20250124", "name": "bash"}]
    strict = {**WEATHER, "name": "w2", "type": "custom", "strict": True}
    tools = read([user("?")], tools=[WEATHER, *hosted, strict]).tools
    assert [(tool.name, tool.strict) for tool in tools] == [("weather", None), ("w2", True)]
    assert tools[0].parameters == WEATHER["input_schema"]


@pytest.mark.parametrize(
    ("given", "choice"),
    [
        (None, ToolChoice()),
        ({"type": "auto"}, ToolChoice()),
        ({"type": "auto", "disable_parallel_tool_use": True}, ToolChoice(parallel=False)),
        ({"type": "any"}, ToolChoice("required")),
        ({"type": "tool", "name": "weather"}, ToolChoice("required", ("weather",))),
        ({"type": "none"}, ToolChoice("none")),
    ],
)
def test_tool_choices(given: Any, choice: ToolChoice) -> None:
    request = read([user("?")], tools=[WEATHER], tool_choice=given)
    assert request.tool_choice == choice
    assert request.tools


def test_calls_of_what_is_not_declared_cannot_be_demanded() -> None:
    assert refused([user("?")], tool_choice={"type": "any"}).param == "tool_choice"
    assert refused([user("?")], tools=[WEATHER], tool_choice={"type": "tool", "name": "x"}).param == "tool_choice.name"
    assert refused([user("?")], tools=[WEATHER, WEATHER]).param == "tools[1].name"
    assert refused([user("?")], tools=[{"name": "x"}]).param == "tools[0].input_schema"


def test_a_clients_usual_temperature_is_the_models_own() -> None:
    assert read([user("?")]).sampling.temperature == 0.6
    assert read([user("?")], temperature=1).sampling.temperature == 0.6
    assert read([user("?")], temperature=0.5).sampling.temperature == 0.3
    assert read([user("?")], temperature=0).sampling.temperature == 0
    assert read([user("?")], usual=1.0, temperature=0.5).sampling.temperature == 0.5
    assert refused([user("?")], temperature=1.5).param == "temperature"


def test_sampling_fields_are_taken_over() -> None:
    sampling = read([user("?")], top_p=0.9, top_k=40, stop_sequences=["END"]).sampling
    assert (sampling.max_tokens, sampling.top_p, sampling.top_k, sampling.stop) == (50, 0.9, 40, ("END",))


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"max_tokens": None}, "max_tokens"),
        ({"max_tokens": "many"}, "max_tokens"),
        ({"stop_sequences": [""]}, "stop_sequences"),
        ({"stop_sequences": ["x"] * 65}, "stop_sequences"),
        ({"thinking": {"type": "enabled"}}, "thinking.budget_tokens"),
        ({"thinking": {"type": "sometimes"}}, "thinking.type"),
        ({"output_config": {"effort": "huge"}}, "output_config.effort"),
        ({"output_config": {"format": {"type": "xml"}}}, "output_config.format.type"),
        ({"output_config": {"format": {"type": "json_schema"}}}, "output_config.format.schema"),
        ({"metadata": {"user_id": 7}}, "metadata.user_id"),
        ({"system": 7}, "system"),
    ],
)
def test_wrong_fields_are_refused_by_name(fields: dict[str, Any], param: str) -> None:
    assert refused([user("?")], **fields).param == param


@pytest.mark.parametrize(
    ("thinking", "reasons"),
    [
        (None, None),
        ({"type": "enabled", "budget_tokens": 2000}, True),
        ({"type": "disabled"}, False),
        ({"type": "adaptive", "display": "summarized"}, None),
    ],
)
def test_thinking_is_turned_on_and_off(thinking: Any, reasons: bool | None) -> None:
    assert read([user("?")], thinking=thinking).thinking is reasons


def test_an_answers_schema_and_effort() -> None:
    schema = {"type": "object", "properties": {"a": {"type": "string"}}}
    form = {"type": "json_schema", "schema": schema}
    request = read([user("?")], output_config={"format": form, "effort": "xhigh"})
    assert (request.answer_schema, request.reasoning_effort) == (schema, "high")
    assert read([user("?")], output_format=form).answer_schema == schema


def test_an_answer_that_has_begun_has_no_schema() -> None:
    config = {"format": {"type": "json_schema", "schema": {"type": "object"}}}
    assert refused([user("?"), assistant(text("{"))], output_config=config).param == "output_config.format"


def test_what_only_anthropics_servers_have_is_ignored() -> None:
    request = read([user("?")], service_tier="auto", container=None, context_management={"edits": []}, speed="fast")
    assert request.messages == (Message("user", "?"),)


def test_the_session_names_the_dialogue() -> None:
    assert read([user("?")], {"x-claude-code-session-id": "s1"}, metadata={"user_id": "u"}).cache_key == "s1"
    assert read([user("?")], metadata={"user_id": "u"}).cache_key == "u"
    assert read([user("?")]).cache_key is None


def test_the_billing_line_of_claude_code_is_dropped() -> None:
    line = "x-anthropic-billing-header: cc_version=2.1.87.48f; cc_entrypoint=cli; cch=71fea;"
    assert read([user("?")], system=[text(line), text("You are Claude Code.")]).messages[0].content == (
        "You are Claude Code."
    )
    assert read([user("?")], system=f"{line}\nYou are Claude Code.").messages[0].content == "You are Claude Code."
    assert read([user("?")], system=[text(line)]).messages == (Message("user", "?"),)
    assert read([user(line)]).messages == (Message("user", line),), "a user may write what they like"
