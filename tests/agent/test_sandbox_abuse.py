"""What code in the sandbox may try, and what comes of it: contained, reported, and the next call works."""

import asyncio
import os
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from openk2.agent.sandbox.client import Outcome, Sandbox

Run = Callable[[str], Outcome]

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the sandbox needs Linux")


@pytest.fixture
def confined(sandbox: Sandbox) -> None:
    """Skips where the kernel cannot confine files."""
    if not sandbox.isolation().confines_files:
        pytest.skip(f"files are not confined here: {sandbox.isolation()}")


@pytest.fixture
def counted(sandbox: Sandbox) -> None:
    """Skips where a fork bomb would not meet a limit: then this machine must not run one."""
    if not sandbox.isolation().plan.counts_processes:
        pytest.skip(f"processes are not counted here: {sandbox.isolation()}")


@pytest.fixture
def stays_usable(python: Run) -> Iterator[None]:
    """After the abuse, the sandbox answers the next call."""
    yield
    assert python("6 * 7") == Outcome("42\n")


@pytest.mark.usefixtures("confined")
class TestFiles:
    def test_a_file_outside_cannot_be_read_by_absolute_path(self, python: Run, secret: Path) -> None:
        outcome = python(f"open({str(secret)!r}).read()")
        assert outcome.error == f"PermissionError: [Errno 13] Permission denied: '{secret}'"

    def test_a_file_outside_cannot_be_read_by_dots(self, python: Run) -> None:
        assert "PermissionError" in str(python("open('../outside/secret.txt').read()").error)

    def test_a_file_outside_cannot_be_read_through_a_symbolic_link(self, python: Run, secret: Path) -> None:
        assert "PermissionError" in str(python(f"import os; os.symlink({str(secret)!r}, 'l'); open('l').read()").error)

    def test_a_file_outside_cannot_be_read_by_a_command(self, shell: Run, secret: Path) -> None:
        outcome = shell(f"cat {secret}")
        assert "the secret" not in outcome.output
        assert outcome.exit_status == 1

    def test_a_file_outside_cannot_be_linked_to(self, python: Run, secret: Path) -> None:
        assert python(f"import os; os.link({str(secret)!r}, 'l')").error is not None

    @pytest.mark.parametrize(
        "code",
        [
            "open(path, 'a').write('x')",
            "os.truncate(path, 0)",
            "os.remove(path)",
            "os.rename(path, path + '2')",
            "os.mkdir(os.path.dirname(path) + '/made')",
            "open(os.path.dirname(path) + '/made', 'w')",
            "os.symlink('x', os.path.dirname(path) + '/made')",
        ],
    )
    def test_nothing_outside_can_be_changed(self, python: Run, secret: Path, code: str) -> None:
        outcome = python(f"import os; path = {str(secret)!r}; {code}")
        assert outcome.error is not None
        assert secret.read_text() == "the secret"
        assert os.listdir(secret.parent) == ["secret.txt"]

    def test_mode_and_times_of_a_file_outside_stay(self, python: Run, shell: Run, secret: Path) -> None:
        before = secret.stat()
        python(f"import os; os.chmod({str(secret)!r}, 0); os.utime({str(secret)!r}, (1, 1))")
        shell(f"chmod 777 {secret}; touch -d @1 {secret}; chown 1 {secret}")
        after = secret.stat()
        assert (after.st_mode, after.st_mtime, after.st_uid) == (before.st_mode, before.st_mtime, before.st_uid)

    def test_system_files_with_secrets_cannot_be_read(self, python: Run) -> None:
        assert "Permission denied" in str(python("open('/etc/shadow').read()").error)

    def test_the_environment_of_other_processes_cannot_be_read(self, python: Run) -> None:
        pid = os.getpid()
        assert python(f"open('/proc/{pid}/environ').read()").error is not None
        assert python("open('/proc/1/environ').read()").error is not None

    def test_a_device_cannot_be_made(self, python: Run) -> None:
        assert python("import os; os.mknod('disk', 0o60600, os.makedev(8, 0))").error is not None

    def test_files_in_the_workspace_can_be_changed_and_made_executable(self, shell: Run, workspace: Path) -> None:
        outcome = shell("printf '#!/bin/sh\\necho ran' > run.sh && chmod +x run.sh && ./run.sh")
        assert (outcome.output, outcome.exit_status) == ("ran\n", 0)
        assert (workspace / "run.sh").exists()

    def test_temporary_files_are_gone_after_the_call(self, python: Run) -> None:
        place = python("import tempfile; d = tempfile.mkdtemp(); open(d + '/x', 'w').write('x'); print(d)").output
        assert not Path(place.strip()).exists()


@pytest.mark.usefixtures("stays_usable")
class TestResources:
    @pytest.mark.usefixtures("counted")
    def test_processes_are_limited(self, python: Run) -> None:
        code = (
            "import os, time\nmade = 0\ntry:\n    while made < 100:\n        if os.fork() == 0:\n"
            "            time.sleep(60)\n        made += 1\nexcept BlockingIOError:\n    print(made)"
        )
        outcome = python(code)
        assert outcome.error is None
        assert 0 < int(outcome.output) <= 16

    @pytest.mark.usefixtures("counted")
    def test_a_fork_bomb_is_stopped(self, hasty: Sandbox, workspace: Path) -> None:
        code = "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass"
        assert asyncio.run(hasty.python(code, workspace)).error == "stopped after 0.7 seconds"

    def test_endless_output_is_stopped_and_cut(self, python: Run) -> None:
        outcome = python("while True: print('y' * 1000)")
        assert outcome.error == "stopped: too much output"
        assert len(outcome.output) < 21_000

    def test_one_huge_line_is_cut(self, python: Run) -> None:
        outcome = python("print('z' * 1_000_000)")
        assert outcome.error is None
        assert outcome.output == "z" * 20_000 + "\n… 980001 more characters"

    def test_ten_gigabytes_are_refused(self, python: Run) -> None:
        assert python("x = bytearray(10 << 30)") == Outcome("", "MemoryError")

    @pytest.mark.usefixtures("counted")
    def test_memory_of_many_processes_is_added_up(self, python: Run) -> None:
        code = (
            "import os, time\nfor _ in range(4):\n    if os.fork() == 0:\n        x = b'x' * (90 << 20)\n"
            "        time.sleep(60)\ntime.sleep(60)"
        )
        assert python(code).error == "stopped: more than 256 MiB of memory"

    def test_a_huge_file_is_refused(self, python: Run, workspace: Path) -> None:
        assert "File too large" in str(python("open('big', 'wb').write(bytes(100 << 20))").error)
        assert (workspace / "big").stat().st_size <= 1 << 20

    def test_a_sparse_file_is_refused(self, python: Run) -> None:
        assert "File too large" in str(python("open('sparse', 'wb').truncate(1 << 40)").error)

    def test_open_files_are_limited(self, python: Run) -> None:
        assert "Too many open files" in str(python("x = [open('/dev/null') for _ in range(1000)]").error)

    def test_deep_recursion_is_an_error(self, python: Run) -> None:
        outcome = python("def f(n): return f(n + 1)\nf(0)")
        assert outcome.error == "RecursionError: maximum recursion depth exceeded"

    def test_a_crash_is_reported(self, python: Run) -> None:
        assert python("import ctypes; ctypes.string_at(0)").error == "the process was ended by SIGSEGV"

    def test_limits_cannot_be_raised(self, python: Run) -> None:
        code = "import resource as r; r.setrlimit(r.RLIMIT_NPROC, (9999, 9999))"
        assert "not allowed to raise" in str(python(code).error)


@pytest.mark.usefixtures("stays_usable")
class TestTime:
    def test_sleeping_for_ever_is_stopped(self, hasty: Sandbox, workspace: Path) -> None:
        outcome = asyncio.run(hasty.python("import time\nprint('here', flush=True)\ntime.sleep(1e6)", workspace))
        assert outcome == Outcome("here\n", "stopped after 0.7 seconds")

    def test_ignoring_every_signal_does_not_help(self, hasty: Sandbox, workspace: Path) -> None:
        code = (
            "import signal, time\nfor number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:\n"
            "    signal.signal(number, signal.SIG_IGN)\nwhile True: time.sleep(1)"
        )
        assert asyncio.run(hasty.python(code, workspace)).error == "stopped after 0.7 seconds"

    def test_a_background_process_does_not_outlive_the_call(self, shell: Run, workspace: Path) -> None:
        # Both ways out of a process group: a new session, and an orphan two generations away.
        shell("(setsid sh -c 'while :; do touch alive; done' >/dev/null 2>&1 &)")
        (workspace / "alive").unlink(missing_ok=True)
        shell("true")
        assert not (workspace / "alive").exists()

    def test_a_daemon_does_not_outlive_the_call(self, python: Run, workspace: Path) -> None:
        code = (
            "import os\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
            "        while True: open('alive', 'w').close()\n    os._exit(0)\nos.wait()"
        )
        python(code)
        (workspace / "alive").unlink(missing_ok=True)
        python("0")
        assert not (workspace / "alive").exists()

    def test_cancelling_kills(self, sandbox: Sandbox, workspace: Path) -> None:
        async def cancel_when_it_runs() -> None:
            code = "import os\nwhile True: open('alive', 'w').close()"
            task = asyncio.create_task(sandbox.python(code, workspace))
            while not (workspace / "alive").exists():
                await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            # The keeper is gone once its neighbour in the queue has been served and nothing writes any more.
            for _ in range(1000):
                (workspace / "alive").unlink(missing_ok=True)
                await sandbox.python("0", workspace)
                if not (workspace / "alive").exists():
                    return
            raise AssertionError("it still runs")

        asyncio.run(cancel_when_it_runs())


@pytest.mark.usefixtures("stays_usable")
class TestOtherProcesses:
    def test_the_parent_cannot_be_killed(self, python: Run) -> None:
        code = (
            "import os, signal\ntry:\n    os.kill(os.getppid(), signal.SIGKILL)\nexcept OSError: pass\nprint('alive')"
        )
        assert "alive" in python(code).output

    def test_the_program_that_asked_cannot_be_killed(self, python: Run) -> None:
        assert python(f"import os, signal; os.kill({os.getpid()}, signal.SIGKILL)").error is not None

    def test_killing_everything_kills_only_the_call(self, shell: Run) -> None:
        shell("kill -9 -1; kill -9 0")

    def test_another_process_cannot_be_traced(self, python: Run) -> None:
        code = f"import ctypes; print(ctypes.CDLL(None).ptrace(16, {os.getpid()}, 0, 0))"
        assert python(code).output == "-1\n"

    def test_limits_of_another_process_cannot_be_changed(self, python: Run) -> None:
        code = f"import resource; resource.prlimit({os.getpid()}, resource.RLIMIT_NOFILE, (0, 0))"
        assert python(code).error is not None

    def test_namespaces_and_mounts_are_refused(self, shell: Run) -> None:
        outcome = shell("unshare -r true && echo in; mount -t tmpfs none . && echo mounted; chroot . / && echo rooted")
        assert not {"in", "mounted", "rooted"} & set(outcome.output.split())


class TestNetwork:
    @pytest.fixture
    def port(self) -> Iterator[int]:
        with socket.socket() as server:
            server.bind(("127.0.0.1", 0))
            server.listen()
            yield server.getsockname()[1]

    def test_a_server_on_this_machine_cannot_be_reached(self, python: Run, port: int) -> None:
        outcome = python(f"import socket; socket.create_connection(('127.0.0.1', {port}))")
        assert outcome.error == "PermissionError: [Errno 1] Operation not permitted"

    def test_nor_by_a_command(self, shell: Run, port: int) -> None:
        assert shell(f"exec 3<>/dev/tcp/127.0.0.1/{port}").exit_status != 0

    @pytest.mark.parametrize("family", ["AF_INET", "AF_INET6", "AF_UNIX", "AF_NETLINK", "AF_PACKET"])
    def test_no_socket_of_any_family(self, python: Run, family: str) -> None:
        assert "PermissionError" in str(python(f"import socket; socket.socket(socket.{family}, 3)").error)

    def test_no_way_round_by_io_uring(self, python: Run) -> None:
        code = "import ctypes; print(ctypes.CDLL(None).syscall(425, 8, ctypes.create_string_buffer(120)))"
        assert python(code).output == "-1\n"

    def test_pairs_of_sockets_and_event_loops_work(self, python: Run) -> None:
        assert python("import asyncio; asyncio.run(asyncio.sleep(0, 'done'))") == Outcome("'done'\n")


class TestEnvironment:
    def test_secrets_of_the_environment_are_not_passed_on(
        self, monkeypatch: pytest.MonkeyPatch, workspace: Path
    ) -> None:
        monkeypatch.setenv("SOME_API_KEY", "hunter2")
        fresh = Sandbox()
        try:
            outcome = asyncio.run(fresh.shell("env", workspace))
        finally:
            fresh.close()
        assert "hunter2" not in outcome.output
        assert "PATH=" in outcome.output

    def test_no_open_file_is_inherited(self, python: Run) -> None:
        code = "import os\nfor fd in range(4, 200):\n    try: os.fstat(fd); print(fd)\n    except OSError: pass"
        assert python(code).output == ""

    def test_binary_output_becomes_text(self, python: Run) -> None:
        outcome = python("import os; n = os.write(1, bytes([65, 255, 254, 66, 10]))")
        assert outcome == Outcome("A\ufffd\ufffdB\n")

    def test_forged_reports_are_only_text(self, python: Run) -> None:
        assert python("import os; n = os.write(3, b'[[[[ not json\\n'); 5") == Outcome("5\n")
