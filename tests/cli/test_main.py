"""The command line: help lists what there is, and whatever is wrong ends in one line and status 2."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from openk2.cli import main as module
from openk2.cli.main import COMMANDS, main
from openk2.errors import OpenK2Error


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """(status, standard output, standard error) of one command line."""
    with pytest.raises(SystemExit) as caught:
        main([str(argument) for argument in arguments])
    assert isinstance(caught.value.code, int)
    out, err = capsys.readouterr()
    return caught.value.code, out, err


def refusal(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """The one line a wrong command line ends in."""
    status, out, err = run(capsys, *arguments)
    assert status == 2
    assert out == ""
    assert err.count("\n") == 1, err
    assert err.startswith("openk2: ")
    return err


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "--help")
    assert status == 0
    for name, purpose in COMMANDS.items():
        assert f"  {name} " in out
        assert purpose in out


def test_listing_commands_imports_none_of_them() -> None:
    code = "import sys; from openk2.cli.main import main\ntry: main(['--help'])\nexcept SystemExit: pass\n"
    code += "print([name for name in sys.modules if name.startswith(('openk2.', 'torch'))], file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "['openk2.cli', 'openk2.errors', 'openk2.cli.main']"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str], name: str) -> None:
    status, out, err = run(capsys, name, "--help")
    assert (status, err) == (0, "")
    assert out.startswith(f"Usage: openk2 {name} ")
    assert "completion" not in out


def test_a_group_without_command_shows_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ((), ("data",), ("tokenizer",)):
        status, out, err = run(capsys, *arguments)
        assert status == 2
        assert out == ""
        assert err.startswith(f"Usage: {' '.join(('openk2', *arguments))} ")


def test_an_unknown_command_is_named_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert refusal(capsys, "sevre") == f"openk2: no command 'sevre'; accepted: {', '.join(COMMANDS)}\n"


@pytest.mark.parametrize(
    ("arguments", "fragments"),
    [
        (["data", "biuld"], ["data", "biuld"]),
        (["data", "build"], ["data build", "recipe"]),
        (["data", "build", "x.toml", "--colour"], ["--colour"]),
        (["data", "build", "nowhere.toml"], ["nowhere.toml: cannot be read"]),
        (["data", "verify", "nowhere"], ["nowhere: no such directory"]),
        (["tokenizer", "train", "nowhere", "--out", "t", "--vocab-size", "many"], ["--vocab-size", "integer"]),
        (["tokenizer", "train", "nowhere", "--out", "t", "--share", "code"], ["--share code", "KIND=PARTS"]),
        (["tokenizer", "train", "nowhere.jsonl", "--out", "t"], ["nowhere.jsonl: no such file"]),
        (["train", "nowhere.toml"], ["nowhere.toml: cannot be read"]),
        (["synthesize", "nowhere.toml"], ["nowhere.toml: cannot be read"]),
        (["report", "nowhere"], ["nowhere"]),
        (["generate", "no-such-model", "--prompt", "text"], ["no-such-model"]),
        (["chat", "no-such-model"], ["no-such-model"]),
        (["agent", "task", "--model", "no-such-model"], ["no-such-model"]),
        (["eval", "no-such-model", "tools"], ["no-such-model"]),
    ],
    ids=" ".join,
)
def test_what_cannot_be_done_is_one_line(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    fragments: list[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    line = refusal(capsys, *arguments)
    assert all(fragment in line for fragment in fragments), line
    assert list(tmp_path.iterdir()) == [], "a refused command left something behind"


def test_a_server_without_model_ends_in_one_line_behind_its_progress(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, "serve", "no-such-model", "--port", 0)
    assert (status, out) == (2, "")
    assert err.splitlines()[-1].startswith("openk2: no model 'no-such-model'; accepted: ")
    assert "Traceback" not in err


def test_python_dash_m_is_the_command() -> None:
    done = subprocess.run([sys.executable, "-m", "openk2", "sevre"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("openk2: no command 'sevre'; accepted: ")
    assert done.stderr.count("\n") == 1


def test_a_reader_that_leaves_early_is_no_error() -> None:
    command = [sys.executable, "-m", "openk2", "data", "sources"]
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, check=False)
    os.close(write)
    assert done.returncode != 0
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("raised", "status", "line"),
    [
        (OpenK2Error("shard 3 is corrupt"), 2, "openk2: shard 3 is corrupt\n"),
        (OSError(28, "No space left on device", "runs/a"), 2, "openk2: runs/a: No space left on device\n"),
        (PermissionError(13, "Permission denied", "/x"), 2, "openk2: /x: Permission denied\n"),
        (KeyboardInterrupt(), 130, ""),
    ],
    ids=["own error", "disk full", "permission", "Ctrl-C"],
)
def test_failures_while_running_end_in_one_line(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    raised: BaseException,
    status: int,
    line: str,
) -> None:
    def fail(name: str) -> None:
        raise raised

    monkeypatch.setattr(module, "import_module", fail)
    assert run(capsys, "data", "sources") == (status, "", line)


def test_a_defect_is_not_dressed_up_as_a_users_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "import_module", lambda name: {}["missing"])
    with pytest.raises(KeyError):
        main(["data", "sources"])
