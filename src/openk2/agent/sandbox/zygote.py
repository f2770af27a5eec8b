"""The warm interpreter: started once, it forks a keeper for each call, which costs a millisecond instead of a start.

Its control socket brings one open socket per call; the keeper reads the request from that socket and answers on it.
When the control socket closes, the program that started it has ended, and so does this one.
"""

import gc
import json
import os
import shutil
import socket
import sys

from openk2.agent.sandbox import confined, keeper, kernel, plan

WARM = "bisect collections csv datetime decimal fractions itertools json math os pathlib random re statistics string"
"""Modules imported once here, so that a call that uses them does not load them again."""


def main(fd: int, scratch: str) -> None:
    """Serve calls from the control socket `fd` until it closes; the first message sent is the plan.

    `scratch`: an empty directory, removed at the end; concurrent calls get different directories below it for their
    temporary files.
    """
    control = socket.socket(fileno=fd)
    os.umask(0o022)
    prepared = confined.prepare(plan.make_plan())
    # Only now: /proc/self/uid_map of an undumpable process belongs to root, who alone could enter a user namespace.
    kernel.undumpable()
    for name in WARM.split():
        __import__(name)
    gc.disable()
    gc.freeze()
    control.sendall(json.dumps(prepared.plan.to_dict()).encode())
    running: dict[int, int] = {}
    while True:
        data, fds, _, _ = socket.recv_fds(control, 1, 1)
        if not data:
            shutil.rmtree(scratch, ignore_errors=True)
            return
        running = {pid: slot for pid, slot in running.items() if os.waitpid(pid, os.WNOHANG)[0] == 0}
        slot = next(slot for slot in range(len(running) + 1) if slot not in running.values())
        pid = os.fork()
        if pid == 0:
            control.close()
            _keep(fds[0], prepared, os.path.join(scratch, str(slot)), slot)
        running[pid] = slot
        os.close(fds[0])


def _keep(fd: int, prepared: confined.Prepared, scratch: str, slot: int) -> None:
    """Be the keeper of one call, and end with it."""
    status = 1
    try:
        keeper.keep(socket.socket(fileno=fd), prepared, scratch, slot)
        status = 0
    except BaseException as error:
        print(f"sandbox keeper: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
    finally:
        os._exit(status)
