"""Watching one call from outside: time, output, memory; when it is over, nothing of it is left.

The keeper is the parent of the call's first process. With a process namespace, killing that one kills all; without,
the keeper adopts every orphan and kills descendants until none is left.
"""

import json
import os
import select
import shutil
import signal
import socket
import struct
import time
from contextlib import suppress
from typing import Any

from openk2.agent.sandbox import confined, kernel
from openk2.agent.sandbox.confined import Prepared
from openk2.agent.sandbox.plan import Plan

FLOOD_BYTES = 8 << 20
"""A call that has written this much is stopped."""
_WATCH_SECONDS = 0.1
_STATUS_BYTES = 8192


def keep(connection: socket.socket, prepared: Prepared, scratch: str, slot: int) -> None:
    """Read the request, run it confined, send the outcome. A closed connection means: stop.

    `scratch`: the call's directory for temporary files, emptied afterwards; `slot`: how many calls may run beside it.
    """
    request = receive(connection)
    if request is None:
        return
    kernel.adopt_orphans()
    if prepared.plan.process_namespace:
        kernel.unshare(kernel.CLONE_NEWPID)
    with suppress(FileExistsError):
        os.mkdir(scratch, 0o700)
    out_read, out_write = os.pipe()
    status_read, status_write = os.pipe()
    pid = os.fork()
    if pid == 0:
        confined.run(request, prepared, scratch, out_write, status_write, neighbours=2 * slot + 2)
    os.close(out_write)
    os.close(status_write)
    watch = _Watch(connection, pid, out_read, status_read, request["limits"], prepared.plan)
    outcome = watch.until_over()
    if os.listdir(scratch):
        shutil.rmtree(scratch, ignore_errors=True)
    if outcome is not None:
        send(connection, {"kind": request["kind"], **outcome})


def send(connection: socket.socket, data: dict[str, Any]) -> None:
    """One JSON object, its length in front."""
    body = json.dumps(data).encode()
    connection.sendall(struct.pack("=I", len(body)) + body)


def receive(connection: socket.socket) -> dict[str, Any] | None:
    """The next JSON object; None where the connection closed."""
    head = connection.recv(4, socket.MSG_WAITALL)
    if len(head) < 4:
        return None
    (length,) = struct.unpack("=I", head)
    body = connection.recv(length, socket.MSG_WAITALL)
    if len(body) < length:
        return None
    data: dict[str, Any] = json.loads(body)
    return data


class _Watch:
    """One call while it runs."""

    def __init__(
        self, connection: socket.socket, pid: int, out: int, status: int, limits: dict[str, Any], plan: Plan
    ) -> None:
        self._connection = connection
        self._pid = pid
        self._out = out
        self._status = status
        self._memory_bytes: int = limits["memory_bytes"]
        self._deadline = time.monotonic() + limits["seconds"]
        self._plan = plan
        self._output = bytearray()
        self._stopped: str | None = None

    def until_over(self) -> dict[str, Any] | None:
        """Wait, enforce the limits, clear away; None when nobody waits for the outcome."""
        ended = os.pidfd_open(self._pid)
        poller = select.poll()
        for fd in (self._connection.fileno(), self._out, ended):
            poller.register(fd, select.POLLIN)
        while self._stopped is None:
            left = self._deadline - time.monotonic()
            if left <= 0:
                self._stopped = "time"
                break
            ready = {fd for fd, _ in poller.poll(1000 * min(left, _WATCH_SECONDS))}
            if not ready and _memory_of_descendants(os.getpid()) > self._memory_bytes:
                self._stopped = "memory"
            if self._connection.fileno() in ready:
                self._stopped = "cancelled"
            if self._out in ready and not self._read():
                poller.unregister(self._out)
            if ended in ready:
                break
        self._clear()
        if self._stopped == "cancelled":
            return None
        while self._read():
            pass
        return {
            "output": self._output.decode("utf-8", "replace"),
            "status": _read_available(self._status, _STATUS_BYTES).decode("utf-8", "replace"),
            "stopped": self._stopped,
        }

    def _read(self) -> bool:
        """Take what the call has written; False at its end and when there was too much."""
        piece = _read_available(self._out, 1 << 16)
        self._output += piece
        if len(self._output) > FLOOD_BYTES:
            self._stopped = "output"
            return False
        return bool(piece)

    def _clear(self) -> None:
        """Kill whatever is left of the call."""
        if self._plan.process_namespace:
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
            return
        while True:
            for pid in _descendants(os.getpid()):
                _kill(pid)
            try:
                if os.waitpid(-1, os.WNOHANG)[0] == 0:
                    time.sleep(0.001)
            except ChildProcessError:
                return


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _read_available(fd: int, size: int) -> bytes:
    """Up to `size` bytes without waiting for more."""
    readable, _, _ = select.select([fd], [], [], 0)
    return os.read(fd, size) if readable else b""


def _processes() -> dict[int, tuple[int, int]]:
    """Every process: (parent, resident pages)."""
    found = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", "rb") as file:
                    values = file.read().rpartition(b") ")[2].split()
            except OSError:
                continue
            found[int(name)] = (int(values[1]), int(values[21]))
    return found


def _descendants(ancestor: int, processes: dict[int, tuple[int, int]] | None = None) -> list[int]:
    processes = _processes() if processes is None else processes
    children: dict[int, list[int]] = {}
    for pid, (parent, _) in processes.items():
        children.setdefault(parent, []).append(pid)
    found = list(children.get(ancestor, ()))
    for pid in found:
        found.extend(children.get(pid, ()))
    return found


def _memory_of_descendants(ancestor: int) -> int:
    """Resident bytes of all processes below `ancestor`, shared pages counted for each."""
    processes = _processes()
    return sum(processes[pid][1] for pid in _descendants(ancestor, processes)) * os.sysconf("SC_PAGE_SIZE")
