"""Inside one call: put the confinement on, then run the code or the command.

Order matters: whatever needs privileges or files outside comes first; the system call filter comes last.
"""

import ast
import atexit
import gc
import io
import json
import math
import os
import resource
import sys
import threading
import types
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NoReturn

from openk2.agent.sandbox import kernel, landlock, mounts, seccomp
from openk2.agent.sandbox.plan import Plan

_READABLE = (
    *("/usr", "/lib", "/lib64", "/lib32", "/bin", "/sbin"),
    *("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives", "/etc/localtime"),
    *("/etc/timezone", "/etc/mime.types", "/etc/nsswitch.conf", "/etc/passwd", "/etc/group"),
    *("/proc/cpuinfo", "/proc/meminfo"),
)
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
_FIRST_USER = 1_000_000_000
"""Real user ids of calls started by root lie from here on, one for each call."""
_STATUS_FD = 3
_ERROR_CHARACTERS = 2000


@dataclass(frozen=True)
class Prepared:
    """What every call needs and the warm interpreter makes ready once."""

    plan: Plan
    grants: tuple[tuple[int, int], ...]
    """Open files and directories outside the workspace, each with the Landlock rights a call gets below it."""
    filter: bytes | None
    """The system call filter for Python code, where it is the same for every call."""


def prepare(plan: Plan) -> Prepared:
    """Open what may be read outside the workspace, leaving out what lies below something else; build the filter."""
    trees: list[str] = []
    for path in sorted({os.path.realpath(path) for path in (*_READABLE, sys.base_prefix)}):
        if os.path.exists(path) and not any(path.startswith(f"{tree}/") for tree in trees):
            trees.append(path)
    wanted = [(path, landlock.READ) for path in trees] + [(path, landlock.DEVICE) for path in _DEVICES]
    grants = [(os.open(path, os.O_PATH | os.O_CLOEXEC), rights) for path, rights in wanted if os.path.exists(path)]
    return Prepared(
        plan, tuple(grants) if plan.landlock else (), _filter(plan, False) if plan.process_namespace else None
    )


def _filter(plan: Plan, own_mounts: bool) -> bytes | None:
    """The filter that fits the plan; `own_mounts`: the call has a private view of the file system."""
    if not plan.seccomp:
        return None
    own_pid = None if plan.process_namespace else os.getpid()
    return seccomp.program(kernel.machine(), skip_modes=not own_mounts, own_pid=own_pid, deny_signals=plan.landlock < 6)


def run(request: dict[str, Any], prepared: Prepared, scratch: str, out: int, status: int, neighbours: int) -> NoReturn:
    """Confine this process and run the request in a child, as an init does: reap what ends, stay unkillable.

    The pipe `status` gets one JSON object a line: `error` from Python code, then `exit`, 128 + N for signal N.
    """
    try:
        os.setsid()
        _confine(request, prepared, scratch, neighbours)
        _wire(out, status)
        main = os.fork()
        if main == 0:
            (_shell if request["kind"] == "shell" else _python)(request["code"])
        ended = None
        while ended != main:
            ended, result = os.wait()
        code = os.waitstatus_to_exitcode(result)
        _report({"exit": code if code >= 0 else 128 - code})
    except BaseException as error:
        with suppress(OSError):
            os.write(status, json.dumps({"broken": describe(error)}).encode())
    finally:
        os._exit(0)


def describe(error: BaseException) -> str:
    """`ZeroDivisionError: division by zero`, in one line."""
    name = type(error).__name__
    try:
        text = " ".join(str(error).split())
    except Exception:
        text = ""
    return f"{name}: {text}"[:_ERROR_CHARACTERS] if text else name


def _wire(out: int, status: int) -> None:
    """Nothing to read, everything written goes to the keeper, no other file stays open."""
    null = os.open("/dev/null", os.O_RDONLY)
    for fd, at in ((null, 0), (out, 1), (out, 2)):
        os.dup2(fd, at)
    if status != _STATUS_FD:
        os.dup2(status, _STATUS_FD, inheritable=False)
    os.closerange(_STATUS_FD + 1, 1 << 16)


def _confine(request: dict[str, Any], prepared: Prepared, scratch: str, neighbours: int) -> None:
    plan, workspace = prepared.plan, request["workspace"]
    # Leaving a mount namespace takes tens of milliseconds: worth it for commands, not for a line of Python.
    own_mounts = plan.mount_namespace and request["kind"] == "shell"
    if own_mounts:
        mounts.only_writable((workspace, scratch))
    os.chdir(workspace)
    os.environ.update(HOME=scratch, TMPDIR=scratch, PWD=workspace)
    with suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")
    _limit(request["limits"], plan, neighbours)
    if plan.root and plan.shifts_user:
        with suppress(OSError):
            os.setgroups([])
        os.setresuid(_FIRST_USER + neighbours, 0, 0)
    kernel.no_new_privileges()
    if plan.landlock:
        ruleset = landlock.Ruleset(plan.landlock)
        for fd, rights in prepared.grants:
            ruleset.grant_fd(fd, rights)
        for path in (workspace, scratch):
            ruleset.grant(path, landlock.WRITE)
        ruleset.enforce()
    if plan.root or plan.user_namespace:
        kernel.drop_capabilities()
    if packed := _filter(plan, own_mounts) if own_mounts else prepared.filter or _filter(plan, own_mounts):
        seccomp.install(packed)


def _limit(limits: dict[str, Any], plan: Plan, neighbours: int) -> None:
    processes = limits["processes"]
    if not plan.shifts_user:
        processes += neighbours if plan.user_namespace else _tasks_of(os.getuid())
    for which, value in (
        (resource.RLIMIT_CPU, max(1, math.ceil(limits["cpu_seconds"]))),
        (resource.RLIMIT_AS, limits["memory_bytes"]),
        (resource.RLIMIT_FSIZE, limits["file_bytes"]),
        (resource.RLIMIT_NOFILE, limits["open_files"]),
        (resource.RLIMIT_NPROC, processes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
    ):
        hard = resource.getrlimit(which)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(which, (value, value + (which == resource.RLIMIT_CPU)))


def _tasks_of(user: int) -> int:
    """How many threads the user already has: without a user namespace the limit counts those, too."""
    count = 0
    for name in os.listdir("/proc"):
        if name.isdigit():
            with suppress(OSError):
                if os.stat(f"/proc/{name}").st_uid == user:
                    count += len(os.listdir(f"/proc/{name}/task"))
    return count


def _report(outcome: dict[str, Any]) -> None:
    with suppress(OSError):
        os.write(_STATUS_FD, json.dumps(outcome).encode() + b"\n")


def _shell(command: str) -> NoReturn:
    """Become a shell that runs the command."""
    try:
        program = "/bin/bash" if os.path.exists("/bin/bash") else "/bin/sh"
        os.execv(program, [program, "-c", command])
    finally:
        os._exit(127)


def _python(code: str) -> NoReturn:
    """Run the code as a program of its own, report the error it ends in, and end."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "openk2"]:
        del sys.modules[name]
    main = types.ModuleType("__main__")
    sys.modules["__main__"] = main
    sys.path.insert(0, "")
    gc.enable()
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    buffer = open(1, "wb", closefd=False)  # noqa: SIM115
    output = sys.stdout = sys.stderr = io.TextIOWrapper(buffer, encoding="utf-8", errors="backslashreplace")
    try:
        try:
            _execute(code, main.__dict__)
        finally:
            _wind_up(main.__dict__)
    except SystemExit as exit:
        if exit.code not in (None, 0):
            _report({"error": f"SystemExit: {exit.code}"[:_ERROR_CHARACTERS]})
    except BaseException as failure:
        _report({"error": describe(failure)})
    finally:
        with suppress(BaseException):
            output.flush()
        os._exit(0)


def _wind_up(namespace: dict[str, Any]) -> None:
    """What the interpreter does at its end: wait for threads, run exit handlers, close files that were left open."""
    for thread in threading.enumerate():
        if not thread.daemon and thread is not threading.main_thread():
            thread.join()
    atexit._run_exitfuncs()
    namespace.clear()
    gc.collect()


def _execute(code: str, namespace: dict[str, Any]) -> None:
    """Statements as a program, a last expression as the interactive prompt does."""
    tree = ast.parse(code, "<code>")
    last = tree.body[-1] if tree.body else None
    if isinstance(last, ast.Expr):
        tree.body.pop()
    exec(compile(tree, "<code>", "exec", dont_inherit=True), namespace)
    if isinstance(last, ast.Expr):
        value = eval(compile(ast.Expression(last.value), "<code>", "eval", dont_inherit=True), namespace)
        if value is not None:
            print(repr(value))
