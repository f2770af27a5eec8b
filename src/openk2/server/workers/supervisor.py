"""The process that has the engine: it starts the front ends, loads the models, and ends with the last of them.

A front end that dies is started again. SIGTERM or Ctrl-C is passed on, and the engine goes on until every front end has
drained; a second one cuts them off.
"""

from __future__ import annotations

import asyncio
import logging
import os
import pickle
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from prometheus_client import multiprocess

from openk2.chat.backend import ChatBackend
from openk2.chat.rendered import RenderedBackend
from openk2.errors import ServerError
from openk2.server.backends.opening import Opened, OpenOwn
from openk2.server.backends.spec import Spec
from openk2.server.configuration.reader import Configuration
from openk2.server.configuration.sections import ModelSection, ServeSection
from openk2.server.settings import ServerSettings
from openk2.server.workers.engine_side import EngineSide
from openk2.server.workers.front import FrontPlan

_log = logging.getLogger("openk2.server")

_RESTART_SECONDS = 1.0


def serve_with_workers(
    configuration: Configuration,
    models: Sequence[ModelSection],
    settings: ServerSettings,
    bound: socket.socket,
    open_own: OpenOwn,
    on_loaded: Callable[[], None],
) -> None:
    """Serve with as many front ends as the configuration says until told to stop. Raises OpenK2Error when a model
    cannot be loaded."""
    section = configuration.section(ServeSection)
    opened = Opened(open_own, Path(section.log_folder))
    with tempfile.TemporaryDirectory(prefix="openk2-") as folder:
        try:
            models = tuple(opened.with_urls(model) for model in models)
            each = replace(
                settings,
                max_requests=-(-settings.max_requests // section.workers),
                # A client's next request may meet another front end.
                responses_file=settings.responses_file or Path(folder) / "responses.db",
            )
            plan = FrontPlan(configuration, tuple(models), each, Path(folder) / "engine", bound.fileno())
            metrics = Path(folder) / "metrics"
            metrics.mkdir()
            asyncio.run(_Supervisor(plan, section.workers, metrics, open_own, on_loaded).run())
        finally:
            opened.close()


class _Supervisor:
    """One run."""

    def __init__(
        self, plan: FrontPlan, workers: int, metrics: Path, open_own: OpenOwn, on_loaded: Callable[[], None]
    ) -> None:
        self._plan, self._workers, self._metrics = plan, workers, metrics
        self._open_own, self._on_loaded = open_own, on_loaded
        self._processes: set[asyncio.subprocess.Process] = set()
        self._stopping = False

    async def run(self) -> None:
        """Until every front end has ended."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stop)
        side = EngineSide()
        async with side.listening(self._plan.engine_socket):
            fronts = [asyncio.ensure_future(self._front()) for _ in range(self._workers)]
            loading = asyncio.ensure_future(self._load(side))
            try:
                await asyncio.wait([loading, *fronts], return_when=asyncio.FIRST_COMPLETED)
                if loading.done() and loading.exception() is not None:
                    self._stop()
                await asyncio.gather(*fronts)
                if loading.done():
                    await loading
            finally:
                loading.cancel()
                for process in self._processes:
                    process.kill()

    async def _load(self, side: EngineSide) -> None:
        """Load our own models, one after the other."""
        specs = [Spec.read(replica.backend) for model in self._plan.models for replica in model.replica]
        for name in dict.fromkeys(spec.model for spec in specs if spec.kind == "own"):
            backend: ChatBackend = await asyncio.to_thread(self._open_own, name)
            if not isinstance(backend, RenderedBackend):
                raise ServerError(f"{name} cannot be shared between processes; accepted: a model of ours")
            await side.add(name, backend.tokens)
        self._on_loaded()

    async def _front(self) -> None:
        """One front end, started again until the end."""
        environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(self._metrics)}
        while not self._stopping:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "openk2.server.workers.front",
                stdin=subprocess.PIPE,
                pass_fds=[self._plan.listening],
                env=environment,
            )
            self._processes.add(process)
            assert process.stdin is not None
            process.stdin.write(pickle.dumps(self._plan))
            process.stdin.close()
            status = await process.wait()
            self._processes.discard(process)
            multiprocess.mark_process_dead(process.pid, str(self._metrics))  # type: ignore[no-untyped-call]
            if not self._stopping:
                _log.warning("a front end ended with status %d; another one is started", status)
                await asyncio.sleep(_RESTART_SECONDS)

    def _stop(self) -> None:
        """Pass the signal on; the second one makes front ends end at once."""
        self._stopping = True
        for process in self._processes:
            process.send_signal(signal.SIGTERM)
