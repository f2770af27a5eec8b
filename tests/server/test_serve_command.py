"""`openk2 serve` from the outside, over a remote model so that no weights are needed."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from serving import running, says

from openk2.cli.main import main


@contextmanager
def command(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "openk2", "serve", *arguments], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_it_prints_the_address_of_a_page_that_answers_and_stops_on_sigterm() -> None:
    with (
        running(says("from afar")) as upstream,
        command(f"openai:staged@{upstream}/v1", "--port", "0") as process,
    ):
        assert process.stderr is not None
        lines = []
        while not (lines and "chat page" in lines[-1]):
            lines.append(process.stderr.readline())
            assert lines[-1], "".join(lines)
        found = re.search(r"chat page (http://127\.0\.0\.1:\d+) ", lines[-1])
        assert found is not None
        address = found.group(1)
        assert "<title>openk2</title>" in httpx.get(address).text
        body = {"model": "staged", "messages": [{"role": "user", "content": "hi"}]}
        answer = httpx.post(f"{address}/v1/chat/completions", json=body).json()
        assert answer["choices"][0]["message"]["content"] == "from afar"
        process.send_signal(signal.SIGTERM)
        rest = process.communicate(timeout=60)[1]
        assert process.returncode == 0
        assert rest.splitlines()[-1] == "stopped"
        line = json.loads(rest.splitlines()[-2])
        assert (line["prompt_tokens"], line["cached_tokens"], line["completion_tokens"]) == (12, 8, 5)
        assert (line["model"], line["status"], line["finish"]) == ("staged", 200, "stop")


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["--port", "70000"], "port is 70000; accepted"),
        (["--port", "0", "--max-requests", "0"], "max_requests is 0; accepted"),
        (["--port", "0", "--allow-origin", "here"], "allowed origin is 'here'; accepted"),
    ],
)
def test_options_that_cannot_work_are_one_line(
    arguments: list[str], what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert what in error_line(arguments, capsys)


def test_a_port_in_use_is_said_before_the_model_is_loaded(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert f"port {port} on 127.0.0.1 cannot be used" in error_line(["no-such-model", "--port", port], capsys)


def test_a_model_that_cannot_be_loaded_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = error_line([str(tmp_path / "nothing"), "--port", "0"], capsys)
    assert str(tmp_path / "nothing") in line


def error_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """The one line the command ends with; loading a model may have been announced before it."""
    with pytest.raises(SystemExit) as ended:
        main(["serve", *arguments])
    assert ended.value.code == 2
    lines = [line for line in capsys.readouterr().err.splitlines() if not line.startswith("loading ")]
    assert len(lines) == 1, lines
    assert lines[0].startswith("openk2: ")
    return lines[0]
