"""Running code: what a call returns, without bad intentions."""

import asyncio
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from openk2.agent.sandbox import kernel, seccomp
from openk2.agent.sandbox.client import Isolation, Limits, Outcome, Sandbox, cut
from openk2.agent.sandbox.plan import Plan
from openk2.errors import AgentError, ToolError

Run = Callable[[str], Outcome]

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the sandbox needs Linux")


@pytest.mark.parametrize(
    ("code", "output"),
    [
        ("print('a'); 17 * 3", "a\n51\n"),
        ("x = 5", ""),
        ("None", ""),
        ("'text'", "'text'\n"),
        ("", ""),
        ("for i in range(2): print(i)", "0\n1\n"),
        ("import sys; print('e', file=sys.stderr); print('o')", "e\no\n"),
        ("__name__", "'__main__'\n"),
        ("print('\\ud800')", "\\ud800\n"),
        ("class A: pass\nimport pickle; type(pickle.loads(pickle.dumps(A()))).__name__", "'A'\n"),
        ("import threading; threading.Thread(target=print, args=('late',)).start()", "late\n"),
        ("import atexit; f = atexit.register(print, 'over')", "over\n"),
        ("raise SystemExit", ""),
        ("list({'b', 'a', 'c'}) == list({'b', 'a', 'c'})", "True\n"),
    ],
)
def test_output_is_what_the_interactive_prompt_shows(python: Run, code: str, output: str) -> None:
    assert python(code) == Outcome(output)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("x = (", "SyntaxError: '(' was never closed (<code>, line 1)"),
        ("{}['k']", "KeyError: 'k'"),
        ("assert 0", "AssertionError"),
        ("raise ValueError('two\\nlines')", "ValueError: two lines"),
        ("class E(Exception):\n    def __str__(self): 1 / 0\nraise E", "E"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("input()", "EOFError: EOF when reading a line"),
        ("import os; os._exit(7)", "the process ended with status 7"),
        ("import openk2", "ModuleNotFoundError: No module named 'openk2'"),
    ],
)
def test_errors_are_one_line(python: Run, code: str, error: str) -> None:
    assert python(code) == Outcome("", error)


def test_output_before_an_error_is_kept(python: Run) -> None:
    assert python("print('so far'); 1 / 0") == Outcome("so far\n", "ZeroDivisionError: division by zero")


def test_files_left_open_are_written(python: Run, workspace: Path) -> None:
    python("f = open('out.txt', 'w'); n = f.write('kept')")
    assert (workspace / "out.txt").read_text() == "kept"


def test_copying_a_file_with_its_mode_works(python: Run, workspace: Path) -> None:
    assert python("import shutil; shutil.copy2('notes/a.txt', 'c.txt')").error is None
    assert (workspace / "c.txt").read_text() == (workspace / "notes/a.txt").read_text()


def test_calls_share_nothing_but_the_workspace(python: Run) -> None:
    python("x = 1; import json; json.loads = None")
    assert python("import json; json.loads('[1]')") == Outcome("[1]\n")
    assert python("x").error == "NameError: name 'x' is not defined"


def test_sets_of_text_have_one_order(workspace: Path) -> None:
    outputs = set()
    for _ in range(2):
        box = Sandbox()
        outputs.add(asyncio.run(box.python("list({'b', 'a', 'c', 'd'})", workspace)).output)
        box.close()
    assert len(outputs) == 1


def test_a_command_returns_its_output_and_status(shell: Run) -> None:
    assert shell("echo out; echo err >&2; exit 3") == Outcome("out\nerr\n", exit_status=3)
    assert shell("kill -9 $$") == Outcome("", exit_status=137)
    assert shell("no-such-command").exit_status == 127


def test_concurrent_calls_do_not_mix(sandbox: Sandbox, workspace: Path) -> None:
    async def many() -> list[Outcome]:
        return await asyncio.gather(*(sandbox.python(f"{n} * 2", workspace) for n in range(12)))

    assert asyncio.run(many()) == [Outcome(f"{n * 2}\n") for n in range(12)]


def test_a_sandbox_that_was_closed_starts_again(workspace: Path) -> None:
    box = Sandbox()
    for _ in range(2):
        assert asyncio.run(box.python("1 + 1", workspace)) == Outcome("2\n")
        box.close()


def test_a_sandbox_whose_process_died_starts_again(workspace: Path) -> None:
    box = Sandbox()
    box.isolation()
    assert box._process is not None
    box._process.kill()
    box._process.wait()
    assert asyncio.run(box.python("1 + 1", workspace)) == Outcome("2\n")
    box.close()


def test_code_that_is_too_long_is_refused(sandbox: Sandbox, workspace: Path) -> None:
    with pytest.raises(ToolError, match="too long"):
        asyncio.run(sandbox.python("#" * (5 << 20), workspace))


def test_a_workspace_that_is_gone_is_an_agent_error(sandbox: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(AgentError, match="could not be entered: FileNotFoundError"):
        asyncio.run(sandbox.python("1", tmp_path / "gone"))


def test_cut_says_how_much_is_missing() -> None:
    assert cut("abcdef", 6) == "abcdef"
    assert cut("abcdef", 4) == "abcd\n… 2 more characters"


def test_isolation_says_what_does_not_hold() -> None:
    bare = Plan(False, False, False, False, landlock=0, seccomp=False, shifts_user=False, root=True)
    words = str(Isolation(bare, Limits()))
    assert words.startswith("limits (10 s, 512 MiB, 32 processes); NOT held: files outside")
    assert "the network is reachable" in words
    assert "processes are not counted for root" in words
    assert not Isolation(bare, Limits()).confines_files


def test_the_filter_has_no_numbers_for_an_unknown_machine() -> None:
    assert seccomp.program("riscv64", skip_modes=True, own_pid=None, deny_signals=False) is None


_WITHOUT_NAMESPACES = """
import asyncio, os, sys
from pathlib import Path
from openk2.agent.sandbox import kernel, seccomp
from openk2.agent.sandbox.client import Limits, Sandbox
workspace = Path(sys.argv[1])
packed = seccomp.program(kernel.machine(), skip_modes=False, own_pid=None, deny_signals=False)
kernel.no_new_privileges()
seccomp.install(packed)
box = Sandbox(Limits(seconds=20))
plan = box.isolation().plan
assert not plan.user_namespace and not plan.process_namespace and not plan.network_namespace, plan
print(asyncio.run(box.python("print(1 + 1)", workspace)).output.strip())
print(asyncio.run(box.python(f"import os; os.kill({os.getpid()}, 9)", workspace)).error)
print(asyncio.run(box.python("import socket; socket.socket()", workspace)).error)
asyncio.run(box.shell("(setsid sh -c 'while :; do touch alive; done' >/dev/null 2>&1 &)", workspace))
(workspace / "alive").unlink(missing_ok=True)
asyncio.run(box.shell("true", workspace))
print((workspace / "alive").exists())
"""


@pytest.mark.skipif(
    seccomp.program(kernel.machine(), skip_modes=True, own_pid=None, deny_signals=False) is None,
    reason="no filter for this machine",
)
def test_calls_are_contained_where_namespaces_are_forbidden(workspace: Path) -> None:
    """As in a container with a usual system call filter: here the test installs our own, which forbids unshare."""
    source = str(Path(kernel.__file__).parents[3])
    script = f"import sys; sys.path.insert(0, {source!r})\n{_WITHOUT_NAMESPACES}"
    done = subprocess.run([sys.executable, "-c", script, str(workspace)], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == [
        "2",
        "PermissionError: [Errno 1] Operation not permitted",
        "PermissionError: [Errno 1] Operation not permitted",
        "False",
    ], done.stderr
