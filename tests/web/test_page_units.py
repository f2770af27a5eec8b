"""The page's own unit tests and types, where Node and the page's tools are installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

WEB = Path(__file__).parents[2] / "web"


@pytest.fixture(scope="module")
def npm() -> str:
    found = shutil.which("npm")
    if found is None:
        pytest.skip("npm is not installed")
    if not (WEB / "node_modules" / "vitest").is_dir():
        pytest.skip("the page's tools are not installed; `npm ci` in web/ does that")
    return found


def test_the_pages_logic_passes_its_tests(npm: str) -> None:
    done = subprocess.run([npm, "test"], cwd=WEB, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]


@pytest.mark.slow
def test_the_built_files_are_what_the_sources_make(npm: str, tmp_path: Path) -> None:
    build = [npm, "run", "build", "--", "--outDir", str(tmp_path), "--emptyOutDir"]
    check = [npm, "run", "check"]
    for command in (check, build):
        done = subprocess.run(command, cwd=WEB, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]
    static = WEB.parent / "src" / "openk2" / "server" / "static"
    for file in tmp_path.iterdir():
        assert file.read_bytes() == (static / file.name).read_bytes(), file.name
