"""What the ledger adds to a request: waiting before the first byte, and time of the machine altogether.

    python benchmarks/ledger.py [--database URL] [--json]

Streams begin and settle over and over, 1, 8 and 32 at a time. `begin` is what the first token waits for;
`per_request` is the time for everything divided by the requests. On SQLite both ways of waiting for the disk: FULL,
which the server uses, and NORMAL, which a loss of power may take the last requests from.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

from openk2.chat.events import Usage
from openk2.server.accounts.ledger import Entry, Ledger
from openk2.server.store import Database
from openk2.server.store.presence import Presence

ROUNDS = 50


async def measure(ledger: Ledger, streams: int) -> dict[str, Any]:
    """Milliseconds: median and 95th percentile before the first byte, median of settling, all per request."""
    begins: list[float] = []
    settles: list[float] = []

    async def one_stream() -> None:
        for _ in range(ROUNDS):
            entry = Entry(uuid.uuid4().hex, "req-1", int(time.time() * 1000), "org", "user", "key", "model", "own")
            started = time.perf_counter()
            await ledger.begin(entry)
            begun = time.perf_counter()
            await ledger.settle(entry.settled(Usage(100, 50, 20), 1000, 5, 900, "stop"))
            begins.append(begun - started)
            settles.append(time.perf_counter() - begun)

    started = time.perf_counter()
    await asyncio.gather(*(one_stream() for _ in range(streams)))
    seconds = time.perf_counter() - started
    return {
        "streams": streams,
        "begin_ms": round(statistics.median(begins) * 1000, 2),
        "begin_ms_p95": round(statistics.quantiles(begins, n=20)[-1] * 1000, 2),
        "settle_ms": round(statistics.median(settles) * 1000, 2),
        "per_request_ms": round(seconds / len(begins) * 1000, 3),
    }


async def run(url: str) -> list[dict[str, Any]]:
    """All figures of one database."""
    results = []
    async with Database(url) as database:
        presence = Presence(database)
        await presence.begin()
        ledger = Ledger(database, presence)
        await ledger.start()
        for waiting in ("FULL", "NORMAL") if database.kind == "sqlite" else ("server's",):
            if database.kind == "sqlite":
                assert database._writer is not None
                async with database._writer.connect() as connection:
                    await connection.commit()
                    raw: Any = await connection.get_raw_connection()
                    await raw.driver_connection.execute(f"PRAGMA synchronous={waiting}")
            await measure(ledger, 1)
            for streams in (1, 8, 32):
                results.append({"database": database.kind, "synchronous": waiting} | await measure(ledger, streams))
        await ledger.stop()
        await presence.end()
    return results


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", help="a SQLite file in a temporary folder where not given")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        results = asyncio.run(run(options.database or str(Path(folder) / "ledger.db")))
    if options.json:
        print(json.dumps({"ledger": results}))
        return
    for of in results:
        print(
            f"{of['database']} {of['synchronous']:>8} {of['streams']:>3} streams: begin {of['begin_ms']:6.2f} ms "
            f"(95 % {of['begin_ms_p95']:6.2f}), settle {of['settle_ms']:6.2f} ms, {of['per_request_ms']:6.3f} each"
        )


if __name__ == "__main__":
    main()
