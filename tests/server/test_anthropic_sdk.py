"""The official client of Anthropic's API against the server: K2-nano answers, and a staged model that thinks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from nano import CONTENTS, PYTHON, READ_BOTH, READ_FILE, nano
from serving import StagedBackend, running, says

from openk2.chat.events import TextDelta
from openk2.chat.messages import ChatRequest, Message, ToolCall
from openk2.server import ServerSettings
from openk2.server.errors import ApiError
from openk2.server.sealing import Seal

anthropic = pytest.importorskip("anthropic")

TOOLS: list[Any] = [
    {"name": "read_file", "description": "Read a text file.", "input_schema": READ_FILE},
    {"name": "python", "description": "Run Python code and return what it prints.", "input_schema": PYTHON},
]
GREEDY: Any = {"extra_body": {"temperature": 0}}
"""The newest clients do not name sampling fields any more."""


def client(address: str, **options: Any) -> Any:
    return anthropic.Anthropic(base_url=address, api_key="none", max_retries=0, **options)


def user(content: Any) -> dict[str, Any]:
    return {"role": "user", "content": content}


@pytest.fixture(scope="module")
def api() -> Iterator[Any]:
    with nano() as address:
        yield client(address)


def ask(api: Any, *messages: Any, **options: Any) -> Any:
    return api.messages.create(
        model="k2-nano", max_tokens=100, messages=messages, **{**GREEDY, "tools": TOOLS, **options}
    )


def test_it_chats(api: Any) -> None:
    answer = ask(api, user("Hello!"))
    assert (answer.type, answer.role, answer.model, answer.stop_reason) == (
        "message",
        "assistant",
        "k2-nano",
        "end_turn",
    )
    assert answer.content[0].text
    assert answer.usage.input_tokens > 0
    assert answer.usage.output_tokens > 0
    assert answer._request_id


def test_it_streams_what_it_says_whole(api: Any) -> None:
    whole = ask(api, user("Hello!"))
    with api.messages.stream(
        model="k2-nano", max_tokens=100, tools=TOOLS, **GREEDY, messages=[user("Hello!")]
    ) as stream:
        texts = list(stream.text_stream)
        final = stream.get_final_message()
    assert len(texts) > 1
    assert "".join(texts) == final.content[0].text == whole.content[0].text
    assert final.usage.input_tokens + final.usage.cache_read_input_tokens == (
        whole.usage.input_tokens + whole.usage.cache_read_input_tokens
    )
    assert final.usage.output_tokens == whole.usage.output_tokens


def test_the_first_event_tells_the_prompts_tokens_and_those_of_the_cache(api: Any) -> None:
    ask(api, user("Good morning!"))
    first = next(iter(ask(api, user("Good morning!"), stream=True)))
    assert first.type == "message_start"
    usage = first.message.usage
    assert usage.cache_read_input_tokens > 0.9 * (usage.input_tokens + usage.cache_read_input_tokens)


def test_two_calls_in_parallel_and_their_results(api: Any) -> None:
    first = ask(api, user(READ_BOTH))
    calls = [block for block in first.content if block.type == "tool_use"]
    assert first.stop_reason == "tool_use"
    assert [(call.name, call.input) for call in calls] == [
        ("read_file", {"path": "notes.txt"}),
        ("read_file", {"path": "plan.txt"}),
    ]
    with api.messages.stream(
        model="k2-nano", max_tokens=100, tools=TOOLS, **GREEDY, messages=[user(READ_BOTH)]
    ) as stream:
        assert [block.to_dict() for block in stream.get_final_message().content] == [
            block.to_dict() for block in first.content
        ]
    results = [
        {"type": "tool_result", "tool_use_id": call.id, "content": CONTENTS[str(call.input["path"])]} for call in calls
    ]
    turns = [user(READ_BOTH), {"role": "assistant", "content": first.content}, user(results)]
    second = ask(api, *turns)
    assert second.content
    # Everything up to the results is what the model said itself, token for token.
    seen = first.usage.input_tokens + first.usage.cache_read_input_tokens + first.usage.output_tokens
    assert second.usage.cache_read_input_tokens >= seen // 16 * 16 - 16


def test_a_call_that_is_demanded_is_made(api: Any) -> None:
    for choice, names in (({"type": "any"}, {"read_file", "python"}), ({"type": "tool", "name": "python"}, {"python"})):
        answer = ask(api, user("Hello!"), tool_choice={**choice, "disable_parallel_tool_use": True})
        calls = [block for block in answer.content if block.type == "tool_use"]
        assert len(calls) == 1
        assert calls[0].name in names
    assert not [
        block for block in ask(api, user(READ_BOTH), tool_choice={"type": "none"}).content if block.type == "tool_use"
    ]


def test_a_stop_sequence_is_named(api: Any) -> None:
    whole = ask(api, user("Hello!")).content[0].text
    answer = ask(api, user("Hello!"), stop_sequences=[whole[3:6], "never"])
    assert (answer.stop_reason, answer.stop_sequence) == ("stop_sequence", whole[3:6])
    assert answer.content[0].text == whole[: whole.index(whole[3:6])]


def test_an_answer_that_was_cut_off_says_so(api: Any) -> None:
    answer = api.messages.create(model="k2-nano", max_tokens=3, messages=[user("Hello!")])
    assert (answer.stop_reason, answer.usage.output_tokens) == ("max_tokens", 3)


def test_an_answer_goes_on_from_what_was_begun(api: Any) -> None:
    whole = ask(api, user("Hello!")).content[0].text
    answer = ask(api, user("Hello!"), {"role": "assistant", "content": whole[:5]})
    assert whole[:5] + answer.content[0].text == whole


def test_tokens_are_counted_as_the_answer_counts_them(api: Any) -> None:
    counted = api.messages.count_tokens(model="k2-nano", messages=[user(READ_BOTH)], tools=TOOLS, system="Be brief.")
    usage = ask(api, user(READ_BOTH), system="Be brief.").usage
    assert counted.input_tokens == usage.input_tokens + usage.cache_read_input_tokens


def test_an_answer_keeps_to_its_schema(api: Any) -> None:
    schema = {
        "type": "object",
        "properties": {"count": {"type": "integer", "minimum": 1, "maximum": 9}},
        "required": ["count"],
        "additionalProperties": False,
    }
    config = {"format": {"type": "json_schema", "schema": schema}}
    # Older clients do not name the field.
    answer = ask(api, user("Hello!"), tools=[], extra_body={"temperature": 0, "output_config": config})
    assert answer.content[0].text.replace(" ", "") in [f'{{"count":{n}}}' for n in range(1, 10)]


def test_the_beta_client_is_served_too(api: Any) -> None:
    answer = api.beta.messages.create(
        model="k2-nano", max_tokens=50, messages=[user("Hello!")], betas=["interleaved-thinking-2025-05-14"]
    )
    assert answer.content[0].text


def test_a_conversation_too_long_is_refused_as_the_clients_own_error(api: Any) -> None:
    with pytest.raises(anthropic.BadRequestError, match="tokens"):
        ask(api, user("word " * 5000))


def thinking_reply(request: ChatRequest) -> Message:
    results = [message.content for message in request.messages if message.role == "tool"]
    if results:
        thought = next(message.reasoning for message in request.messages if message.role == "assistant")
        return Message("assistant", f"It is {results[0]}; I thought: {thought}", reasoning="Now I know.")
    return Message(
        "assistant", reasoning="I must look.", tool_calls=(ToolCall("functions.read_file:0", "read_file", "{}"),)
    )


@pytest.mark.parametrize("display", ["summarized", "omitted"])
@pytest.mark.parametrize("stream", [False, True])
def test_thinking_goes_out_signed_and_comes_back(display: str, stream: bool) -> None:
    backend = StagedBackend(thinking_reply)
    settings = ServerSettings(signing_secret=b"a secret")
    thinking = {"type": "enabled", "budget_tokens": 1024, "display": display}
    with running(backend, settings) as address:
        api = client(address)

        def say(*turns: Any) -> Any:
            options: Any = {"model": "staged", "max_tokens": 2000, "tools": TOOLS, "thinking": thinking}
            if not stream:
                return api.messages.create(messages=turns, **options)
            with api.messages.stream(messages=turns, **options) as events:
                return events.get_final_message()

        first = say(user("Look."))
        thought, call = first.content
        seal = Seal(b"a secret")
        if display == "omitted":
            assert (thought.thinking, seal.disclose(thought.signature)) == ("", "I must look.")
        else:
            assert thought.thinking == "I must look."
            assert seal.verifies(thought.thinking, thought.signature)
        result = {"type": "tool_result", "tool_use_id": call.id, "content": "blue"}
        second = say(user("Look."), {"role": "assistant", "content": first.content}, user([result]))
    assert second.content[-1].text == "It is blue; I thought: I must look."
    assert backend.requests[0].thinking is True


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (ApiError(401, "no such key"), "AuthenticationError"),
        (ApiError(402, "the budget is spent", code="insufficient_quota"), "PaymentRequiredError"),
        (ApiError(403, "not this model"), "PermissionDeniedError"),
        (ApiError(404, "no such model"), "NotFoundError"),
        (ApiError(413, "too large"), "ContentTooLargeError"),
        (ApiError(429, "too fast", code="rate_limit_exceeded"), "RateLimitError"),
        (ApiError(503, "all is taken"), "OverloadedError"),
    ],
)
def test_refusals_arrive_as_the_clients_own_classes(error: ApiError, kind: str) -> None:
    with running(StagedBackend(lambda request: [error])) as address:
        kind = kind if hasattr(anthropic, kind) else "APIStatusError"
        with pytest.raises(getattr(anthropic, kind)) as raised:
            client(address).messages.create(model="staged", max_tokens=5, messages=[user("?")])
    assert raised.value.request_id


def test_an_error_inside_a_stream_is_raised_by_the_client() -> None:
    backend = StagedBackend(lambda request: [TextDelta("half"), RuntimeError("a secret detail")])
    with running(backend) as address:
        stream = client(address).messages.create(model="staged", max_tokens=5, messages=[user("?")], stream=True)
        with pytest.raises(anthropic.APIStatusError, match="internal error") as broken:
            list(stream)
    assert "secret" not in str(broken.value)


def test_a_key_may_come_as_x_api_key_or_as_bearer() -> None:
    with running(says("yes")) as address:
        for given in ({"api_key": "k"}, {"auth_token": "k"}):
            api = anthropic.Anthropic(base_url=f"{address}/anthropic", max_retries=0, **given)
            answer = api.messages.create(model="staged", max_tokens=5, messages=[user("?")])
            assert answer.content[0].text == "yes"
