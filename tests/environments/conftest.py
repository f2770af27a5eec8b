"""A bench on which the tests play tasks."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from openk2.chat.messages import Message
from openk2.environments import Bench, Task

Play = Callable[[Task], list[Message]]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """A workspace and its tools."""
    return Bench(Path(tmp_path_factory.mktemp("bench")))


@pytest.fixture(scope="module")
def play(bench: Bench) -> Play:
    """Lay out a task's world and let the oracle play it."""

    def play_task(task: Task) -> list[Message]:
        bench.prepare(task)
        return asyncio.run(bench.play(task))

    return play_task
