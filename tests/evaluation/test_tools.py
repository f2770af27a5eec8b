"""Suite `tools`: the oracle solves everything through the real agent, doing nothing solves nothing."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from openk2.chat.messages import ChatRequest, Message, ToolCall
from openk2.chat.scripted import ScriptedBackend
from openk2.cli import eval as command
from openk2.environments import Oracle, Task, make_task
from openk2.environments.catalogue import DIALOGUE
from openk2.errors import EvaluationError
from openk2.evaluation import tools
from openk2.evaluation.rates import Rate
from openk2.evaluation.selection import select_tasks
from openk2.trace.records import End, Header, Verdict
from openk2.trace.store import read_trace


@pytest.fixture(scope="module")
def tasks() -> list[Task]:
    """A few of every split."""
    return select_tasks(21, seed=2)


@pytest.fixture(scope="module")
def solved(tasks: list[Task]) -> list[tools.Outcome]:
    """What the oracle makes of them."""
    return tools.run(tasks, tools.the_oracle)


def test_the_oracle_solves_every_task_through_the_agent(solved: list[tools.Outcome]) -> None:
    assert [(outcome.task.id, outcome.verdict.reasons) for outcome in solved if not outcome.solved] == []
    assert {outcome.status for outcome in solved} == {"done"}


def test_doing_nothing_solves_no_task(tasks: list[Task]) -> None:
    assert not any(outcome.solved for outcome in tools.run(tasks, tools.nothing))


def test_a_dialogue_of_several_turns_is_one_conversation() -> None:
    task = make_task("new_values", 1, family=DIALOGUE)
    (outcome,) = tools.run([task], tools.the_oracle)
    said = [record.message["role"] for record in outcome.records if hasattr(record, "message")]
    assert said.count("user") == len(task.turns) > 1
    assert outcome.solved


def test_the_trace_begins_with_the_task_and_ends_with_the_verdict(solved: list[tools.Outcome]) -> None:
    header, verdict = solved[0].records[0], solved[0].records[-1]
    assert isinstance(header, Header)
    assert header.task_id == solved[0].task.id
    assert isinstance(verdict, Verdict)
    assert sum(isinstance(record, End) for record in solved[0].records) == 1


def test_the_model_sees_the_tools_as_the_task_declares_them() -> None:
    task = make_task("new_tool_names", 3, family="read")
    seen: list[ChatRequest] = []
    oracle = Oracle(task)

    def reply(request: ChatRequest) -> Message:
        seen.append(request)
        return oracle.reply(request.messages)

    tools.run([task], lambda _: ScriptedBackend(reply))
    assert [tool.name for tool in seen[0].tools] == [declared.name for declared in task.tools]
    assert {tool.description for tool in seen[0].tools if tool.description}
    assert seen[0].sampling.temperature == 0.0
    system = [message.content for message in seen[0].messages if message.role == "system"]
    assert system == ([] if task.system is None else [task.system])


def test_a_call_in_chat_is_counted_and_fails() -> None:
    task = make_task("new_values", 0, family="chat")

    def busy(request: ChatRequest) -> Message:
        if request.messages[-1].role == "tool":
            return Message("assistant", task.turns[0].expected.values[0])
        return Message("assistant", tool_calls=(ToolCall("x", "python", "{}"),))

    (outcome,) = tools.run([task], lambda _: ScriptedBackend(busy))
    assert not outcome.solved
    assert outcome.quiet_turns == Rate(0, 1)
    (quiet,) = tools.run([task], tools.nothing)
    assert quiet.quiet_turns == Rate(1, 1)


def test_an_endless_run_is_ended_and_counts_as_failed() -> None:
    task = make_task("new_values", 0, family="list")
    loop: Callable[[ChatRequest], Message] = lambda _: Message(  # noqa: E731
        "assistant", tool_calls=(ToolCall("x", task.tools[0].name, "{}"),)
    )
    (outcome,) = tools.run([task], lambda _: ScriptedBackend(loop))
    assert outcome.status == "limit_steps"
    assert not outcome.solved


def test_the_summary_reports_splits_families_and_numbers_of_calls(solved: list[tools.Outcome]) -> None:
    report = tools.summarise(solved)
    assert report["solved"]["n"] == report["solved"]["hits"] == len(solved)
    assert set(report["splits"]) == {"new_values", "new_phrasings", "new_tool_names", "new_combinations"}
    for split in report["splits"].values():
        for part in ("by_calls", "families"):
            assert sum(row["n"] for row in split[part].values()) == split["solved"]["n"]
    json.dumps(report)


def test_the_command_prints_one_object_and_keeps_failed_traces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from openk2.cli import models

    backend = ScriptedBackend(lambda request: Message("assistant", "Hello!"))
    monkeypatch.setattr(models, "open_backend", lambda model: backend)
    command.main("any", "tools", tasks=7, split=None, family=None, seed=0, concurrent=4, baselines=False,
                 corpus=None, maximum_bytes=1000, context=8, out=tmp_path / "failed", as_json=True)  # fmt: skip
    captured = capsys.readouterr()
    report = json.loads(captured.out)
    assert report["tasks"] == report["model"]["solved"]["n"] == 7
    traces = sorted((tmp_path / "failed").iterdir())
    assert len(traces) == 7 - report["model"]["solved"]["hits"]
    assert isinstance(read_trace(traces[0])[-1], Verdict)
    assert "new_values" in captured.err


def test_an_unknown_suite_is_named() -> None:
    with pytest.raises(EvaluationError, match="no suite 'cooking'; accepted: tools, probe, text"):
        command.main("any", "cooking", tasks=1, split=None, family=None, seed=0, concurrent=1, baselines=False,
                     corpus=None, maximum_bytes=1000, context=8, out=None, as_json=False)  # fmt: skip
