"""A headless system browser, and the server's test backend beside it."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "server"))

# A machine that is busy with other things may take long to draw; nothing here measures how long.
expect.set_options(timeout=20_000)

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser per test module: while playwright is open no other test could start an event loop."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(f"no browser is installed; looked for {', '.join(BROWSERS)}")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def axe() -> str:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed; `npm ci` in web/ does that")
    return AXE.read_text()


def _is_refusal(message: ConsoleMessage) -> bool:
    """The page asked for what its policy forbids. An artifact may try: it was handed over, so it has no address."""
    return "Content Security" in message.text and message.location["url"] != ""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh profile; the test fails if the page reports an error or asks another host for anything."""
    context = browser.new_context(
        viewport={"width": 1100, "height": 760}, locale="en-GB", permissions=["clipboard-read", "clipboard-write"]
    )
    page = context.new_page()
    page.set_default_timeout(20_000)
    problems: list[str] = []
    hosts: set[str] = set()
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text) if _is_refusal(message) else None)
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    yield page
    context.close()
    assert problems == []
    assert {host.split(":")[0] for host in hosts} <= {"127.0.0.1"}
