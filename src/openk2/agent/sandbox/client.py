"""Running code from the package's side: `Sandbox.python` and `Sandbox.shell`, each one call in the warm interpreter.

A call costs one to three milliseconds. The warm interpreter starts with the first call, in a cleaned environment, and
ends with this program, however it ends. Linux only.
"""

import asyncio
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from openk2.agent.sandbox.plan import Plan
from openk2.errors import AgentError, ToolError

_SOURCE = str(Path(__file__).resolve().parents[3])
_START = (
    "import sys; sys.path.insert(0, {!r}); from openk2.agent.sandbox.zygote import main; del sys.path[0]; "
    "main({}, {!r})"
)
_REQUEST_BYTES = 4 << 20
_START_SECONDS = 30.0
_GRACE_SECONDS = 15.0


@dataclass(frozen=True)
class Limits:
    """What one call may use. The defaults suit small computations on a laptop."""

    seconds: float = 10.0
    """Wall-clock time until everything the call started is killed."""
    cpu_seconds: float = 10.0
    """Processor time of one process."""
    memory_bytes: int = 512 << 20
    """Address space of one process, and resident memory of all of them together."""
    file_bytes: int = 64 << 20
    """Size of one written file."""
    processes: int = 32
    """Processes and threads at one time."""
    open_files: int = 128
    """Open files of one process."""
    output_characters: int = 20_000
    """Output beyond this is counted, not kept."""


@dataclass(frozen=True)
class Outcome:
    """What became of one call."""

    output: str
    """Standard output and error together, cut at the limit with a line that says how much is missing."""
    error: str | None = None
    """Why it failed, in one line; None when it ran to its end."""
    exit_status: int | None = None
    """Shell only: the command's exit status, 128 + N when signal N ended it."""


@dataclass(frozen=True)
class Isolation:
    """Which layers hold on this machine."""

    plan: Plan
    limits: Limits

    @property
    def confines_files(self) -> bool:
        """Nothing outside the workspace can be written, whatever the file permissions say."""
        return self.plan.confines_files

    def __str__(self) -> str:
        plan = self.plan
        namespaces = [
            name
            for name, holds in (
                ("user", plan.user_namespace),
                ("process", plan.process_namespace),
                ("network", plan.network_namespace),
                ("mount (shell only)", plan.mount_namespace),
            )
            if holds
        ]
        layers = []
        if namespaces:
            layers.append(f"{', '.join(namespaces)} namespaces")
        if plan.landlock:
            layers.append(f"Landlock ABI {plan.landlock}")
        if plan.seccomp:
            layers.append("seccomp")
        limits = self.limits
        layers.append(f"limits ({limits.seconds:g} s, {limits.memory_bytes >> 20} MiB, {limits.processes} processes)")
        missing = [
            text
            for text, holds in (
                ("files outside the workspace are guarded by their permissions only", plan.confines_files),
                ("the network is reachable", plan.network_namespace or plan.seccomp),
                ("processes are not counted for root", plan.counts_processes),
            )
            if not holds
        ]
        return "; ".join(layers) + "".join(f"; NOT held: {text}" for text in missing)


class Sandbox:
    """Confined processes in a workspace; one warm interpreter, started with the first call. Safe across threads."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._lock = threading.Lock()
        self._control: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._plan: Plan | None = None

    def isolation(self) -> Isolation:
        """The layers that hold; starts the warm interpreter. Raises AgentError where it cannot start."""
        with self._lock:
            self._ensure_started()
            assert self._plan is not None
            return Isolation(self._plan, self.limits)

    async def python(self, code: str, workspace: Path) -> Outcome:
        """Run a Python program (standard library only) with the workspace as its directory.

        The value of a last expression is printed as at the interactive prompt. Cancelling kills it. Raises ToolError
        when the code is too long, AgentError when the sandbox cannot run.
        """
        return await self._call("python", code, workspace)

    async def shell(self, command: str, workspace: Path) -> Outcome:
        """Run a shell command line with the workspace as its directory; otherwise as `python`."""
        return await self._call("shell", command, workspace)

    def close(self) -> None:
        """End the warm interpreter; calls in progress are killed. The next call starts another."""
        with self._lock:
            self._stop()

    async def _call(self, kind: str, code: str, workspace: Path) -> Outcome:
        request = {"kind": kind, "code": code, "workspace": str(workspace.resolve()), "limits": asdict(self.limits)}
        body = json.dumps(request).encode()
        if len(body) > _REQUEST_BYTES:
            raise ToolError(f"the code is too long ({len(body)} bytes); accepted: {_REQUEST_BYTES} or less")
        connection = await asyncio.to_thread(self._connect) if self._control is None else self._connect()
        try:
            connection.setblocking(False)
            loop = asyncio.get_running_loop()
            async with asyncio.timeout(self.limits.seconds + _GRACE_SECONDS):
                await loop.sock_sendall(connection, struct.pack("=I", len(body)) + body)
                (length,) = struct.unpack("=I", await _exactly(connection, 4))
                answer = json.loads(await _exactly(connection, length))
        except (OSError, TimeoutError) as error:
            raise AgentError(f"the sandbox did not answer: {error or 'no answer in time'}") from error
        finally:
            connection.close()
        return _outcome(answer, self.limits)

    def _connect(self) -> socket.socket:
        """A connection to a fresh keeper."""
        with self._lock:
            for last in (False, True):
                self._ensure_started()
                assert self._control is not None
                ours, theirs = socket.socketpair()
                try:
                    socket.send_fds(self._control, [b"c"], [theirs.fileno()])
                    return ours
                except OSError as error:
                    ours.close()
                    self._stop()
                    if last:
                        raise AgentError(f"the sandbox process has ended: {error}") from error
                finally:
                    theirs.close()
        raise AssertionError

    def _ensure_started(self) -> None:
        """Start the warm interpreter unless it runs and belongs to this process."""
        if self._control is not None and self._owner == os.getpid():
            return
        if not sys.platform.startswith("linux"):
            raise AgentError(f"the sandbox needs Linux, not {sys.platform}; leave out the tools python and shell")
        ours, theirs = socket.socketpair()
        environment = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "PYTHONHASHSEED": "0",
            "PYTHONUTF8": "1",
        }
        if zone := os.environ.get("TZ"):
            environment["TZ"] = zone
        scratch = tempfile.mkdtemp(prefix="openk2-")
        command = [sys.executable, "-s", "-S", "-P", "-B", "-c", _START.format(_SOURCE, theirs.fileno(), scratch)]
        process = subprocess.Popen(
            command,
            env=environment,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
        theirs.close()
        ours.settimeout(_START_SECONDS)
        data = ours.recv(1 << 16)
        if not data:
            process.kill()
            process.wait()
            ours.close()
            raise AgentError("the sandbox process could not start")
        ours.settimeout(None)
        self._control, self._process, self._owner = ours, process, os.getpid()
        self._plan = Plan(**json.loads(data))

    def _stop(self) -> None:
        if self._control is not None:
            self._control.close()
        if self._process is not None and self._owner == os.getpid():
            self._process.wait()
        self._control = self._process = None


async def _exactly(connection: socket.socket, size: int) -> bytes:
    loop = asyncio.get_running_loop()
    data = bytearray()
    while len(data) < size:
        piece = await loop.sock_recv(connection, size - len(data))
        if not piece:
            raise OSError("it closed the connection")
        data += piece
    return bytes(data)


def _outcome(answer: dict[str, Any], limits: Limits) -> Outcome:
    """The keeper's answer in words."""
    output = cut(answer["output"], limits.output_characters)
    stopped = {
        "time": f"stopped after {limits.seconds:g} seconds",
        "output": "stopped: too much output",
        "memory": f"stopped: more than {limits.memory_bytes >> 20} MiB of memory",
    }
    if answer["stopped"]:
        return Outcome(output, stopped[answer["stopped"]])
    status = _status(answer["status"])
    if "broken" in status:
        raise AgentError(f"the sandbox could not be entered: {status['broken']}")
    error, code = status.get("error"), status.get("exit")
    if isinstance(error, str):
        return Outcome(output, error)
    if not isinstance(code, int):
        return Outcome(output, "the process ended early")
    if answer["kind"] == "shell":
        return Outcome(output, exit_status=code)
    if code == 128 + signal.SIGXCPU:
        return Outcome(output, f"stopped after {limits.cpu_seconds:g} seconds of processor time")
    return Outcome(output, _ending(code) if code else None)


def _status(text: str) -> dict[str, Any]:
    """What the call's processes reported, one JSON object a line; the code may have written there, too."""
    found: dict[str, Any] = {}
    for line in text.splitlines():
        try:
            report = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(report, dict):
            found.update(report)
    return found


def _ending(code: int) -> str:
    """Why a process ended, from its exit status as shells give it."""
    try:
        return f"the process was ended by {signal.Signals(code - 128).name}"
    except ValueError:
        return f"the process ended with status {code}"


def cut(text: str, characters: int) -> str:
    """The first characters, then a line that says how many more there are."""
    if len(text) <= characters:
        return text
    return f"{text[:characters]}\n… {len(text) - characters} more characters"
