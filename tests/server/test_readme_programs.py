"""What README shows of programs and keys, run as it stands there."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from nano import nano

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")
SECTION = README.partition("## Use it from your programs")[2].partition("\n## ")[0]
PROGRAMS = re.findall(r"```python\n(.*?)```", SECTION, re.DOTALL)
COMMANDS = [shlex.split(line, comments=True) for line in SECTION.splitlines() if line.startswith(".venv/bin/openk2 ")]
ADDRESS = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with nano() as url:
        yield url


def run(program: str, address: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert ADDRESS in program
    exec(compile(program.replace(ADDRESS, address), "README.md", "exec"), {})
    return capsys.readouterr().out


def test_there_is_a_program_for_each_of_the_three_protocols() -> None:
    assert len(PROGRAMS) == 3
    for program, call in zip(PROGRAMS, ("chat.completions.create", "messages.create", "responses.create"), strict=True):
        assert call in program


def test_the_stream_of_the_first_program_is_an_answer(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(run(PROGRAMS[0], address, capsys).split()) > 1


def test_the_second_program_prints_the_blocks_of_a_message(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    blocks = run(PROGRAMS[1], address, capsys).strip().splitlines()
    assert {block.split()[0] for block in blocks} <= {"text", "tool_use"}
    assert blocks


def test_the_third_program_finds_its_first_turn_in_the_cache(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    *said, cached = run(PROGRAMS[2], address, capsys).split()
    assert said
    assert int(cached) > 0


@pytest.mark.slow
def test_the_commands_of_accounts_make_a_key_that_is_served_and_counted(tmp_path: Path) -> None:
    user, key, serve, usage = COMMANDS
    surroundings = os.environ | {"OPENK2_SERVER__DATABASE": f"sqlite:///{tmp_path / 'accounts.db'}"}

    def openk2(command: list[str], given: str = "") -> str:
        line = [sys.executable, "-m", "openk2", *command[1:]]
        done = subprocess.run(line, input=given, capture_output=True, text=True, env=surroundings, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    openk2([*user, "--password-stdin"], "correct horse battery staple\n")
    made = openk2(key)
    assert re.fullmatch(r"sk-ok2-\S+", made)
    line = [sys.executable, "-m", "openk2", *serve[1:], "--port", "0", "--data-dir", str(tmp_path)]
    with subprocess.Popen(line, stderr=subprocess.PIPE, text=True, env=surroundings, cwd=tmp_path) as server:
        try:
            assert server.stderr is not None
            (address,) = next(found for said in server.stderr if (found := re.findall(r"OpenAI API (\S+)/v1", said)))
            body = {"model": "k2-nano", "messages": [{"role": "user", "content": "Hello!"}], "max_tokens": 5}
            url = f"{address}/v1/chat/completions"
            assert httpx.post(url, json=body).status_code == 401
            answer = httpx.post(url, json=body, headers={"authorization": f"Bearer {made}"}, timeout=120)
            assert answer.status_code == 200
        finally:
            server.terminate()
    assert str(answer.json()["usage"]["prompt_tokens"]) in openk2(usage)
