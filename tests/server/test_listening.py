"""Taking a port, saying so, draining."""

from __future__ import annotations

import os
import signal
import socket
import threading

import httpx
import pytest
from serving import Gate, StagedBackend, ending, running, says

from openk2.chat.events import TextDelta
from openk2.errors import ServerError
from openk2.server import ServerSettings, bind, create_app, serve


def test_a_port_in_use_is_one_clear_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ServerError, match=rf"^port {port} on 127.0.0.1 cannot be used .*--port$"):
            bind("127.0.0.1", port)


@pytest.mark.parametrize(("host", "port"), [("127.0.0.1", 70_000), ("256.1.1.1", 0), ("192.0.2.1", 0)])
def test_an_address_that_is_not_ours_is_one_clear_line(host: str, port: int) -> None:
    with pytest.raises(ServerError) as refused:
        bind(host, port)
    assert "\n" not in str(refused.value)


def test_an_answer_in_progress_is_finished_after_sigterm_and_serve_returns() -> None:
    gate = Gate()
    backend = StagedBackend(lambda request: [TextDelta("first "), gate, TextDelta("last"), *ending()])
    bound = bind("127.0.0.1", 0)
    address = f"http://127.0.0.1:{bound.getsockname()[1]}"
    received: list[str] = []

    def ask() -> None:
        body = {"model": "staged", "messages": [{"role": "user", "content": "hi"}], "stream": True}
        with httpx.stream("POST", f"{address}/v1/chat/completions", json=body) as response:
            for line in response.iter_lines():
                received.append(line)
                if "first" in line:
                    os.kill(os.getpid(), signal.SIGTERM)
                    gate.open()

    asking = threading.Thread(target=ask)
    serve(create_app(backend), bound, drain_seconds=20, on_ready=asking.start)
    asking.join(20)
    assert any("last" in line for line in received)
    assert received[-2] == "data: [DONE]"
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{address}/health")


def test_health_counts_the_requests_in_progress() -> None:
    with running(says("yes")) as address:
        assert httpx.get(f"{address}/health").json() == {"status": "ok", "model": "staged", "requests": 0}


def test_a_body_that_breaks_off_is_no_fault_of_the_server(capfd: pytest.CaptureFixture[str]) -> None:
    backend = says("yes")
    with running(backend) as address:
        host, port = address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as connection:
            head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/json\r\n"
            connection.sendall(f"{head}Content-Length: 1000\r\n\r\n{{".encode())
            assert httpx.get(f"{address}/health").status_code == 200
    # The server has drained: whatever it had to say about the request is said.
    assert capfd.readouterr().err == ""
    assert backend.requests == []


@pytest.mark.parametrize("wrong", [{"max_requests": 0}, {"heartbeat_seconds": -1}, {"allowed_origins": ("evil",)}])
def test_settings_that_cannot_work_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ServerError, match="accepted"):
        ServerSettings(**wrong)  # type: ignore[arg-type]
