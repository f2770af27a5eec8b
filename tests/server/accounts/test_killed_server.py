"""`kill -9` at random moments under load: the ledger is consistent each time.

For every request whose first byte its client saw there is one row, not more, at what it used or at what was known of
it; there is none for what was never asked; and the day's sums are those of the rows.
"""

from __future__ import annotations

import asyncio
import json
import random
import signal
import sqlite3
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from mortal_server import PRICES

from openk2.server.accounts.accounts import Accounts
from openk2.server.accounts.keys import NewKey
from openk2.server.store import Database

CLIENTS = 12


@dataclass
class Seen:
    """What clients saw of the server."""

    asked: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)
    """Requests whose first byte came."""
    told: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Request → the usage that came with its end."""


class Servers:
    """One server after the other; the next one is imported while the one before still lives."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._next: subprocess.Popen[str] | None = self._prepare()
        self._living: subprocess.Popen[str] | None = None

    def _prepare(self) -> subprocess.Popen[str]:
        script = Path(__file__).with_name("mortal_server.py")
        return subprocess.Popen([sys.executable, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def start(self, *, last: bool = False) -> str:
        """A new server's address; `last`: none follows it."""
        self._living, self._next = self._next, None if last else self._prepare()
        assert self._living is not None
        assert self._living.stdin is not None
        assert self._living.stdout is not None
        print(self._database, file=self._living.stdin, flush=True)
        port = self._living.stdout.readline().strip()
        assert port, "the server did not start"
        return f"http://127.0.0.1:{port}"

    def kill(self) -> None:
        """End the living one without warning."""
        assert self._living is not None
        self._living.send_signal(signal.SIGKILL)

    def end(self) -> None:
        """End all."""
        for process in (self._next, self._living):
            if process is not None:
                process.kill()
                process.communicate()


async def ask_on_and_on(client: httpx.AsyncClient, seen: Seen, chance: random.Random, number: int) -> None:
    """One client: question after question until the server is gone."""
    asked = 0
    while True:
        id = f"client-{number}-{asked}-{chance.randrange(10**12)}"
        asked += 1
        words, stream = chance.choice((1, 5, 40)), chance.random() < 0.7
        body = {"model": "mortal", "messages": [{"role": "user", "content": str(words)}], "stream": stream}
        if stream:
            body["stream_options"] = {"include_usage": True}
        seen.asked.add(id)
        async with client.stream("POST", "/v1/chat/completions", json=body, headers={"x-request-id": id}) as answer:
            assert answer.status_code == 200, await answer.aread()
            seen.answered.add(id)
            if not stream:
                seen.told[id] = json.loads(await answer.aread())["usage"]
                continue
            async for line in answer.aiter_lines():
                if line.startswith("data: {") and (usage := json.loads(line[6:]).get("usage")):
                    seen.told[id] = usage


async def load_until_killed(address: str, key: str, seen: Seen, chance: random.Random, servers: Servers) -> None:
    """Many clients at once, and an end without warning."""
    limits = httpx.Limits(max_connections=CLIENTS)
    head = {"authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=address, headers=head, limits=limits, timeout=60) as client:
        asking = [asyncio.create_task(ask_on_and_on(client, seen, chance, number)) for number in range(CLIENTS)]
        await asyncio.sleep(chance.uniform(0.05, 1.0))
        servers.kill()
        for outcome in await asyncio.gather(*asking, return_exceptions=True):
            assert isinstance(outcome, httpx.TransportError), outcome


async def make_key(database: Path) -> str:
    async with Database(str(database)) as opened:
        accounts = Accounts(opened, PRICES)
        organisation = await accounts.directory.organisation()
        return (await accounts.keys.create(NewKey("load", organisation.id)))[1]


def check(file: Path, seen: Seen) -> None:
    """The ledger after the next server has started."""
    database = sqlite3.connect(file)
    database.row_factory = sqlite3.Row
    assert database.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    assert database.execute("SELECT count(*) FROM request_open").fetchone()[0] == 0
    rows = [dict(row) for row in database.execute("SELECT * FROM usage")]
    by_request = {row["request_id"]: row for row in rows}
    assert len(by_request) == len(rows), "no request is charged twice"
    assert by_request.keys() <= seen.asked
    assert seen.answered <= by_request.keys(), "no request is lost whose first byte was sent"
    for id, row in by_request.items():
        assert row["cost"] == 600 * (row["prompt_tokens"] - row["cached_tokens"]) + 150 * row["cached_tokens"] + (
            2500 * row["completion_tokens"]
        )
        if row["status"] == "stop":
            assert (row["prompt_tokens"], row["cached_tokens"]) == (20, 5)
        if id in seen.told and row["status"] == "stop":
            assert row["completion_tokens"] == seen.told[id]["completion_tokens"]
        elif id in seen.answered:
            assert row["status"] in ("stop", "lost")
            assert row["prompt_tokens"] == 20
            assert row["completion_tokens"] >= 0, "what its last note knew, up to a second before"
        if id in seen.told:
            assert row["completion_tokens"] <= seen.told[id]["completion_tokens"]
    summed = ("prompt_tokens", "cached_tokens", "reasoning_tokens", "completion_tokens", "cost")
    sums = ", ".join(f"coalesce(sum({name}), 0)" for name in summed)
    of_rows = tuple(database.execute(f"SELECT count(*), {sums} FROM usage").fetchone())
    assert tuple(database.execute(f"SELECT coalesce(sum(requests), 0), {sums} FROM usage_day").fetchone()) == of_rows
    database.close()


@pytest.mark.parametrize("moments", [2, pytest.param(50, marks=pytest.mark.slow)])
def test_killed_at_random_moments_under_load_the_ledger_is_consistent_each_time(moments: int, tmp_path: Path) -> None:
    file = tmp_path / "ledger.db"
    key = asyncio.run(make_key(file))
    seen, chance = Seen(), random.Random(moments)
    servers = Servers(file)
    try:
        address = servers.start()
        for moment in range(moments):
            asyncio.run(load_until_killed(address, key, seen, chance, servers))
            address = servers.start(last=moment == moments - 1)
            check(file, seen)
    finally:
        servers.end()
    assert seen.told, "there was load"
    assert len(seen.answered) > len(seen.told), "answers were cut off"
