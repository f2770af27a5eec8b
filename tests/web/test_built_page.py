"""The files that ship: built from these sources, small, self-contained, sent with a strict policy."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import re
from pathlib import Path

import httpx
import pytest
from serving import says

from openk2.errors import ServerError
from openk2.server import create_app
from openk2.server.page import STATIC, load_page

WEB = Path(__file__).parents[2] / "web"
SOURCES = ("index.html", "package-lock.json", "package.json", "public", "src", "tsconfig.json", "vite.config.ts")


def get(path: str, **headers: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(create_app(says("yes")))
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    return asyncio.run(ask())


def test_the_page_was_built_from_these_sources() -> None:
    hash = hashlib.sha256()
    files = [file for name in SOURCES for file in (WEB / name, *(WEB / name).rglob("*")) if file.is_file()]
    for file in sorted(files, key=lambda file: file.relative_to(WEB).as_posix()):
        hash.update(file.relative_to(WEB).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    built_from = (STATIC / "sources.sha256").read_text().strip()
    assert built_from == hash.hexdigest(), "web/ has changed: run `npm ci && npm run build` there"


def test_the_first_load_is_small() -> None:
    sizes = [len(gzip.compress((STATIC / name).read_bytes())) for name in ("index.html", "app.js", "app.css")]
    assert sum(sizes) < 120_000


def test_the_page_names_no_other_host() -> None:
    for name in ("index.html", "app.css"):
        assert not re.search(r"https?://|//[a-z]", (STATIC / name).read_text())


def test_the_policy_lets_the_page_load_only_its_own_files() -> None:
    page = get("/")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    policy = dict(part.split(" ", 1) for part in page.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert page.headers["x-content-type-options"] == "nosniff"


def test_a_file_the_browser_has_is_not_sent_again() -> None:
    first = get("/app.js")
    assert first.headers["content-encoding"] == "gzip"
    assert first.content == (STATIC / "app.js").read_bytes()
    again = get("/app.js", if_none_match=first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    assert get("/app.js", accept_encoding="identity").content == first.content


@pytest.mark.parametrize("path", ["/sources.sha256", "/nothing.js", "/..%2fapp.py", "/static/app.js"])
def test_nothing_else_is_served(path: str) -> None:
    assert get(path).status_code == 404


def test_a_package_without_its_page_says_how_to_build_it(tmp_path: Path) -> None:
    with pytest.raises(ServerError, match="npm run build"):
        load_page(tmp_path)
