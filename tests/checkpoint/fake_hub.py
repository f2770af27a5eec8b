"""A hub on localhost, as far as huggingface_hub asks one: a repository's commit, its list of files, and the files."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class FakeHub:
    """What it holds and what it was asked."""

    files: dict[str, bytes]
    repository: str = "org/small"
    address: str = ""
    served: list[str] = field(default_factory=list)
    """Files sent whole."""
    refuse: set[str] = field(default_factory=set)
    """Files whose sending fails half-way."""
    gated: bool = False


@contextmanager
def fake_hub(directory: Path, **more: bytes) -> Iterator[FakeHub]:
    """Serves the files of a directory, and others given by name (`__` for a dot)."""
    files = {path.name: path.read_bytes() for path in directory.iterdir()}
    hub = FakeHub(files | {name.replace("__", "."): content for name, content in more.items()})
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(hub))
    hub.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()


def _handler(hub: FakeHub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self._answer(body=False)

        def do_GET(self) -> None:
            self._answer(body=True)

        def _answer(self, body: bool) -> None:
            path = unquote(urlparse(self.path).path)
            api, own = f"/api/models/{hub.repository}", f"/{hub.repository}/resolve/{COMMIT}/"
            if hub.gated:
                self._json({"error": "gated"}, 403, {"X-Error-Code": "GatedRepo", "X-Error-Message": "gated"})
            elif path in (api, f"{api}/revision/main", f"{api}/revision/v1", f"{api}/revision/{COMMIT}"):
                self._json(
                    {"id": hub.repository, "sha": COMMIT, "siblings": [{"rfilename": name} for name in hub.files]}
                )
            elif path == f"{api}/tree/{COMMIT}":
                self._json([_listed(name, content) for name, content in hub.files.items()])
            elif path.startswith(f"{api}/"):
                self._json({"error": "no"}, 404, {"X-Error-Code": "RevisionNotFound", "X-Error-Message": "no revision"})
            elif path.startswith(own) and path.removeprefix(own) in hub.files:
                self._file(path.removeprefix(own), body)
            else:
                self._json({"error": "no"}, 404, {"X-Error-Code": "RepoNotFound", "X-Error-Message": "no repository"})

        def _json(self, content: Any, status: int = 200, headers: dict[str, str] | None = None) -> None:
            data = json.dumps(content).encode()
            self.send_response(status)
            for name, value in {**(headers or {}), "Content-Length": str(len(data))}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)

        def _file(self, name: str, body: bool) -> None:
            content = hub.files[name]
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("ETag", f'"{_oid(name, content)}"')
            self.send_header("X-Repo-Commit", COMMIT)
            self.end_headers()
            if body and name in hub.refuse:
                self.wfile.write(content[: len(content) // 2])
                self.close_connection = True
            elif body:
                self.wfile.write(content)
                hub.served.append(name)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


def _oid(name: str, content: bytes) -> str:
    if name.endswith(".safetensors"):
        return hashlib.sha256(content).hexdigest()
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def _listed(name: str, content: bytes) -> dict[str, Any]:
    entry: dict[str, Any] = {"type": "file", "path": name, "size": len(content), "oid": _oid(name, content)}
    if name.endswith(".safetensors"):
        entry["lfs"] = {"oid": _oid(name, content), "size": len(content), "pointerSize": 130}
    return entry
