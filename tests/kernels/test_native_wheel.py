"""Wheels carry the compiled kernels where a compiler is there, and their sources always."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from openk2.kernels.native.levels import levels_of_this_machine

pytest.importorskip("hatchling")
pytestmark = pytest.mark.skipif(not levels_of_this_machine() or not shutil.which("c++"), reason="needs a C++ compiler")

ROOT = Path(__file__).parents[2]
OPERATIONS = '#include "openk2.h"\nnamespace { const ok2_operations OPERATIONS = {}; }\n'


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This project with kernels that compile in a moment."""
    root = tmp_path_factory.mktemp("project")
    for name in ("pyproject.toml", "README.md", "LICENSE", ".gitignore"):
        shutil.copy(ROOT / name, root / name)
    shutil.copytree(ROOT / "tools", root / "tools")
    shutil.copytree(ROOT / "src", root / "src", ignore=shutil.ignore_patterns("built", "__pycache__", "*.h"))
    sources = root / "src" / "openk2" / "kernels" / "native" / "cpp"
    shutil.copy(ROOT / sources.relative_to(root) / "openk2.h", sources / "openk2.h")
    (sources / "operations.h").write_text(OPERATIONS)
    (sources / "pool.cpp").unlink()
    return root


def build(project: Path, kind: str, out: Path, **environment: str) -> Path:
    """The one file that hatchling builds."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(out)]
    subprocess.run(command, cwd=project, env={"XDG_CACHE_HOME": str(out), **environment}, check=True)
    [built] = out.glob("openk2-*")
    return built


def test_with_a_compiler_a_wheel_is_for_one_platform_and_holds_the_library(project: Path, tmp_path: Path) -> None:
    wheel = build(project, "wheel", tmp_path / "out", PATH=os.environ["PATH"])
    assert "-py3-none-" in wheel.name
    assert wheel.stem.endswith(platform.machine())
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    native = tmp_path / "installed" / "openk2" / "kernels" / "native"
    [library] = (native / "built").iterdir()
    find = "from openk2.kernels.native.build import find_library; print(find_library())"
    found = subprocess.check_output(
        [sys.executable, "-c", find], text=True, env={"PYTHONPATH": str(tmp_path / "installed"), "HOME": str(tmp_path)}
    )
    assert Path(found.strip()) == library


def test_without_a_compiler_a_wheel_is_pure_and_holds_the_sources(project: Path, tmp_path: Path) -> None:
    wheel = build(project, "wheel", tmp_path / "out", PATH="")
    assert wheel.name.endswith("-py3-none-any.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "openk2/kernels/native/cpp/operations.h" in names
    assert "openk2/kernels/native/cpp/dispatch.cpp" in names
    assert not [name for name in names if "/built/" in name]


def test_a_source_archive_holds_sources_and_hook_alone(project: Path, tmp_path: Path) -> None:
    archive = build(project, "sdist", tmp_path / "out", PATH="")
    names = subprocess.check_output(["tar", "tzf", str(archive)], text=True)
    assert "/tools/build_kernels.py\n" in names
    assert "/kernels/native/cpp/operations.h\n" in names
    assert "/built/" not in names
