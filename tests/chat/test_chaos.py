"""The chaos backend: faults at the rate asked for, the same ones for the same seed."""

import asyncio
import contextlib
import json

import pytest

from openk2.chat.backend import complete
from openk2.chat.chaos import ChaosBackend, Faults
from openk2.chat.events import Event, Finished, Fold
from openk2.chat.messages import ChatRequest, Message, ToolCall
from openk2.chat.scripted import ScriptedBackend
from openk2.errors import ChatError, RequestError

ASK = ChatRequest((Message("user", "Go."),))
REPLY = Message(
    "assistant", "Two calls.", tool_calls=(ToolCall("a", "f", '{"x": [1, 2]}'), ToolCall("b", "g", '{"y": "z"}'))
)


def chaos(seed: int, faults: Faults, waits: list[float] | None = None) -> ChaosBackend:
    async def sleep(seconds: float) -> None:
        if waits is not None:
            waits.append(seconds)

    return ChaosBackend(ScriptedBackend(lambda request: REPLY), seed, faults, sleep=sleep)


def ask(backend: ChaosBackend) -> Fold:
    return asyncio.run(complete(backend, ASK))


def outcomes(seed: int, faults: Faults, count: int = 30) -> list[str]:
    backend = chaos(seed, faults)
    results = []
    for _ in range(count):
        try:
            results.append(repr(ask(backend).message))
        except RequestError as error:
            results.append(str(error))
    return results + backend.injected


def test_without_faults_the_answer_is_the_inner_one() -> None:
    backend = chaos(1, Faults())
    plain = asyncio.run(complete(ScriptedBackend([REPLY]), ASK))
    answer = ask(backend)
    assert (answer.message, answer.token_ids, answer.usage) == (plain.message, plain.token_ids, plain.usage)
    assert backend.injected == []


def test_faults_follow_from_the_seed_and_strike_at_their_rate() -> None:
    faults = Faults(error=0.3, cut=0.3, delay=0.5, malformed=0.3, repeat=0.3)
    assert outcomes(7, faults) == outcomes(7, faults)
    assert outcomes(7, faults) != outcomes(8, faults)
    refused = sum("is refused" in outcome for outcome in outcomes(7, Faults(error=0.3), 200)[:200])
    assert 40 <= refused <= 80


def test_an_error_comes_before_anything_is_said() -> None:
    backend = chaos(1, Faults(error=1.0))

    async def first() -> Event:
        return await anext(backend.stream(ASK))

    with pytest.raises(RequestError, match=r"chaos\(scripted\): request 1 is refused"):
        asyncio.run(first())
    assert backend.injected == ["request 1: error"]


def test_a_cut_answer_has_begun_and_is_never_finished() -> None:
    async def collect(backend: ChaosBackend, seen: list[Event]) -> None:
        async for event in backend.stream(ASK):
            seen.append(event)

    lengths = set()
    for seed in range(20):
        seen: list[Event] = []
        with pytest.raises(RequestError, match="broke off"):
            asyncio.run(collect(chaos(seed, Faults(cut=1.0)), seen))
        assert seen
        assert not any(isinstance(event, Finished) for event in seen)
        lengths.add(len(seen))
    assert len(lengths) > 5


def test_delays_pass_on_the_given_clock_and_change_nothing() -> None:
    waits: list[float] = []
    backend = chaos(3, Faults(delay=1.0), waits)
    assert [call.name for call in ask(backend).message.tool_calls] == ["f", "g"]
    assert len(waits) == len(backend.injected) == 1
    assert 0 < waits[0] <= 30


def test_malformed_arguments_are_not_a_json_object() -> None:
    broken = set()
    for seed in range(20):
        answer = ask(chaos(seed, Faults(malformed=1.0)))
        assert [call.name for call in answer.message.tool_calls] == ["f", "g"]
        assert answer.reason == "tool_calls"
        assert answer.token_ids == []
        for call in answer.message.tool_calls:
            with contextlib.suppress(ValueError):
                assert not isinstance(json.loads(call.arguments), dict)
            broken.add(call.arguments)
    assert len(broken) > 5


def test_repeated_calls_are_made_twice_under_ids_of_their_own() -> None:
    calls = ask(chaos(1, Faults(repeat=1.0))).message.tool_calls
    assert [(call.id, call.arguments) for call in calls] == [
        ("functions.f:0", '{"x": [1, 2]}'),
        ("functions.f:1", '{"x": [1, 2]}'),
        ("functions.g:2", '{"y": "z"}'),
        ("functions.g:3", '{"y": "z"}'),
    ]


def test_closing_the_stream_closes_the_inner_one() -> None:
    closed = []

    class Inner(ScriptedBackend):
        async def stream(self, request: ChatRequest):  # type: ignore[no-untyped-def]
            try:
                async for event in super().stream(request):
                    yield event
            finally:
                closed.append(True)

    async def leave_early() -> None:
        stream = ChaosBackend(Inner([REPLY]), 1, Faults(malformed=1.0, repeat=1.0)).stream(ASK)
        await anext(stream)
        await stream.aclose()  # type: ignore[attr-defined]

    asyncio.run(leave_early())
    assert closed == [True]


def test_a_rate_is_a_share() -> None:
    with pytest.raises(ChatError, match=r"faults\.cut is 2; accepted: 0 to 1"):
        Faults(cut=2)
