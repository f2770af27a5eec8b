"""Which isolation this machine offers: probed once, when the warm interpreter starts."""

import errno
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from openk2.agent.sandbox import kernel, landlock, mounts, seccomp


@dataclass(frozen=True)
class Plan:
    """The layers that hold; each was tried, not looked up."""

    user_namespace: bool
    """Capabilities of the sandbox mean nothing outside it."""
    network_namespace: bool
    """There is no network device, not even loopback."""
    process_namespace: bool
    """Processes outside cannot be seen or signalled; all of a call's processes die with its first one."""
    mount_namespace: bool
    """To a shell, the file system is read-only but for the workspace and a directory for temporary files."""
    landlock: int
    """ABI version; 0: none, so that files are guarded by their permissions only."""
    seccomp: bool
    """The system call filter is in force."""
    shifts_user: bool
    """Each call has a user id of its own for counting processes (root only; root is otherwise not counted)."""
    root: bool
    """The sandbox was started by root."""

    @property
    def confines_files(self) -> bool:
        """Nothing outside the workspace can be written, whatever the file permissions say."""
        return self.landlock >= 3 and self.seccomp

    @property
    def counts_processes(self) -> bool:
        """A fork bomb meets a limit."""
        return self.seccomp if self.root and self.shifts_user else not self.root

    def to_dict(self) -> dict[str, Any]:
        """Field to value, for the way from the warm interpreter."""
        return asdict(self)


def make_plan() -> Plan:
    """Enter the namespaces that the whole warm interpreter shares, and try the layers that each call adds."""
    shared = kernel.CLONE_NEWNET | kernel.CLONE_NEWIPC | kernel.CLONE_NEWUTS
    root = os.getuid() == 0
    user = network = False
    every_id = root
    if _works(lambda: kernel.enter_user_namespace(shared)):
        every_id = kernel.enter_user_namespace(shared)
        user = network = True
    elif _works(lambda: kernel.unshare(shared)):
        kernel.unshare(shared)
        network = True
    return Plan(
        user_namespace=user,
        network_namespace=network,
        process_namespace=_works(_process_namespace),
        mount_namespace=_works(_mount_namespace),
        landlock=landlock.abi() if _works(_landlock) else 0,
        seccomp=_works(_seccomp),
        shifts_user=every_id and _works(_shifted_user),
        root=root,
    )


def _works(attempt: Callable[[], object]) -> bool:
    """Whether `attempt` succeeds in a process of its own."""
    pid = os.fork()
    if pid == 0:
        try:
            attempt()
        except BaseException:
            os._exit(1)
        os._exit(0)
    return os.waitpid(pid, 0)[1] == 0


def _process_namespace() -> None:
    kernel.unshare(kernel.CLONE_NEWPID)
    pid = os.fork()
    if pid == 0:
        os._exit(0 if os.getpid() == 1 else 1)
    if os.waitpid(pid, 0)[1] != 0:
        raise OSError("the child is not the first process")


def _mount_namespace() -> None:
    inside = tempfile.mkdtemp(prefix="openk2-")
    outside = tempfile.mkdtemp(prefix="openk2-")
    try:
        pid = os.fork()
        if pid == 0:
            os._exit(_only_first_is_writable(inside, outside))
        if os.waitpid(pid, 0)[1] != 0:
            raise OSError("the view is not in force")
    finally:
        shutil.rmtree(inside)
        shutil.rmtree(outside)


def _only_first_is_writable(inside: str, outside: str) -> int:
    """0 where the private view could be entered and holds."""
    try:
        mounts.only_writable([inside])
        os.mkdir(f"{inside}/made")
    except OSError:
        return 1
    try:
        os.chmod(outside, 0o700)
    except OSError as error:
        return 0 if error.errno == errno.EROFS else 1
    return 1


def _shifted_user() -> None:
    os.setresuid(1_000_000_000, 0, 0)
    if os.getuid() != 1_000_000_000:
        raise OSError("the user id did not change")


def _landlock() -> None:
    kernel.no_new_privileges()
    ruleset = landlock.Ruleset(landlock.abi())
    ruleset.grant("/usr", landlock.READ)
    ruleset.enforce()
    try:
        os.listdir("/")
    except PermissionError:
        return
    raise OSError("the ruleset is not in force")


def _seccomp() -> None:
    packed = seccomp.program(kernel.machine(), skip_modes=True, own_pid=None, deny_signals=False)
    if packed is None:
        raise OSError("no filter for this machine")
    kernel.no_new_privileges()
    seccomp.install(packed)
    try:
        kernel.unshare(0)
    except PermissionError:
        return
    raise OSError("the filter is not in force")
