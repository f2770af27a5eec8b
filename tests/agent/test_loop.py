"""The agent with a scripted model: what it does with calls, how runs end, and what the trace holds."""

import asyncio
import tracemalloc
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from agent_scripts import calls, says
from hypothesis import given, settings
from hypothesis import strategies as st

from openk2.agent.approvals import Approver, ask_first, refuse_all
from openk2.agent.budgets import Budgets, Status
from openk2.agent.loop import Agent, Result
from openk2.agent.progress import CallFinished, CallStarted, Progress, Retrying
from openk2.agent.prompt import SYSTEM_PROMPT
from openk2.agent.tools import ToolBox, tool
from openk2.chat.chaos import ChaosBackend, Faults
from openk2.chat.events import (
    Event,
    Finished,
    PromptTokens,
    TextDelta,
    Tokens,
    ToolCallArguments,
    ToolCallEnd,
    ToolCallStart,
    Usage,
)
from openk2.chat.messages import ChatRequest, Message, ToolCall
from openk2.chat.sampling import SamplingParams
from openk2.chat.scripted import ScriptedBackend
from openk2.errors import AgentError, RequestError
from openk2.trace.records import End, Header, Record, Step, ToolResult
from openk2.trace.samples import conversation, samples
from openk2.trace.store import TraceWriter, read_trace


@tool
def add(a: int, b: int) -> str:
    """Add two numbers."""
    return str(a + b)


@tool(effect="write")
async def store(text: str) -> str:
    """Store a text."""
    return f"stored {text}"


@tool
async def wait() -> str:
    """Wait for ever."""
    await asyncio.Event().wait()
    return ""


BOX = ToolBox([add, store, wait])


async def no_sleep(seconds: float) -> None:
    """Instead of asyncio.sleep."""


def play(
    replies: list[Message] | Callable[[ChatRequest], Message], task: str = "go", **settings: Any
) -> tuple[Result, list[Record], ScriptedBackend]:
    """Run one task with a scripted model."""
    backend = ScriptedBackend(replies, context_length=settings.pop("context_length", None))
    records: list[Record] = []
    agent = Agent(backend, settings.pop("toolbox", BOX), record=records.append, sleep=no_sleep, **settings)
    return asyncio.run(agent.run(task)), records, backend


def outputs(records: list[Record]) -> list[str]:
    return [record.output for record in records if isinstance(record, ToolResult)]


class TestConversation:
    def test_results_of_calls_go_back_until_the_model_answers(self) -> None:
        result, _, backend = play([calls(("add", {"a": 2, "b": 3})), says("It is 5.")], "What is 2 + 3?")
        assert (result.status, result.answer, result.reason, result.steps) == ("done", "It is 5.", "", 2)
        last = backend.requests[-1].messages
        assert [(message.role, message.content) for message in last] == [
            ("system", SYSTEM_PROMPT),
            ("user", "What is 2 + 3?"),
            ("assistant", ""),
            ("tool", "5"),
        ]
        assert last[3].tool_call_id == last[2].tool_calls[0].id == "functions.add:0"
        assert backend.requests[0].tools == BOX.specs

    def test_parallel_calls_run_in_order_and_are_answered_in_order(self) -> None:
        many = calls(*(("add", {"a": n, "b": 0}) for n in range(5)))
        _, records, backend = play([many, says("done")])
        assert outputs(records) == ["0", "1", "2", "3", "4"]
        ids = [message.tool_call_id for message in backend.requests[-1].messages if message.role == "tool"]
        assert ids == [f"functions.add:{n}" for n in range(5)]

    @pytest.mark.parametrize(
        ("call", "error"),
        [
            (("fly", {}), "error: no tool named 'fly'; available: add, store, wait"),
            (("add", '{"a": 1'), "error: arguments are not valid JSON"),
            (("add", {"a": 1}), "error: arguments: 'b' is a required property"),
            (("add", {"a": "1", "b": 2}), "error: arguments.a: '1' is not of type 'integer'"),
        ],
    )
    def test_wrong_calls_come_back_as_errors_the_model_can_act_on(self, call: tuple[str, Any], error: str) -> None:
        result, records, _ = play([calls(call), calls(("add", {"a": 1, "b": 2})), says("3")])
        assert result.status == "done"
        assert outputs(records)[0].startswith(error)
        assert [record.ok for record in records if isinstance(record, ToolResult)] == [False, True]

    def test_a_second_turn_sees_the_first(self) -> None:
        backend = ScriptedBackend([says("one"), says("two")])
        agent = Agent(backend, BOX, system=None)
        assert asyncio.run(agent.ask("first")).answer == "one"
        assert asyncio.run(agent.ask("second")).answer == "two"
        assert [message.content for message in backend.requests[-1].messages] == ["first", "one", "second"]

    def test_without_tools_and_workspace_there_is_no_agent(self) -> None:
        with pytest.raises(AgentError, match="neither tools nor a workspace"):
            Agent(ScriptedBackend([]))

    def test_a_workspace_alone_gives_the_standard_tools(self, workspace: Path) -> None:
        agent = Agent(ScriptedBackend([calls(("list_files", {})), says("notes")]), workspace=workspace)
        assert asyncio.run(agent.run("what is here?")).answer == "notes"
        assert agent.messages[-2].content == "notes/"

    def test_whoever_watches_is_told_of_everything(self) -> None:
        seen: list[Progress] = []
        play([calls(("add", {"a": 1, "b": 1})), says("two")], watch=seen.append)
        assert [type(event) for event in seen if isinstance(event, CallStarted | CallFinished)] == [
            CallStarted,
            CallFinished,
        ]
        assert "".join(event.text for event in seen if isinstance(event, TextDelta)) == "two"


class TestEnds:
    def test_the_budget_of_steps(self) -> None:
        same = calls(("add", {"a": 1, "b": 1}))
        result, records, backend = play(lambda request: same, budgets=Budgets(steps=3, repeats=0))
        assert (result.status, result.reason) == ("limit_steps", "the budget of 3 steps is used up")
        assert len(backend.requests) == 3
        assert outputs(records) == ["2", "2", "2"]

    def test_the_budget_of_tokens_is_never_exceeded(self) -> None:
        for budget in (1, 10, 60, 75):
            result, _, _ = play([calls(("add", {"a": 1, "b": 1})), says("x" * 500)], budgets=Budgets(tokens=budget))
            assert (result.status, result.completion_tokens) == ("limit_tokens", budget)
            assert result.reason == f"the budget of {budget} tokens is used up"

    def test_the_budget_of_seconds_ends_a_tool_that_hangs(self) -> None:
        result, records, _ = play([calls(("wait", {}))], budgets=Budgets(seconds=0.05))
        assert (result.status, result.reason) == ("limit_seconds", "the budget of 0.05 seconds is used up")
        assert outputs(records) == ["error: interrupted"]

    def test_the_budget_of_seconds_is_looked_at_before_each_step(self) -> None:
        ticks = iter(range(1000))
        result, _, backend = play(
            lambda request: calls(("add", {"a": 1, "b": 1})),
            budgets=Budgets(steps=None, seconds=20, repeats=0),
            clock=lambda: float(next(ticks)),
        )
        assert result.status == "limit_seconds"
        assert 1 < len(backend.requests) < 20

    def test_the_same_call_with_the_same_result_again_and_again(self) -> None:
        same = calls(("add", {"a": 1, "b": 1}))
        result, records, backend = play(lambda request: same)
        reason = "add: the same call with the same result 3 times in a row"
        assert (result.status, result.reason) == ("limit_repeats", reason)
        assert outputs(records) == ["2"] * len(backend.requests) == ["2"] * 3
        assert isinstance(records[-1], End)
        assert records[-1].status == "limit_repeats"

    def test_repetition_is_of_calls_and_not_of_their_spelling(self) -> None:
        spellings = ('{"a": 1, "b": 1}', '{"b":1,"a":1}', '{ "a": 1, "b": 1 }')
        assert play([calls(("add", text)) for text in spellings])[0].status == "limit_repeats"
        broken = [calls(("add", '{"a": 1'))] * 5
        result, records, _ = play(broken, budgets=Budgets(repeats=5))
        assert (result.status, len(outputs(records))) == ("limit_repeats", 5)

    def test_parallel_calls_are_repeated_all_together(self) -> None:
        two = calls(("add", {"a": 1, "b": 1}), ("fly", {}))
        result, records, _ = play(lambda request: two)
        assert (result.status, len(outputs(records))) == ("limit_repeats", 6)
        assert result.reason.startswith("add, fly: the same call")

    def test_the_same_calls_within_one_message_are_no_repetition(self) -> None:
        many = calls(*[("add", {"a": 1, "b": 1})] * 5)
        assert play([many, says("2")])[0].status == "done"

    def test_waiting_for_a_result_that_changes_is_no_repetition(self) -> None:
        asked: list[int] = []

        @tool
        def progress() -> str:
            """How far it is."""
            asked.append(1)
            return f"{len(asked)} %"

        polling = [calls(("progress", {}))] * 20
        result, _, _ = play([*polling, says("done")], toolbox=ToolBox([progress]))
        assert (result.status, len(asked)) == ("done", 20)

    def test_something_else_in_between_is_no_repetition(self) -> None:
        one, other = calls(("add", {"a": 1, "b": 1})), calls(("add", {"a": 1, "b": 2}))
        assert play([one, one, other, other, one, one, says("done")])[0].status == "done"

    def test_repetition_may_be_allowed(self) -> None:
        same = [calls(("add", {"a": 1, "b": 1}))] * 20
        assert play([*same, says("2")], budgets=Budgets(repeats=0))[0].status == "done"

    def test_another_turn_may_make_the_calls_of_the_turn_before(self) -> None:
        same = calls(("add", {"a": 1, "b": 1}))
        agent = Agent(ScriptedBackend([same, same, says("2")] * 3), BOX)
        assert [asyncio.run(agent.ask("again")).status for _ in range(3)] == ["done"] * 3

    def test_a_message_cut_at_max_tokens(self) -> None:
        result, _, _ = play([says("x" * 500)], sampling=SamplingParams(max_tokens=20))
        assert (result.status, result.completion_tokens) == ("limit_tokens", 20)
        assert result.reason.startswith("a message reached its limit of 20 tokens")

    def test_a_context_that_is_full_within_an_answer(self) -> None:
        result, _, _ = play([says("x" * 5000)], context_length=1500)
        assert (result.status, result.reason) == ("limit_tokens", "the context of 1500 tokens is full")
        assert result.answer.startswith("xxx")

    def test_a_context_that_is_full_before_an_answer(self) -> None:
        @tool
        def long() -> str:
            """Say much."""
            return "x" * 3000

        result, _, _ = play([calls(("long", {})), says("never")], toolbox=ToolBox([long]), context_length=1500)
        assert result.status == "limit_tokens"
        assert result.reason.endswith("tokens; accepted: fewer than 1500")

    def test_a_backend_that_fails(self) -> None:
        result, records, _ = play([calls(("add", {"a": 1, "b": 1}))])
        assert (result.status, result.reason) == ("failed", "the script of scripted is over: no reply for request 4")
        assert isinstance(records[-1], End)

    def test_a_tool_box_that_fails(self) -> None:
        @tool
        def broken() -> str:
            """Break."""
            raise AgentError("the sandbox is gone")

        result, records, _ = play([calls(("broken", {}))], toolbox=ToolBox([broken]))
        assert (result.status, result.reason) == ("failed", "the sandbox is gone")
        assert outputs(records) == ["error: interrupted"]

    def test_a_defect_in_a_tool_is_raised_after_the_trace_has_ended(self) -> None:
        @tool
        def defect() -> str:
            """Divide."""
            return str(1 // 0)

        records: list[Record] = []
        agent = Agent(ScriptedBackend([calls(("defect", {}))]), ToolBox([defect]), record=records.append)
        with pytest.raises(ZeroDivisionError):
            asyncio.run(agent.run("go"))
        assert isinstance(records[-1], End)
        assert records[-1].status == "failed"

    @pytest.mark.parametrize("field", ["steps", "tokens", "seconds"])
    def test_budgets_are_above_zero(self, field: str) -> None:
        with pytest.raises(AgentError, match=f"the budget of {field} is 0"):
            Budgets(**{field: 0})

    @pytest.mark.parametrize("repeats", [-1, 1])
    def test_a_single_call_is_no_repetition(self, repeats: int) -> None:
        with pytest.raises(AgentError, match=f"the budget of repeats is {repeats}; accepted: 2 or more, or 0"):
            Budgets(repeats=repeats)


class TestApprovals:
    def ask(self, *answers: str) -> tuple[list[str], Approver]:
        asked: list[str] = []
        rest = iter(answers)

        async def ask(call: ToolCall, effect: str) -> str:
            asked.append(f"{effect} {call.name}")
            return next(rest)

        return asked, ask_first(ask)

    def test_looking_is_never_asked_about(self) -> None:
        asked, approve = self.ask()
        result, _, _ = play([calls(("add", {"a": 1, "b": 1})), says("2")], approve=approve)
        assert (result.status, asked) == ("done", [])

    def test_yes_no_and_always(self) -> None:
        asked, approve = self.ask("y", "no", "always")
        replies = [calls(("store", {"text": str(n)})) for n in range(4)]
        _, records, _ = play([*replies, says("done")], approve=approve)
        assert outputs(records) == [
            "stored 0",
            "error: the user does not allow this call of store",
            "stored 2",
            "stored 3",
        ]
        assert asked == ["write store"] * 3

    def test_stop_ends_the_run(self) -> None:
        _, approve = self.ask("stop")
        two = calls(("store", {"text": "a"}), ("store", {"text": "b"}))
        result, records, _ = play([two, says("never")], approve=approve)
        assert (result.status, result.reason) == ("denied", "the call of store was denied")
        assert outputs(records) == ["error: interrupted"] * 2

    def test_deny_refuses_every_call_that_writes(self) -> None:
        two = calls(("store", {"text": "a"}), ("add", {"a": 1, "b": 1}))
        result, records, _ = play([two, says("so be it")], approve=refuse_all)
        assert result.status == "done"
        assert outputs(records) == ["error: the user does not allow this call of store", "2"]


class TestCancelling:
    def run_and_cancel(
        self, replies: list[Message], when: Callable[[Progress], bool]
    ) -> tuple[Result, list[Record], Agent]:
        records: list[Record] = []

        def watch(progress: Progress) -> None:
            if when(progress):
                agent.cancel()

        agent = Agent(ScriptedBackend(replies), BOX, record=records.append, watch=watch)
        return asyncio.run(agent.run("go")), records, agent

    def test_during_a_call(self) -> None:
        result, records, _ = self.run_and_cancel(
            [calls(("wait", {}), ("add", {"a": 1, "b": 1}))], lambda progress: isinstance(progress, CallStarted)
        )
        assert (result.status, result.steps) == ("cancelled", 1)
        assert outputs(records) == ["error: interrupted"] * 2
        assert isinstance(records[-1], End)
        assert records[-1].status == "cancelled"

    def test_during_an_answer_keeps_what_was_said(self) -> None:
        pieces: list[str] = []

        def after_some(progress: Progress) -> bool:
            if isinstance(progress, TextDelta):
                pieces.append(progress.text)
            return len(pieces) == 3

        result, records, agent = self.run_and_cancel([says("word " * 50)], after_some)
        assert result.status == "cancelled"
        assert 0 < len(result.answer) < 100
        assert agent.messages[-1].content == result.answer
        step = records[-2]
        assert isinstance(step, Step)
        assert 0 < sum(step.mask) < 250

    def test_from_outside_ends_the_trace_and_stays_a_cancellation(self) -> None:
        records: list[Record] = []

        async def cancel() -> None:
            agent = Agent(ScriptedBackend([calls(("wait", {}))]), BOX, record=records.append)
            task = asyncio.create_task(agent.run("go"))
            while not any(isinstance(record, Step) and record.mask for record in records):
                await asyncio.sleep(0)
            task.cancel()
            await task

        with pytest.raises(asyncio.CancelledError):
            asyncio.run(cancel())
        assert isinstance(records[-1], End)
        assert records[-1].status == "cancelled"
        assert outputs(records) == ["error: interrupted"]

    def test_the_conversation_can_go_on(self) -> None:
        agent = Agent(ScriptedBackend([calls(("wait", {})), says("sorry")]), BOX)
        agent._watch = lambda progress: agent.cancel() if isinstance(progress, CallStarted) else None
        assert asyncio.run(agent.ask("go")).status == "cancelled"
        assert asyncio.run(agent.ask("what now?")).answer == "sorry"


class TestTrace:
    def test_it_holds_the_run_in_order(self, tmp_path: Path) -> None:
        path = tmp_path / "run.jsonl"
        with TraceWriter(path) as writer:
            backend = ScriptedBackend([calls(("add", {"a": 2, "b": 3})), says("5")])
            agent = Agent(backend, BOX, record=writer.append, sandbox="none", task_id="t1")
            result = asyncio.run(agent.run("add"))
        records = read_trace(path)
        assert [type(record) for record in records] == [Header, Step, Step, Step, ToolResult, Step, End]
        header, end = records[0], records[-1]
        assert isinstance(header, Header)
        assert (header.model, header.sandbox, header.task_id) == ("scripted", "none", "t1")
        assert header.tools == tuple(spec.to_openai() for spec in BOX.specs)
        assert isinstance(end, End)
        assert (end.status, end.steps) == ("done", 2)
        assert (end.prompt_tokens, end.completion_tokens) == (result.prompt_tokens, result.completion_tokens)
        assert conversation(records) == [message.to_openai() for message in agent.messages]

    def test_it_is_one_training_sample_of_exactly_what_was_sampled(self) -> None:
        replies = [calls(("add", {"a": 2, "b": 3})), calls(("fly", {}), ("add", {"a": 1})), says("5")]
        _, records, backend = play(replies, sampling=SamplingParams(logprobs=True))
        (sample,) = samples(records)
        full = []

        async def ids() -> None:
            again = ScriptedBackend(replies)
            for request in backend.requests:
                async for event in again.stream(request):
                    full.append(event)

        asyncio.run(ids())
        sampled = [id for event in full if type(event).__name__ == "Tokens" for id in event.ids]
        prompts = [event.ids for event in full if type(event).__name__ == "PromptTokens"]
        assert [id for id, on in zip(sample.token_ids, sample.mask, strict=True) if on] == sampled
        assert sample.token_ids[: len(prompts[-1])] == prompts[-1]
        assert len(sample.logprobs) == len(sampled)

    def test_dropped_reasoning_begins_a_new_sequence(self) -> None:
        """A thinking template leaves out the reasoning of earlier turns: the second prompt branches off."""
        thought = [Message("assistant", "one", reasoning="hmm"), Message("assistant", "two", reasoning="aha")]
        records: list[Record] = []
        agent = Agent(ScriptedBackend(thought, style="thinking"), BOX, record=records.append)
        asyncio.run(agent.ask("first"))
        asyncio.run(agent.ask("second"))
        first, second = (record for record in records if isinstance(record, Step) and record.mask)
        assert first.position is None
        assert second.position is not None
        assert len(samples(records)) == 2

    def test_answers_without_ids_are_recorded_without_ids(self) -> None:
        class Bare:
            name = "bare"
            context_length = None

            async def stream(self, request: ChatRequest) -> AsyncIterator[Event]:
                yield TextDelta("hello")
                yield Usage(7, 0, 3)
                yield Finished("stop")

        records: list[Record] = []
        result = asyncio.run(Agent(Bare(), BOX, record=records.append).run("hi"))
        assert (result.prompt_tokens, result.completion_tokens) == (7, 3)
        assert records[-2] == Step({"role": "assistant", "content": "hello"})

    def test_three_hundred_calls_take_constant_memory_each(self, tmp_path: Path) -> None:
        """The trace is complete, and the last hundred calls take no more memory than the hundred before."""
        sizes: dict[int, int] = {}

        class Counting:
            """Calls `add` three hundred times; each prompt is the sequence so far and ten ids more."""

            name = "counting"
            context_length = None

            def __init__(self) -> None:
                self.ids: tuple[int, ...] = ()

            async def stream(self, request: ChatRequest) -> AsyncIterator[Event]:
                count = sum(message.role == "tool" for message in request.messages)
                sizes[count] = tracemalloc.get_traced_memory()[0]
                prompt = (*self.ids, *range(10))
                yield PromptTokens(prompt)
                yield Tokens((count,) * 5)
                self.ids = (*prompt, *(count,) * 5)
                if count < 300:
                    yield ToolCallStart(0, f"functions.add:{count}", "add")
                    yield ToolCallArguments(0, f'{{"a": {count}, "b": 0}}')
                    yield ToolCallEnd(0)
                yield Usage(len(prompt), 0, 5)
                yield Finished("tool_calls" if count < 300 else "stop")

        path = tmp_path / "run.jsonl"
        tracemalloc.start()
        try:
            with TraceWriter(path) as writer:
                agent = Agent(Counting(), BOX, budgets=Budgets(steps=400), record=writer.append)
                result = asyncio.run(agent.run("count"))
        finally:
            tracemalloc.stop()
        assert (result.status, result.steps) == ("done", 301)
        assert sizes[300] - sizes[200] < 1.5 * (sizes[200] - sizes[100]) < 100 * 8192
        records = read_trace(path)
        assert outputs(records) == [str(n) for n in range(300)]
        (sample,) = samples(records)
        assert sample.token_ids == agent.backend.ids  # type: ignore[attr-defined]
        assert [id for id, on in zip(sample.token_ids, sample.mask, strict=True) if on] == [
            n for n in range(301) for _ in range(5)
        ]


class TestChaos:
    def test_answers_that_break_off_are_asked_for_again(self) -> None:
        def reply(request: ChatRequest) -> Message:
            return says("2") if request.messages[-1].role == "tool" else calls(("add", {"a": 1, "b": 1}))

        seen: list[Progress] = []
        records: list[Record] = []
        backend = ChaosBackend(ScriptedBackend(reply), 3, Faults(error=0.3, cut=0.3))
        agent = Agent(backend, BOX, record=records.append, watch=seen.append, retries=20, sleep=no_sleep)
        for _ in range(5):
            assert asyncio.run(agent.ask("go")).answer == "2"
        assert backend.injected
        assert sum(isinstance(event, Retrying) for event in seen) == len(backend.injected)
        assert outputs(records) == ["2"] * 5

    def test_waiting_grows_between_attempts(self) -> None:
        waits: list[float] = []

        async def sleep(seconds: float) -> None:
            waits.append(seconds)

        backend = ChaosBackend(ScriptedBackend([]), 1, Faults(error=1.0))
        result = asyncio.run(Agent(backend, BOX, retries=3, sleep=sleep).run("go"))
        assert result.status == "failed"
        assert waits == [1.0, 2.0, 4.0]

    @settings(max_examples=40)
    @given(seed=st.integers(0, 10_000))
    def test_whatever_happens_the_run_ends_with_a_status_and_a_whole_trace(self, seed: int) -> None:
        def reply(request: ChatRequest) -> Message:
            done = sum(message.role == "tool" for message in request.messages)
            return says("done") if done >= 3 else calls(("add", {"a": done, "b": 0}), ("fly", {}))

        faults = Faults(error=0.2, cut=0.2, malformed=0.3, repeat=0.3)
        records: list[Record] = []
        backend = ChaosBackend(ScriptedBackend(reply), seed, faults)
        agent = Agent(backend, BOX, budgets=Budgets(steps=10), record=records.append, retries=1, sleep=no_sleep)
        result = asyncio.run(agent.run("go"))
        end = records[-1]
        assert isinstance(end, End)
        assert end.status == result.status
        allowed: tuple[Status, ...] = ("done", "failed", "limit_steps")
        assert result.status in allowed
        said = conversation(records)
        assert said == [message.to_openai() for message in agent.messages]
        made = [call["id"] for message in said for call in message.get("tool_calls", ())]
        assert made == [message["tool_call_id"] for message in said if message["role"] == "tool"]
        samples(records)

    def test_request_errors_within_the_last_attempt_keep_the_partial_answer(self) -> None:
        class Cut:
            name = "cut"
            context_length = None

            async def stream(self, request: ChatRequest) -> AsyncIterator[Event]:
                yield TextDelta("half an ")
                raise RequestError("the line broke")

        result = asyncio.run(Agent(Cut(), BOX, retries=0).run("go"))
        assert (result.status, result.answer, result.reason) == ("failed", "half an ", "the line broke")
