"""Requests that no honest client sends, drawn by a seed: each is bytes for a socket, and how the client behaves."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

Manner = Literal["reads", "leaves unread", "leaves while it streams", "dribbles", "stops halfway"]

MODEL = "k2-nano"
MESSAGES = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Say hi."}]
TOOL = {
    "type": "function",
    "function": {"name": "read", "parameters": {"type": "object", "properties": {"path": {"type": "string"}}}},
}
CONVERSATION: dict[str, Any] = {
    "format": "openk2.conversation/1",
    "id": "c-malformed",
    "title": "x",
    "head": "t-000001",
    "turns": [{"id": "t-000001", "parent": None, "role": "user", "content": "x", "files": [{"name": "a"}]}],
}
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "/v1/chat/completions"): {
        "model": MODEL,
        "messages": MESSAGES,
        "max_tokens": 2,
        "temperature": 0.5,
        "stop": ["x"],
        "logit_bias": {"5": 1},
        "stream": True,
        "stream_options": {"include_usage": True},
        "tools": [TOOL],
        "tool_choice": "none",
        "n": 1,
    },
    ("POST", "/v1/completions"): {"model": MODEL, "prompt": "Snow is", "max_tokens": 2, "echo": True, "logprobs": 1},
    ("POST", "/v1/responses"): {
        "model": MODEL,
        "input": [{"role": "user", "content": [{"type": "input_text", "text": "hi"}]}],
        "max_output_tokens": 2,
        "tools": [{"type": "function", "name": "read", "parameters": {"type": "object"}}],
        "tool_choice": "none",
        "reasoning": {"effort": "low"},
        "text": {"format": {"type": "text"}},
    },
    ("POST", "/v1/messages"): {
        "model": MODEL,
        "max_tokens": 2,
        "system": [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}],
        "messages": [{"role": "user", "content": [{"type": "text", "text": "hi"}]}],
        "tools": [{"name": "read", "input_schema": {"type": "object"}}],
        "tool_choice": {"type": "none"},
        "thinking": {"type": "disabled"},
        "stream": True,
    },
    ("POST", "/v1/messages/count_tokens"): {"model": MODEL, "messages": [{"role": "user", "content": "hi"}]},
    ("POST", "/v1/tokenize"): {"model": MODEL, "prompt": "hi", "messages": MESSAGES},
    ("POST", "/v1/detokenize"): {"model": MODEL, "tokens": [1, 2, 3]},
    ("POST", "/v1/render"): {"model": MODEL, "messages": MESSAGES},
    ("POST", "/api/session"): {"name": "nobody", "password": "wrong"},
    ("POST", "/api/conversations"): CONVERSATION,
    ("POST", "/api/conversations/import"): {"conversations": [CONVERSATION]},
    ("PUT", "/api/conversations/c-malformed"): CONVERSATION,
    ("PATCH", "/api/conversations/c-malformed"): {"title": "y", "head": "t-000001"},
    ("POST", "/api/conversations/c-malformed/turns"): {"turns": CONVERSATION["turns"], "head": "t-000001"},
    ("POST", "/api/conversations/c-malformed/share"): {"days": 1},
}
GETS = (
    "/v1/models",
    "/v1/files",
    "/v1/files/file-" + "0" * 32,
    "/v1/responses/resp_x",
    "/v1/responses/resp_x/input_items",
    "/api/conversations",
    "/api/conversations/c-malformed",
    "/api/conversations/c-malformed/export",
    "/api/usage",
    "/api/usage/requests",
    "/api/keys",
    "/share/x",
    "/openapi.json",
    "/health",
    "/app.js",
)
LENGTHS = ("max_tokens", "max_output_tokens", "max_completion_tokens")
"""What keeps an answer short: never made large or left out, else the test would measure the model."""


@dataclass(frozen=True)
class Malformed:
    """One request."""

    kind: str
    data: bytes
    manner: Manner


class Generator:
    """Draws requests."""

    def __init__(self, seed: int, key: str, largest_body: int) -> None:
        """`key`: an API key that the server knows; `largest_body`: of this server, in bytes."""
        self._draw = random.Random(seed)
        self._key = key
        self._largest = largest_body

    def draw(self, number: int) -> Iterator[Malformed]:
        """So many of them."""
        kinds: list[Callable[[], Malformed]] = [
            self._wrong_types,
            self._wrong_types,
            self._truncated,
            self._nested,
            self._numbers,
            self._bad_bytes,
            self._bad_form,
            self._bad_headers,
            self._bad_path,
            self._bad_query,
            self._leaving,
            self._slow,
        ]
        for count in range(number):
            # Huge bodies are few: each costs what a hundred others do.
            yield self._huge() if count % 100 == 50 else self._draw.choice(kinds)()

    def _request(
        self,
        kind: str,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        manner: Manner = "reads",
        headers: tuple[tuple[str, bytes], ...] = (("content-type", b"application/json"),),
        length: bytes | None = None,
        head: bytes | None = None,
    ) -> Malformed:
        lines = [head or f"{method} {path} HTTP/1.1".encode("latin-1"), b"host: localhost", b"connection: close"]
        if not any(name == "authorization" for name, _ in headers):
            lines.append(f"authorization: Bearer {self._key}".encode())
        lines += [name.encode("latin-1") + b": " + value for name, value in headers]
        if not any(name == "transfer-encoding" for name, _ in headers):
            lines.append(b"content-length: " + (str(len(body)).encode() if length is None else length))
        return Malformed(kind, b"\r\n".join(lines) + b"\r\n\r\n" + body, manner)

    def _route(self) -> tuple[str, str, dict[str, Any]]:
        (method, path), body = self._draw.choice(list(BODIES.items()))
        return method, path, json.loads(json.dumps(body))

    def _value(self, depth: int = 0) -> Any:
        simple: list[Any] = [
            None,
            True,
            False,
            -1,
            0,
            1.5,
            2**31,
            2**63,
            -(2**63) - 1,
            1e308,
            "",
            "x" * self._draw.choice([1, 300, 5000]),
            "\0",
            "\u202e",
            "😀" * 10,
            [],
            {},
            "NaN",
            "text/plain",
        ]
        if depth < 3 and self._draw.random() < 0.3:
            inner = [self._value(depth + 1) for _ in range(self._draw.randrange(4))]
            return inner if self._draw.random() < 0.5 else {self._name(): value for value in inner}
        return self._draw.choice(simple)

    def _name(self) -> str:
        return self._draw.choice(
            ["type", "role", "content", "id", "name", "text", "function", "parameters", "$ref", "", "\0", "a" * 200]
        )

    def _wrong_types(self) -> Malformed:
        method, path, body = self._route()
        for _ in range(self._draw.randrange(1, 4)):
            self._spoil(body)
        return self._request("wrong types", method, path, json.dumps(body).encode())

    def _spoil(self, body: Any) -> None:
        """Replace, remove or add something somewhere in the body."""
        places: list[tuple[Any, Any]] = []
        stack = [body]
        while stack:
            at = stack.pop()
            items = at.items() if isinstance(at, dict) else enumerate(at)
            for key, value in items:
                places.append((at, key))
                if isinstance(value, dict | list) and value:
                    stack.append(value)
        if not places:
            return
        at, key = self._draw.choice(places)
        if key in LENGTHS:
            at[key] = self._draw.choice(["2", -1, 0, 1.5, [], {}, True, -(2**70)])
        elif self._draw.random() < 0.15 and isinstance(at, dict):
            del at[key]
        elif self._draw.random() < 0.15 and isinstance(at, list):
            at.extend([at[key]] * self._draw.choice([1, 50]))
        else:
            at[key] = self._value()
        if isinstance(at, dict) and self._draw.random() < 0.2:
            at[self._name()] = self._value()

    def _truncated(self) -> Malformed:
        method, path, body = self._route()
        text = json.dumps(body).encode()
        return self._request("truncated", method, path, text[: self._draw.randrange(len(text))])

    def _nested(self) -> Malformed:
        method, path, body = self._route()
        depth = self._draw.choice([50, 200, 300, 900, 1100, 50_000])
        opening, closing = self._draw.choice(
            [("[", "]"), ('{"a":', "}"), ('{"type":"object","properties":{"a":', "}}")]
        )
        deep = opening * depth + "1" + closing * depth
        key = self._draw.choice([key for key in body if key not in LENGTHS] or ["x"])
        if key == "tools" and self._draw.random() < 0.7:
            deep = '[{"type":"function","function":{"name":"f","parameters":' + deep + "}}]"
        text = json.dumps(body).replace(json.dumps(body[key]), deep, 1) if key in body else deep
        return self._request("nested", method, path, text.encode())

    def _numbers(self) -> Malformed:
        method, path, body = self._route()
        keys = [key for key, value in body.items() if key not in LENGTHS]
        number = self._draw.choice(
            ["1e400", "-1e400", "9" * 400, "NaN", "Infinity", "-0", "1e-400", "0x10", "01", "1_000"]
        )
        key = self._draw.choice(keys)
        text = json.dumps(body).replace(json.dumps(body[key]), number, 1)
        return self._request("numbers", method, path, text.encode())

    def _bad_bytes(self) -> Malformed:
        method, path, body = self._route()
        text = bytearray(json.dumps(body).encode())
        for _ in range(self._draw.randrange(1, 6)):
            text[self._draw.randrange(len(text))] = self._draw.randrange(256)
        return self._request("bad bytes", method, path, bytes(text))

    def _huge(self) -> Malformed:
        method, path, body = self._route()
        text = json.dumps({**body, "padding": "x" * (2 * self._largest)}).encode()
        if self._draw.random() < 0.5:
            return self._request("huge", method, path, text)
        pieces = [text[at : at + 60_000] for at in range(0, len(text), 60_000)]
        chunked = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
        headers = (("content-type", b"application/json"), ("transfer-encoding", b"chunked"))
        return self._request("huge", method, path, chunked, headers=headers)

    def _bad_form(self) -> Malformed:
        boundary = self._draw.choice([b"b", b"-" * 60, b"x y", b'"', b"", b"b" * 300, b"\xff"])
        disposition = self._draw.choice(
            [
                b'form-data; name="file"; filename="a.txt"',
                b'form-data; name="file"; filename="../../a"',
                b'form-data; name="purpose"',
                b"form-data; name=file; filename*=UTF-8''%ff%fe",
                b'form-data; name="file"; filename="\xff\x00"',
                b"form-data",
                b"attachment",
                b"x" * 9000,
            ]
        )
        part = b"--" + boundary + b"\r\ncontent-disposition: " + disposition + b"\r\n\r\nhello\r\n"
        purpose = b"--" + boundary + b'\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nfile-extract\r\n'
        form = b"".join(self._draw.choice([[part], [part, purpose], [purpose, part], [part] * 30, [purpose] * 30]))
        form += self._draw.choice([b"--" + boundary + b"--\r\n", b"", b"--" + boundary, b"\r\n\r\n"])
        if self._draw.random() < 0.3:
            form = form[: self._draw.randrange(len(form))]
        if self._draw.random() < 0.3:
            spoilt = bytearray(form or b"-")
            spoilt[self._draw.randrange(len(spoilt))] = self._draw.randrange(256)
            form = bytes(spoilt)
        kind = b"multipart/form-data; boundary=" + boundary
        return self._request("bad form", "POST", "/v1/files", form, headers=(("content-type", kind),))

    def _bad_headers(self) -> Malformed:
        method, path, body = self._route()
        text = json.dumps(body).encode()
        json_type = ("content-type", b"application/json")
        odd: list[tuple[tuple[str, bytes], ...]] = [
            (("content-type", b"application/json; charset=\xff"),),
            (("content-type", b"multipart/form-data"),),
            (json_type, ("x-request-id", b"\xff" * 200)),
            (json_type, ("origin", b"http://[::1")),
            (json_type, ("host", b"evil.example")),
            (json_type, ("cookie", b"openk2_session=\xff\xfe; =; ;;" * 50)),
            (json_type, ("authorization", b"Bearer " + b"\xe9" * 100)),
            (json_type, ("authorization", b"Basic")),
            (json_type, ("x-api-key", b"\x80")),
            (json_type, ("anthropic-version", b"\xc3\x28")),
            (json_type, ("accept-encoding", b"gzip, \xff")),
            (json_type, ("content-encoding", b"gzip")),
            (json_type, ("expect", b"100-continue")),
            (json_type, ("upgrade", b"websocket")),
            (json_type, ("x-long", b"x" * 70_000)),
            (json_type, ("transfer-encoding", b"chunked")),
            (json_type, ("transfer-encoding", b"gzip, chunked")),
            (json_type, ("traceparent", b"00-" + b"z" * 50)),
            (json_type, ("last-event-id", b"-1")),
            (json_type, ("range", b"bytes=9-1")),
        ]
        if self._draw.random() < 0.3:
            length = self._draw.choice([b"-1", b"x", b"9" * 30, b"1, 2", b"", b"0x10", b"1e3"])
            return self._request("bad headers", method, path, text, length=length, manner="stops halfway")
        if self._draw.random() < 0.3:
            head = self._draw.choice(
                [
                    b"POST",
                    b"POST /v1/chat/completions",
                    b"POST /v1/chat/completions HTTP/9.9",
                    b"\xff\xfe / HTTP/1.1",
                    b"POST http://evil.example/v1/chat/completions HTTP/1.1",
                    b"CONNECT localhost:1 HTTP/1.1",
                    b"TRACE / HTTP/1.1",
                    b"PRI * HTTP/2.0",
                    b"OPTIONS * HTTP/1.1",
                    b"DELETE / HTTP/1.1",
                    b"\x16\x03\x01\x02\x00\x01",
                ]
            )
            return self._request("bad head", method, path, text, head=head, manner="stops halfway")
        return self._request("bad headers", method, path, text, headers=self._draw.choice(odd), manner="stops halfway")

    def _bad_path(self) -> Malformed:
        base = self._draw.choice([*GETS, *(path for _, path in BODIES)])
        tail = self._draw.choice(
            [
                "/",
                "//",
                "/..",
                "/%2e%2e",
                "%00",
                "%ff%fe",
                "/" + "x" * 3000,
                "%",
                "%zz",
                "?",
                "#x",
                ";a=b",
                "/%2F",
                "\\",
            ]
        )
        method = self._draw.choice(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
        return self._request("bad path", method, base + tail, b"{}" if method in ("POST", "PUT", "PATCH") else b"")

    def _bad_query(self) -> Malformed:
        names = ["limit", "order", "after", "purpose", "q", "format", "from", "to", "by", "whose", "before", "stream"]
        values = [
            "",
            "-1",
            "x",
            "9" * 400,
            "%00",
            "%ff",
            "1e9",
            "a,b,c",
            "%F0%9F%98%80",
            "day,day",
            "2026-99-99",
            "NEAR(%22",
        ]
        values += ["0001-01-01", "9999-12-31", "null", "all", "1.5", "%22%22", "x" * 2000, "*", "%25"]
        pairs = "&".join(
            f"{self._draw.choice(names)}={self._draw.choice(values)}" for _ in range(self._draw.randrange(1, 4))
        )
        return self._request("bad query", "GET", f"{self._draw.choice(GETS)}?{pairs}")

    def _leaving(self) -> Malformed:
        """A good request whose client goes away."""
        (method, path), body = self._draw.choice(list(BODIES.items())[:4])
        manner: Manner = self._draw.choice(["leaves unread", "leaves while it streams"])
        long = {key: 200 if key in LENGTHS else value for key, value in body.items()}
        text = json.dumps({**long, "stream": manner == "leaves while it streams"}).encode()
        return self._request("leaving", method, path, text, manner=manner)

    def _slow(self) -> Malformed:
        method, path, body = self._route()
        manner: Manner = self._draw.choice(["dribbles", "stops halfway"])
        return self._request("slow", method, path, json.dumps(body).encode(), manner=manner)
