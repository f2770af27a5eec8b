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


def gzipped(*names: str) -> int:
    return sum(len(gzip.compress((STATIC / name).read_bytes())) for name in names)


def test_the_first_load_is_small_and_so_is_all_of_it() -> None:
    assert gzipped("index.html", "app.js", "app.css") <= 120_000
    assert gzipped(*(file.name for file in STATIC.iterdir() if file.suffix in (".html", ".js", ".css"))) <= 300_000


def test_what_is_not_needed_at_first_is_loaded_later() -> None:
    index = (STATIC / "index.html").read_text()
    loaded = re.findall(r'(?:src|href)="\./([^"]+)"', index)
    assert sorted(loaded) == ["app.css", "app.js", "icon.svg"]
    assert {"math_library.js", "colour_library.js", "chart_library.js"} <= {file.name for file in STATIC.iterdir()}


def test_the_built_files_can_be_read() -> None:
    app = (STATIC / "app.js").read_text()
    assert "function renderBlock(source, growing)" in app
    assert max(len(line) for line in app.splitlines()) < 2000


def test_the_page_names_no_other_host() -> None:
    assert not re.search(r"https?://|//[a-z]", (STATIC / "index.html").read_text())
    for file in STATIC.glob("*.css"):
        assert not re.search(r"@import|url\(\s*[\"']?(?:https?:)?//", file.read_text()), file.name


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
