"""How native kernels are compiled, found, tested and chosen, each failure included.

Most tests run a copy of the package whose only operation is a product of two vectors: it compiles in a moment, and what
is done to it can do no harm.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import openk2
from openk2.errors import ConfigError, KernelError
from openk2.kernels.choice import AUTO, REFERENCE, choose
from openk2.kernels.native import build, selftest
from openk2.kernels.native.choice import asked, available
from openk2.kernels.native.levels import levels_of_this_machine
from openk2.kernels.native.library import Library
from openk2.kernels.native.selftest import self_test

LEVELS = tuple(levels_of_this_machine())
SLOWEST = LEVELS[0] if LEVELS else ""

NM = shutil.which("nm")

pytestmark = pytest.mark.skipif(not LEVELS or not shutil.which("c++"), reason="needs a C++ compiler")

OPERATIONS = """
#pragma once
#include "openk2.h"
namespace {
int32_t linear(const ok2_matrix*, const float* x, int64_t rows, float* y) {
    for (int64_t i = 0; i < rows; i++) y[0] += x[i];
    return 0;
}
const ok2_operations OPERATIONS = {nullptr, linear, nullptr, nullptr, nullptr};
}
"""

POOL = """
#include "openk2.h"
#pragma GCC visibility push(default)
void ok2_set_threads(int32_t) {}
int32_t ok2_threads(void) { return 1; }
"""

CHECKS = """
import os, signal
def sound(level):
    return 0.25, 0.5
def turns(level):
    kind = os.environ.get("BREAK_" + level.name)
    if kind is None:
        return 0.0, 0.5
    if kind == "raise":
        raise ValueError("shapes differ")
    if kind.startswith("SIG"):
        os.kill(os.getpid(), getattr(signal, kind))
    return float(kind), 0.5
CHECKS = {"sound": sound, "turns": turns}
"""

USE = """
import json, logging, time
from openk2.kernels.native.choice import available, native
begin = time.perf_counter()
level = native()
print(json.dumps({
    "level": level and level.name,
    "why_not": available().why_not,
    "checks": {name: [c.name for c in tested.checks] for name, tested in available().tested.items()},
    "library": str(available().library.path) if available().library else None,
}))
"""


class Package:
    """A copy of what the native kernels need of openk2, with one trivial operation."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.native = root / "openk2" / "kernels" / "native"
        self.cache = root / "cache"
        ours = Path(openk2.__file__).parent
        shutil.copytree(ours / "kernels" / "native", self.native, ignore=shutil.ignore_patterns("built", "__pycache__"))
        for name in ("__init__.py", "errors.py", "kernels/__init__.py"):
            shutil.copy(ours / name, root / "openk2" / name)
        sources = self.native / "cpp"
        for path in sources.iterdir():
            if path.name not in ("openk2.h", "dispatch.cpp") and not path.name.startswith("level_"):
                path.unlink()
        (sources / "operations.h").write_text(OPERATIONS)
        (sources / "pool.cpp").write_text(POOL)
        (self.native / "checks.py").write_text(CHECKS)

    def start(self, **environment: str) -> subprocess.Popen[str]:
        """A process that asks for the native level."""
        inherited = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
        return subprocess.Popen(
            [sys.executable, "-c", USE],
            env={**inherited, "PYTHONPATH": str(self.root), "XDG_CACHE_HOME": str(self.cache), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def use(self, **environment: str) -> tuple[dict, list[str]]:
        """(what it found, lines on standard error)."""
        out, err = self.start(**environment).communicate()
        assert out, err
        return json.loads(out), err.splitlines()

    def libraries(self) -> list[Path]:
        """Compiled ones, wherever."""
        return sorted([*(self.native / "built").glob("*.so"), *(self.cache / "openk2").glob("*.so")])


@pytest.fixture
def package(tmp_path: Path) -> Package:
    """Not compiled yet."""
    return Package(tmp_path)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Package:
    """Compiled and tested once."""
    package = Package(tmp_path_factory.mktemp("template"))
    found, lines = package.use()
    assert lines == []
    assert found["level"] in LEVELS
    return package


@pytest.fixture
def compiled(template: Package, package: Package) -> Package:
    """A copy that is compiled and tested."""
    shutil.copytree(template.native / "built", package.native / "built")
    return package


@pytest.fixture
def fast(compiled: Package) -> str:
    """The level chosen on this machine when all is well."""
    return str(compiled.use()[0]["level"])


# Compiling and finding


def test_first_use_compiles_tests_and_takes_the_fastest_level_the_machine_can_run(template: Package) -> None:
    found, _ = template.use()
    [library] = template.libraries()
    assert library.parent == template.native / "built"
    assert found["library"] == str(library)
    runnable = [level for level in LEVELS if Library(library).unsupported(level) is None]
    assert found["level"] == runnable[-1]
    assert found["checks"] == {level: ["sound", "turns"] if level in runnable else [] for level in LEVELS}


def test_a_library_that_is_there_needs_no_compiler(compiled: Package, fast: str) -> None:
    found, lines = compiled.use(PATH="")
    assert (found["level"], lines) == (fast, [])


def test_other_sources_are_another_library(compiled: Package) -> None:
    header = compiled.native / "cpp" / "operations.h"
    header.write_text(header.read_text() + "// changed\n")
    compiled.use()
    assert len(compiled.libraries()) == 2


def test_old_libraries_are_deleted(package: Package) -> None:
    folder = package.native / "built"
    folder.mkdir()
    for age in range(8):
        for suffix in ("so", "json"):
            (folder / f"libopenk2-{age}.{suffix}").touch()
            os.utime(folder / f"libopenk2-{age}.{suffix}", (1000 - age, 1000 - age))
    newest = build.build(package.native / "cpp", [folder])
    assert set(folder.glob("*.so")) == {newest, *(folder / f"libopenk2-{age}.so" for age in range(build.KEPT))}
    assert set(folder.glob("*.json")) == {folder / f"libopenk2-{age}.json" for age in range(build.KEPT)}


def test_two_processes_compile_once_and_both_serve(package: Package) -> None:
    both = [package.start(), package.start()]
    outcomes = [process.communicate() for process in both]
    assert [err for _, err in outcomes] == ["", ""]
    assert len({json.loads(out)["level"] for out, _ in outcomes}) == 1
    [library] = package.libraries()
    kept = {library, library.with_suffix(".json"), library.with_name("lock")}
    assert set(library.parent.iterdir()) == kept


def test_a_package_folder_that_cannot_be_written_leaves_the_cache_folder(package: Package) -> None:
    (package.native / "built").touch()  # a file where the folder would be: even root cannot write into it
    found, lines = package.use()
    assert lines == []
    [library] = package.libraries()
    assert found["library"] == str(library)
    assert library.parent == package.cache / "openk2"
    assert library.with_suffix(".json").exists()


def test_where_nothing_can_be_written_the_reference_serves(package: Package) -> None:
    (package.native / "built").touch()
    package.cache.touch()
    found, lines = package.use()
    assert found["level"] is None
    assert_one_line(lines, "no folder for the library can be written")


def test_without_a_compiler_the_reference_serves_and_one_line_says_so(package: Package) -> None:
    found, lines = package.use(PATH="")
    assert found["level"] is None
    assert_one_line(lines, "no C++ compiler found (tried c++, g++, clang++; CXX names another)")


def test_a_compiler_that_is_named_must_start(package: Package) -> None:
    found, lines = package.use(CXX="/nowhere/g++")
    assert found["level"] is None
    assert_one_line(lines, "CXX=/nowhere/g++ is no C++ compiler that starts")


def test_sources_that_do_not_compile_leave_the_reference(package: Package) -> None:
    (package.native / "cpp" / "operations.h").write_text("no C++\n")
    found, lines = package.use()
    assert found["level"] is None
    assert_one_line(lines, "operations.h:1:1: error:")
    assert package.libraries() == []


def test_a_level_whose_flags_the_compiler_does_not_know_is_left_out(package: Package) -> None:
    if len(LEVELS) == 1:
        pytest.skip("one level")
    old = package.root / "old-c++"
    old.write_text(
        f'#!/bin/sh\ncase "$*" in *{levels_of_this_machine()[LEVELS[-1]][-1]}*) exit 1;; esac\nexec c++ "$@"\n'
    )
    old.chmod(0o755)
    found, lines = package.use(CXX=str(old))
    assert lines == []
    assert found["why_not"][LEVELS[-1]] == "it was not compiled"
    assert found["level"] in LEVELS[:-1]


def test_they_can_be_compiled_before_they_are_needed(package: Package) -> None:
    def run(path: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "-m", "openk2.kernels.native"],
            env={"PATH": path, "PYTHONPATH": str(package.root), "XDG_CACHE_HOME": str(package.cache)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout

    status, told = run("")
    assert (status, told.count("\n")) == (1, 1)
    assert told.startswith("no native kernels, openk2 runs on its reference path: no C++ compiler found")
    status, told = run(os.environ["PATH"])
    assert (status, told.count("\n")) == (0, 1)
    assert told.removeprefix("native kernels ").split(": ")[0].split(", ") == list(available().usable)
    assert told.endswith(f": {package.libraries()[0]}\n")


def test_a_function_that_is_missing_at_linking_is_an_error_of_building(package: Package) -> None:
    header = package.native / "cpp" / "openk2.h"
    source = package.native / "cpp" / "more.cpp"
    header.write_text(header.read_text() + "void nowhere(void);\n")
    source.write_text('#include "openk2.h"\nvoid somewhere() { nowhere(); }\n')
    with pytest.raises(KernelError, match="error"):
        build.build(package.native / "cpp", [package.root / "out"])
    assert list((package.root / "out").glob("libopenk2*")) == []


# What is in it


@pytest.mark.skipif(NM is None, reason="needs nm")
def test_a_library_exports_its_interface_alone(template: Package) -> None:
    [library] = template.libraries()
    told = subprocess.check_output(["nm", "-D", "--defined-only", str(library)], text=True)
    assert {line.split()[2] for line in told.splitlines()} == {
        "ok2_version",
        "ok2_levels",
        "ok2_unsupported",
        "ok2_operations_of",
        "ok2_set_threads",
        "ok2_threads",
    }


@pytest.mark.skipif(NM is None, reason="needs nm")
def test_no_level_shares_code_with_another_or_runs_any_when_it_is_loaded(tmp_path: Path) -> None:
    """A function that is not static is merged by the linker with its copies in other levels: a caller without AVX512
    would get the one that has it. A constructor would run such code on every machine. The slowest and the fastest level
    stand for all: they have all sources between them."""
    ends = {level: levels_of_this_machine()[level] for level in (LEVELS[0], LEVELS[-1])}
    objects = build.compile_objects(build.find_compiler(), ends, build.SOURCES, tmp_path)
    for level in ends:
        [path] = [path for path in objects if path.name == f"level_{level}.o"]
        told = subprocess.check_output(["nm", "-C", "--defined-only", str(path)], text=True)
        symbols = [line.split(maxsplit=2)[1:] for line in told.splitlines()]
        shared = [name for kind, name in symbols if kind.isupper() or kind == "u"]
        assert shared == [f"ok2_table_{level}()"]
        assert [name for _, name in symbols if "_GLOBAL__sub_I" in name] == []


# Loading


def assert_one_line(lines: list[str], told: str) -> None:
    """The one line that is logged where the reference serves."""
    [line] = lines
    assert line.startswith("no native kernels, everything runs on the reference path: ")
    assert told in line


@pytest.mark.parametrize("content", [b"", b"not a library\n", "half"])
def test_a_corrupt_library_leaves_the_reference(compiled: Package, content: bytes | str) -> None:
    [library] = compiled.libraries()
    whole = library.read_bytes()
    library.write_bytes(whole[: len(whole) // 2] if content == "half" else content)
    found, lines = compiled.use()
    assert found["level"] is None
    assert_one_line(lines, str(library))


def test_flipped_bytes_are_tested_again_before_they_are_loaded(compiled: Package) -> None:
    [library] = compiled.libraries()
    whole = bytearray(library.read_bytes())
    whole[64:4096] = bytes(4096 - 64)
    library.write_bytes(whole)
    found, lines = compiled.use()
    assert found["level"] is None
    assert_one_line(lines, str(library))


def test_a_library_that_lacks_a_function_leaves_the_reference(compiled: Package) -> None:
    [library] = compiled.libraries()
    empty = compiled.root / "empty.cpp"
    empty.write_text('extern "C" int ok2_version() { return 1; }\n')
    subprocess.run(["c++", "-shared", "-fPIC", str(empty), "-o", str(library)], check=True)
    found, lines = compiled.use()
    assert found["level"] is None
    assert_one_line(lines, "undefined symbol: ok2_levels; deleted, it is built anew")


def test_a_library_of_another_interface_is_refused(package: Package) -> None:
    header = package.native / "cpp" / "openk2.h"
    header.write_text(header.read_text().replace("#define OK2_VERSION ", "#define OK2_VERSION 99"))
    library = build.build(package.native / "cpp", [package.root / "out"])
    with pytest.raises(KernelError, match=r"has interface 99\d, \d is needed"):
        Library(library)


# Testing


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("0.75", "turns: error 0.75 exceeds 0.5"),
        ("nan", "turns: error nan exceeds 0.5"),
        ("raise", "turns: ValueError: shapes differ"),
        ("SIGILL", "turns: died of SIGILL"),
        ("SIGSEGV", "turns: died of SIGSEGV"),
    ],
)
def test_a_level_that_fails_is_disabled_with_one_line_and_the_next_serves(
    compiled: Package, fast: str, kind: str, told: str
) -> None:
    if fast == SLOWEST:
        pytest.skip("this machine has one level")
    (compiled.native / "checks.py").write_text(CHECKS + "# changed: tested again\n")
    found, lines = compiled.use(**{f"BREAK_{fast}": kind})
    assert found["level"] == LEVELS[LEVELS.index(fast) - 1]
    assert lines == [f"native kernels {fast} are not used: {told}"]
    assert found["checks"][fast] == ["sound", "turns"]
    # Kept: the next process neither tests nor loses the line.
    assert compiled.use() == (found, lines)


def test_where_every_level_fails_the_reference_serves(compiled: Package) -> None:
    (compiled.native / "checks.py").write_text(CHECKS + "# changed: tested again\n")
    found, lines = compiled.use(**{f"BREAK_{level}": "SIGILL" for level in LEVELS})
    assert found["level"] is None
    assert all("are not used: turns: died of SIGILL" in line for line in lines)


def test_a_probe_that_was_killed_from_outside_is_tried_again_next_time(compiled: Package, fast: str) -> None:
    (compiled.native / "checks.py").write_text(CHECKS + "# changed: tested again\n")
    found, lines = compiled.use(**{f"BREAK_{fast}": "SIGKILL"})
    assert found["why_not"][fast] == "turns: died of SIGKILL"
    assert len(lines) == 1
    assert compiled.use()[0]["level"] == fast


def test_checks_that_cannot_be_imported_leave_the_reference(compiled: Package) -> None:
    (compiled.native / "checks.py").write_text("import nowhere\n")
    found, lines = compiled.use()
    assert found["level"] is None
    assert_one_line(lines, "ModuleNotFoundError: No module named 'nowhere'")


def test_what_was_found_out_is_read_and_not_found_out_again(
    compiled: Package, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    [library] = compiled.libraries()
    runs = []
    real = subprocess.run
    monkeypatch.setattr(subprocess, "run", lambda *given, **named: runs.append(given) or real(*given, **named))
    checks = "json"  # a module without the table: every run of the probe fails, every reading does not
    with pytest.raises(KernelError, match="has no attribute 'CHECKS'"):
        self_test(library, LEVELS, checks)
    assert len(runs) == 1
    (tmp_path / "few.py").write_text("CHECKS = {'one': lambda level: (0.0, 1.0)}\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    first = self_test(library, LEVELS, "few")
    assert self_test(library, LEVELS, "few") == first
    assert len(runs) == 2
    self_test(library, LEVELS, "few", again=True)
    assert len(runs) == 3
    library.with_suffix(".json").write_text("{half")
    assert self_test(library, LEVELS, "few") == first
    assert len(runs) == 4


def test_an_outcome_that_cannot_be_kept_beside_the_library_is_kept_in_the_cache_folder(compiled: Package) -> None:
    [library] = compiled.libraries()
    beside = library.with_suffix(".json")
    beside.unlink(missing_ok=True)
    beside.mkdir()  # even root cannot write a file there
    found, lines = compiled.use()
    assert lines == []
    assert {path.suffix for path in library.parent.iterdir()} == {".so", ".json", ""}
    kept = compiled.cache / "openk2" / beside.name
    written = kept.stat().st_mtime_ns
    assert compiled.use() == (found, lines)
    assert kept.stat().st_mtime_ns == written


def test_a_check_that_does_not_end_is_stopped_and_fails(
    compiled: Package, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(selftest, "SECONDS", 1.0)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    (tmp_path / "endless.py").write_text("import time\nCHECKS = {'sleep': lambda level: time.sleep(600)}\n")
    [library] = compiled.libraries()
    outcome = self_test(library, [SLOWEST], "endless")
    assert outcome[SLOWEST].failure == "sleep: did not end within 1 s"
    assert "endless" not in library.with_suffix(".json").read_text()


# Choosing


def test_the_environment_chooses_a_level(compiled: Package) -> None:
    found, lines = compiled.use(OPENK2_KERNELS=SLOWEST)
    assert (found["level"], lines) == (SLOWEST, [])


def test_reference_is_no_level(compiled: Package) -> None:
    assert compiled.use(OPENK2_KERNELS="reference")[0]["level"] is None


def test_a_level_that_cannot_serve_is_an_error_that_names_what_there_is(compiled: Package, fast: str) -> None:
    foreign = "neon" if "avx2" in LEVELS else "avx2"
    told = compiled.start(OPENK2_KERNELS=foreign).communicate()[1].splitlines()[-1]
    here = ", ".join(LEVELS[: LEVELS.index(fast) + 1])
    assert told.endswith(
        f"ConfigError: kernels '{foreign}' cannot serve: it is for another kind of CPU; here: auto, reference, {here}"
    )
    (compiled.native / "checks.py").write_text(CHECKS + "# changed: tested again\n")
    told = compiled.start(OPENK2_KERNELS=fast, **{f"BREAK_{fast}": "0.75"}).communicate()[1].splitlines()[-1]
    assert f"kernels '{fast}' cannot serve: turns: error 0.75 exceeds 0.5; here: auto, reference" in told


def test_a_level_asked_for_without_a_library_is_an_error(package: Package) -> None:
    told = package.start(OPENK2_KERNELS=SLOWEST, PATH="").communicate()[1].splitlines()[-1]
    assert f"kernels '{SLOWEST}' cannot serve: no C++ compiler found" in told
    assert told.endswith("; here: auto, reference")


def test_one_name_chooses_native_and_pytorch_forms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENK2_KERNELS", raising=False)
    assert asked() == "auto"
    assert (choose("auto"), choose("avx2"), choose("reference")) == (AUTO, AUTO, REFERENCE)
    monkeypatch.setenv("OPENK2_KERNELS", "reference")
    assert asked() == "reference"
    assert choose("auto") is REFERENCE
    monkeypatch.setenv("OPENK2_KERNELS", "avx2")
    assert (asked(), asked("reference"), choose("auto")) == ("avx2", "reference", AUTO)
    monkeypatch.setenv("OPENK2_KERNELS", "turbo")
    with pytest.raises(ConfigError, match="unknown OPENK2_KERNELS=turbo; accepted: auto, reference, avx2, "):
        asked()


def test_importing_openk2_neither_loads_torch_nor_the_library() -> None:
    code = "import openk2, openk2.kernels.native, sys; print('torch' in sys.modules, 'numpy' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "False False\n"
