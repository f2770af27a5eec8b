"""`openk2 serve --require-keys` as a process: a key is asked for, what was used is kept when it ends."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from serving import running, says

from openk2.cli.main import main


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """A command's standard output."""
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    output = capsys.readouterr()
    assert ended.value.code == 0, output.err
    return output.out


@pytest.mark.parametrize("keys", [True, False])
def test_a_served_model_asks_for_keys_or_says_that_it_does_not(
    keys: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = str(tmp_path / "a.db")
    key = run(capsys, "keys", "create", "test", "--database", database).strip()
    options = ["--require-keys", "--database", database] if keys else []
    with running(says("from afar")) as upstream:
        process = subprocess.Popen(
            [sys.executable, "-m", "openk2", "serve", f"openai:staged@{upstream}/v1", "--port", "0", *options],
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
        )
        try:
            assert process.stderr is not None
            said: list[str] = []
            while not any("accounts:" in line or "no keys are asked for" in line for line in said):
                said.append(process.stderr.readline())
                assert said[-1], "".join(said)
            found = re.search(r"chat page (http://\S+) ", "".join(said))
            assert found is not None
            url = f"{found.group(1)}/v1/chat/completions"
            body = {"model": "staged", "messages": [{"role": "user", "content": "hi"}]}
            head = {"authorization": f"Bearer {key}"}
            statuses = [httpx.post(url, json=body, timeout=60).status_code]
            statuses += [httpx.post(url, json=body, headers=head, timeout=60).status_code]
            process.send_signal(signal.SIGTERM)
            rest = process.communicate(timeout=60)[1]
        finally:
            process.kill()
    assert process.returncode == 0, rest
    assert key not in "".join(said) + rest
    if keys:
        assert statuses == [401, 200]
        assert f"accounts: sqlite:///{database}" in said[-1]
        assert "test,staged,1,12,8,0,5,0" in run(capsys, "usage", "--by", "key,model", "--csv", "--database", database)
    else:
        assert statuses == [200, 200]
        assert "no keys are asked for: the server is reached from this machine only" in said[-1]
