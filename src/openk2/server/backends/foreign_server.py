"""An inference server of another project as a process of ours: started, waited for, listened to, stopped.

It runs in its own environment (`python`), since these projects pin their own PyTorch, and in a process group of its
own, since they have workers. What it prints goes to a file. It listens on loopback, at a port that was free a moment
ago.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import httpx

from openk2.errors import ServerError

_log = logging.getLogger("openk2.server")

_POLL_SECONDS = 0.5
_STOP_SECONDS = 20.0
_LAST_WORDS = 300


class ForeignServer:
    """A running server; `stop` ends it and all it started."""

    def __init__(
        self,
        name: str,
        command: Callable[[int], Sequence[str]],
        log_file: Path,
        *,
        environment: Mapping[str, str] | None = None,
        start_seconds: float = 1800.0,
        health: str = "/health",
        poll_seconds: float = _POLL_SECONDS,
    ) -> None:
        """`command`: from the port it is to listen on; `environment`: beside ours; `start_seconds`: how long it may
        take until `health` answers. Raises ServerError when it cannot be started, ends, or takes longer."""
        self.name, self._log_file = name, log_file
        port = _free_port()
        self.url = f"http://127.0.0.1:{port}"
        arguments = list(command(port))
        log_file.parent.mkdir(parents=True, exist_ok=True)
        _log.info("%s starts: %s; its log: %s", name, " ".join(arguments), log_file)
        with log_file.open("wb") as output:
            try:
                self._process = subprocess.Popen(
                    arguments,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    env={**os.environ, **(environment or {})},
                    start_new_session=True,
                )
            except OSError as error:
                raise ServerError(f"{name}: {arguments[0]} cannot be run: {error.strerror}") from None
        try:
            self._wait(self.url + health, start_seconds, poll_seconds)
        except BaseException:
            self.stop()
            raise

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    def stop(self) -> None:
        """End it: politely, then at once."""
        for number, seconds in ((signal.SIGTERM, _STOP_SECONDS), (signal.SIGKILL, _STOP_SECONDS)):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(seconds)
                break
        # Workers that outlived it.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def _wait(self, url: str, seconds: float, poll_seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if not self.alive:
                code = self._process.returncode
                raise ServerError(f"{self.name} ended with status {code} before it was ready: {self._last_words()}")
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(url, timeout=5.0).is_success:
                    _log.info("%s is ready at %s", self.name, self.url)
                    return
            time.sleep(poll_seconds)
        raise ServerError(f"{self.name} was not ready within {seconds:g} s; see {self._log_file}")

    def _last_words(self) -> str:
        with self._log_file.open("rb") as log:
            log.seek(0, os.SEEK_END)
            log.seek(max(0, log.tell() - 20_000))
            lines = [line for line in log.read().decode("utf-8", "replace").splitlines() if line.strip()]
        return (lines[-1].strip() if lines else "it said nothing")[:_LAST_WORDS]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
