"""A workspace, a secret beside it, and sandboxes with short limits, shared by the agent's tests."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from openk2.agent.sandbox.client import Limits, Outcome, Sandbox
from openk2.agent.tools import ToolBox, workspace_tools

SMALL = Limits(seconds=20, cpu_seconds=20, memory_bytes=256 << 20, file_bytes=1 << 20, processes=16, open_files=64)


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """Small limits, but time enough on a busy machine."""
    box = Sandbox(SMALL)
    box.isolation()
    yield box
    box.close()


@pytest.fixture(scope="session")
def hasty() -> Iterator[Sandbox]:
    """For what never ends by itself."""
    box = Sandbox(Limits(seconds=0.7, cpu_seconds=5, memory_bytes=256 << 20, processes=16))
    box.isolation()
    yield box
    box.close()


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """`notes/` with two files, beside a directory that the tools must not reach."""
    root = tmp_path / "workspace"
    (root / "notes").mkdir(parents=True)
    (root / "notes" / "a.txt").write_text("Paris in spring\nLyon\nback to Paris\n")
    (root / "notes" / "b.txt").write_text("nothing here\n")
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("the secret")
    return root


@pytest.fixture
def secret(workspace: Path) -> Path:
    """A file outside the workspace."""
    return workspace.parent / "outside" / "secret.txt"


@pytest.fixture
def use(workspace: Path, sandbox: Sandbox) -> Callable[..., str]:
    """Runs one tool of the workspace: `use("read_file", path="notes/a.txt")` gives what the model would see."""
    toolbox = ToolBox(workspace_tools(workspace, sandbox=sandbox, shell=True))

    def run(name: str, **arguments: object) -> str:
        return asyncio.run(toolbox.run(name, dict(arguments))).text

    return run


@pytest.fixture
def python(workspace: Path, sandbox: Sandbox) -> Callable[[str], Outcome]:
    """Runs Python code in the workspace."""
    return lambda code: asyncio.run(sandbox.python(code, workspace))


@pytest.fixture
def shell(workspace: Path, sandbox: Sandbox) -> Callable[[str], Outcome]:
    """Runs a command in the workspace."""
    return lambda command: asyncio.run(sandbox.shell(command, workspace))
