"""Draws docs/chat-page.png and docs/chat-tools.png from the page as built: `python tests/web/screenshots.py docs`.

Not a test. A script answers in a model's place, at a model's pace, so that the pictures do not depend on one.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "server"))

from serving import StagedBackend, running

from openk2.chat.events import Event, Usage
from openk2.chat.messages import ChatRequest, Message, ToolCall

SNOW = """Snow is white because it is full of edges. Each flake is clear ice, but a handful of snow \
holds **thousands of small faces**, and every face sends back a little of the light that meets it.

| Surface | Light sent back |
|:--|--:|
| Fresh snow | 85 % |
| Old snow | 55 % |
| Bare ice | 35 % |

So after fifty faces little is left to go through:

```python
def reflected(light: float, faces: int) -> float:
    return light * (1 - 0.96**faces)
```

The same happens to crushed ice, to foam, and to clouds."""

NOTES = (
    '[{"type": "function", "function": {"name": "search_files"}}, {"type": "function", "function": {"name": "python"}}]'
)

MATCHES = """4 matches in 2 files
notes/letters.md:2: Back from Paris, tired and happy.
notes/travel.md:3: Paris in spring
notes/travel.md:9: Night train to Paris
notes/travel.md:14: Lyon, then Paris again"""


def reply(request: ChatRequest) -> Message:
    results = sum(message.role == "tool" for message in request.messages)
    if not request.tools:
        return Message("assistant", SNOW, reasoning="Scattering at many small interfaces. A table of albedo helps.")
    if results == 0:
        call = ToolCall("functions.search_files:0", "search_files", '{"text": "Paris", "path": "notes"}')
        return Message("assistant", "I count the lines first.", tool_calls=(call,))
    if results == 1:
        call = ToolCall("functions.python:1", "python", '{"code": "4 * 17"}')
        return Message("assistant", tool_calls=(call,))
    return Message("assistant", "Four lines in `notes/` mention Paris; four times 17 is **68**.")


class PacedBackend(StagedBackend):
    """Speaks as fast as a small model on a laptop, and counts what it says."""

    name = "scripted"

    async def stream(self, request: ChatRequest) -> AsyncIterator[Event]:
        said = 0
        async for event in super().stream(request):
            await asyncio.sleep(0.02)
            said += 1
            yield Usage(180 + said, 160, said) if isinstance(event, Usage) else event


def ask(page: Page, text: str) -> None:
    page.get_by_label("Message").fill(text)
    page.keyboard.press("Enter")
    page.locator(".answer footer").last.wait_for()


def chat(page: Page) -> None:
    ask(page, "Why is snow white?")


def tools(page: Page) -> None:
    page.get_by_role("button", name="Settings", exact=True).click()
    page.get_by_label("Tools the model may call").fill(NOTES)
    page.get_by_role("button", name="Done").click()
    ask(page, "How many lines in notes/ mention Paris? Multiply that by 17.")
    page.get_by_label("What search_files gave back").fill(MATCHES)
    page.get_by_role("button", name="Send result").click()
    page.get_by_label("What python gave back").fill("68")


def main(directory: Path) -> None:
    """Write both pictures."""
    with running(PacedBackend(reply)) as address, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, scheme, act in (("chat-page", "light", chat), ("chat-tools", "dark", tools)):
            page = browser.new_page(viewport={"width": 1180, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
            page.goto(address)
            page.get_by_role("heading", name="scripted", exact=True).wait_for()
            act(page)
            page.wait_for_timeout(500)
            page.screenshot(path=directory / f"{name}.png")
            page.close()
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
