"""Inside one call: put the confinement on, then run the code or the command.

Order matters: whatever needs privileges or files outside comes first; the system call filter comes last.
"""

import ast
import io
import json
import os
import resource
import sys
import types
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NoReturn

from openk2.agent.sandbox import kernel, landlock, seccomp
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
    """The system call filter, where it is the same for every call."""


def prepare(plan: Plan) -> Prepared:
    """Open what may be read outside the workspace, leaving out what lies below something else; build the filter."""
    trees: list[str] = []
    for path in sorted({os.path.realpath(path) for path in (*_READABLE, sys.base_prefix)}):
        if os.path.exists(path) and not any(path.startswith(f"{tree}/") for tree in trees):
            trees.append(path)
    wanted = [(path, landlock.READ) for path in trees] + [(path, landlock.DEVICE) for path in _DEVICES]
    grants = [(os.open(path, os.O_PATH | os.O_CLOEXEC), rights) for path, rights in wanted if os.path.exists(path)]
    return Prepared(plan, tuple(grants) if plan.landlock else (), _filter(plan) if plan.process_namespace else None)


def _filter(plan: Plan) -> bytes | None:
    if not plan.seccomp:
        return None
    own_pid = None if plan.process_namespace else os.getpid()
    return seccomp.program(kernel.machine(), deny_modes=True, own_pid=own_pid, deny_signals=plan.landlock < 6)


def run(request: dict[str, Any], prepared: Prepared, scratch: str, out: int, status: int, neighbours: int) -> NoReturn:
    """Confine this process and run the request in it; the outcome goes to the pipe `status` as JSON."""
    code = 1
    try:
        os.setsid()
        _confine(request, prepared, scratch, neighbours)
        _wire(out, status)
        if request["kind"] == "shell":
            _report({"exit": _shell(request["code"])})
        else:
            _report({"error": _python(request["code"])})
        code = 0
    except BaseException as error:
        with suppress(OSError):
            os.write(status, json.dumps({"broken": describe(error)}).encode())
    finally:
        os._exit(code)


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
    if packed := prepared.filter or _filter(plan):
        seccomp.install(packed)


def _limit(limits: dict[str, Any], plan: Plan, neighbours: int) -> None:
    processes = limits["processes"]
    if not plan.shifts_user:
        processes += neighbours if plan.user_namespace else _tasks_of(os.getuid())
    for which, value in (
        (resource.RLIMIT_CPU, max(1, int(limits["cpu_seconds"]))),
        (resource.RLIMIT_AS, limits["memory_bytes"]),
        (resource.RLIMIT_FSIZE, limits["file_bytes"]),
        (resource.RLIMIT_NOFILE, limits["open_files"]),
        (resource.RLIMIT_NPROC, processes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_MEMLOCK, 0),
    ):
        hard = resource.getrlimit(which)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(which, (value, value))


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
        os.write(_STATUS_FD, json.dumps(outcome).encode())


def _shell(command: str) -> int:
    """Run the command in a shell below this process, which reaps whatever ends; its exit status, 128 + signal."""
    shell = os.fork()
    if shell == 0:
        try:
            program = "/bin/bash" if os.path.exists("/bin/bash") else "/bin/sh"
            os.execv(program, [program, "-c", command])
        finally:
            os._exit(127)
    while True:
        pid, status = os.wait()
        if pid == shell:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code


def _python(code: str) -> str | None:
    """Run the code as a program of its own and print the value of a last expression; the error, if it ends in one."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "openk2"]:
        del sys.modules[name]
    main = types.ModuleType("__main__")
    sys.modules["__main__"] = main
    sys.path.insert(0, "")
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    buffer = io.open(1, "wb", closefd=False)  # noqa: SIM115, UP020
    sys.stdout = sys.stderr = io.TextIOWrapper(buffer, encoding="utf-8", errors="backslashreplace")
    error = None
    try:
        _execute(code, main.__dict__)
    except SystemExit as exit:
        if exit.code not in (None, 0):
            error = f"SystemExit: {exit.code}"
    except BaseException as failure:
        error = describe(failure)
    with suppress(BaseException):
        sys.stdout.flush()
    return error


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
