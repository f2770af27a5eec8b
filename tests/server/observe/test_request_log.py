"""The line a request leaves."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import httpx
import pytest
from serving import running, says

from openk2.server import ServerSettings
from openk2.server.observe.logs import LogForm, configure_logs


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the package logs, as JSON; the root logger is put back afterwards."""
    root = logging.getLogger()
    before = root.handlers[:]
    stream = io.StringIO()
    configure_logs("json", stream)
    yield stream
    root.handlers[:] = before


def ask(settings: ServerSettings | None = None) -> None:
    body = {"model": "staged", "messages": [{"role": "user", "content": "the combination is 12345"}]}
    headers = {"x-request-id": "req-7", "authorization": "Bearer sk-ok2-secret"}
    with running(says("now I know it"), settings) as address:
        assert httpx.post(f"{address}/v1/chat/completions", json=body, headers=headers).is_success


def test_one_json_line_has_the_facts_and_not_what_was_said(written: io.StringIO) -> None:
    ask()
    text = written.getvalue()
    (line,) = [json.loads(one) for one in text.splitlines() if json.loads(one)["event"] == "request"]
    assert line["request_id"] == "req-7"
    assert (line["model"], line["status"], line["finish"], line["stream"]) == ("staged", 200, "stop", False)
    assert (line["prompt_tokens"], line["cached_tokens"], line["completion_tokens"]) == (12, 8, 5)
    assert line["ms"] >= line["ttft_ms"] >= 0
    for secret in ("12345", "now I know", "sk-ok2"):
        assert secret not in text


def test_what_was_said_is_logged_where_the_operator_asks_for_it(written: io.StringIO) -> None:
    ask(ServerSettings(log_prompts=True))
    text = written.getvalue()
    assert "the combination is 12345" in text
    assert "now I know it" in text
    assert "sk-ok2" not in text


@pytest.mark.parametrize("form", ["console", "auto"])
def test_lines_for_people_are_not_json(form: LogForm) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    root = logging.getLogger()
    before = root.handlers[:]
    stream = Terminal()
    try:
        configure_logs(form, stream)
        logging.getLogger("openk2.requests").info("request", extra={"status": 200})
        try:
            raise ValueError("broken")
        except ValueError:
            logging.getLogger("openk2.server").exception("answering failed")
    finally:
        root.handlers[:] = before
    text = stream.getvalue()
    assert "status" in text
    assert "ValueError: broken" in text
    with pytest.raises(json.JSONDecodeError):
        json.loads(text.splitlines()[0])
