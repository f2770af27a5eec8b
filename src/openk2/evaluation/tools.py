"""Suite `tools`: held-out tasks solved by the real agent with the real tools, at temperature 0.

Beside the model stand an agent that does nothing and the oracle, which goes through the same agent as a scripted
backend: what the tasks pay for nothing, and that they can be solved at all.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openk2.agent.budgets import Budgets
from openk2.agent.loop import Agent
from openk2.chat.backend import ChatBackend
from openk2.chat.messages import Message
from openk2.chat.sampling import SamplingParams
from openk2.chat.scripted import ScriptedBackend
from openk2.environments import FAMILIES, Oracle, Task, verify
from openk2.environments.catalogue import DIALOGUE
from openk2.environments.rollout import task_tools
from openk2.environments.world import lay_out
from openk2.evaluation.rates import Rate, rate
from openk2.trace.records import Record, Verdict

STEPS = 12
"""Messages of the model in one turn."""
TOKENS = 400
"""Tokens of one message."""


@dataclass(frozen=True)
class Outcome:
    """How one task ended."""

    task: Task
    verdict: Verdict
    status: str
    """Of the last turn that was tried, as the agent says it."""
    records: tuple[Record, ...]
    """The agent's trace, the verdict at its end."""
    quiet_turns: Rate
    """Turns that need no tool: how many of them were held without a call."""

    @property
    def solved(self) -> bool:
        """Every turn ended right and nothing else was changed."""
        return self.verdict.score == 1.0


BackendFor = Callable[[Task], ChatBackend]


def the_model(backend: ChatBackend) -> BackendFor:
    """The same backend for every task."""
    return lambda task: backend


def nothing(task: Task) -> ChatBackend:
    """An agent that says it is done and does nothing."""
    return ScriptedBackend(lambda request: Message("assistant", "Done."), name="nothing")


def the_oracle(task: Task) -> ChatBackend:
    """The task's own solution, played through the agent."""
    oracle = Oracle(task)
    return ScriptedBackend(lambda request: oracle.reply(request.messages), name="oracle", piece=64)


async def solve(task: Task, backend: ChatBackend) -> Outcome:
    """One task in a workspace of its own."""
    with tempfile.TemporaryDirectory(prefix="openk2-eval-") as directory:
        workspace = Path(directory)
        lay_out(task.world, workspace)
        records: list[Record] = []
        agent = Agent(
            backend,
            task_tools(task, workspace),
            budgets=Budgets(steps=STEPS, repeats=0),  # a model may still find its way out of a repetition
            sampling=SamplingParams(temperature=0.0, max_tokens=TOKENS),
            system=task.system,
            record=records.append,
            task_id=task.id,
            retries=0,
        )
        status = "done"
        for turn in task.turns:
            status = (await agent.ask(turn.request)).status
            if status != "done":
                break
        verdict = verify(task, agent.messages, workspace)
        agent.end(status)  # type: ignore[arg-type]
        return Outcome(task, verdict, status, (*records, verdict), _quiet(task, agent.messages))


def _quiet(task: Task, messages: Sequence[Message]) -> Rate:
    """Of the turns that need no tool and were begun, those without a call."""
    called: list[bool] = []
    for message in messages:
        if message.role == "user":
            called.append(False)
        elif message.tool_calls:
            called[-1] = True
    return rate([not any_call for turn, any_call in zip(task.turns, called, strict=False) if not turn.expected.calls])


def run(
    tasks: Sequence[Task],
    backend_for: BackendFor,
    *,
    concurrent: int = 16,
    watch: Callable[[Outcome], None] | None = None,
) -> list[Outcome]:
    """Solve the tasks, so many at once; outcomes in their order. `watch` hears each as it ends."""
    waiting = iter(enumerate(tasks))
    outcomes: dict[int, Outcome] = {}

    async def work() -> None:
        for number, task in waiting:
            outcomes[number] = await solve(task, backend_for(task))
            if watch is not None:
                watch(outcomes[number])

    async def work_all() -> None:
        await asyncio.gather(*(work() for _ in range(min(concurrent, len(tasks)))))

    asyncio.run(work_all())
    return [outcomes[number] for number in range(len(tasks))]


def summarise(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Per split: all tasks, by number of calls, by family; and the turns that need no tool over all splits."""
    splits: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        splits[outcome.task.split].append(outcome)
    return {
        "solved": rate([outcome.solved for outcome in outcomes]).record(),
        "no_tool_turns_without_call": sum((outcome.quiet_turns for outcome in outcomes), Rate(0, 0)).record(),
        "splits": {split: _summary(found) for split, found in splits.items()},
    }


def _summary(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    calls: dict[str, list[bool]] = defaultdict(list)
    families: dict[str, list[bool]] = defaultdict(list)
    for outcome in outcomes:
        calls[group(outcome.task)].append(outcome.solved)
        families[outcome.task.family].append(outcome.solved)
    return {
        "solved": rate([outcome.solved for outcome in outcomes]).record(),
        "by_calls": {
            name: rate(calls[name]).record()
            for name in ("none", "one or two", "three or more", DIALOGUE)
            if calls[name]
        },
        "families": {name: rate(found).record() for name, found in families.items()},
    }


def group(task: Task) -> str:
    """How many calls a task takes, in words."""
    if task.family == DIALOGUE:
        return DIALOGUE
    calls = FAMILIES[task.family].calls
    return "none" if not calls else "one or two" if calls <= 2 else "three or more"
