"""The warm interpreter: started once, it forks a keeper for each call, which costs a millisecond instead of a start.

Its control socket brings one open socket per call; the keeper reads the request from that socket and answers on it.
When the control socket closes, the program that started it has ended, and so does this one.
"""

import json
import os
import socket
import sys

from openk2.agent.sandbox import keeper, kernel, plan

WARM = "bisect collections csv datetime decimal fractions itertools json math os pathlib random re statistics string"
"""Modules imported once here, so that a call that uses them does not load them again."""


def main(fd: int) -> None:
    """Serve calls from the control socket `fd` until it closes; the first message sent is the plan."""
    control = socket.socket(fileno=fd)
    kernel.undumpable()
    os.umask(0o077 if os.getuid() else 0o022)
    found = plan.make_plan()
    for name in WARM.split():
        __import__(name)
    control.sendall(json.dumps(found.to_dict()).encode())
    running: set[int] = set()
    while True:
        data, fds, _, _ = socket.recv_fds(control, 1, 1)
        if not data:
            return
        running -= {pid for pid in running if os.waitpid(pid, os.WNOHANG)[0]}
        pid = os.fork()
        if pid == 0:
            control.close()
            _keep(fds[0], found, neighbours=1 + 2 * len(running))
        running.add(pid)
        os.close(fds[0])


def _keep(fd: int, found: plan.Plan, neighbours: int) -> None:
    """Be the keeper of one call, and end with it."""
    status = 1
    try:
        keeper.keep(socket.socket(fileno=fd), found, neighbours)
        status = 0
    except BaseException as error:
        print(f"sandbox keeper: {type(error).__name__}: {error}", file=sys.stderr, flush=True)
    finally:
        os._exit(status)
