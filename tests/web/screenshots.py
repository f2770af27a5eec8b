"""Draws docs/pictures/ from the page as built: `python tests/web/screenshots.py docs/pictures`.

Not a test. A script answers in a model's place, at a model's pace, so that the pictures do not depend on one.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "server"))

from serving import StagedBackend, running

from openk2.chat.events import Event, Usage
from openk2.chat.messages import ChatRequest, Message, ToolCall

SNOW = r"""Snow is white because it is full of edges. Each flake is clear ice, but a handful of snow \
holds **thousands of small faces**, and every face sends back a little of the light that meets it. After $n$ faces, \
each sending back the share $r$, what has come back is

$$
R_n = 1 - (1 - r)^n
$$

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

The same happens to crushed ice, to foam, and to clouds.""".replace("\\\n", "")

XUE = """因为雪里到处都是**界面**。单片雪花是透明的冰，但一捧雪里有**成千上万个小晶面**，每个晶面都把一部分光反射回来。

1. 新雪反射约 85% 的光；
2. 旧雪约 55%；
3. 裸冰只有约 35%。

**结论：**雪的白色来自散射，而不是颜料。"""

SERIES = (
    """Here is the depth of snow at the hut, week by week.

```csv
week,2024,2025
"""
    + "\n".join(
        f"{(week - 1) % 52 + 1},{old},{new}"
        for week, old, new in zip(
            range(44, 62),
            (0, 4, 11, 18, 30, 42, 51, 66, 80, 96, 104, 121, 133, 140, 128, 110, 92, 71),
            (0, 0, 6, 22, 41, 40, 63, 88, 95, 112, 131, 150, 149, 161, 158, 142, 120, 99),
            strict=True,
        )
    )
    + "\n```\n\nThe second winter came later and stayed longer."
)

TOOLS: list[Any] = [
    {"type": "function", "function": {"name": "search_files"}},
    {"type": "function", "function": {"name": "python"}},
]

MATCHES = """4 matches in 2 files
notes/letters.md:2: Back from Paris, tired and happy.
notes/travel.md:3: Paris in spring
notes/travel.md:9: Night train to Paris
notes/travel.md:14: Lyon, then Paris again"""


def reply(request: ChatRequest) -> Message:
    results = sum(message.role == "tool" for message in request.messages)
    said = request.messages[-1].content
    if "雪" in said:
        return Message("assistant", XUE, reasoning="许多小界面上的散射。")
    if "depth" in said:
        return Message("assistant", SERIES)
    if not request.tools:
        return Message("assistant", SNOW, reasoning="Scattering at many small interfaces. A table of albedo helps.")
    if results == 0:
        call = ToolCall("functions.search_files:0", "search_files", '{"text": "Paris", "path": "notes"}')
        return Message("assistant", "I count the lines first.", tool_calls=(call,))
    call = ToolCall("functions.python:1", "python", '{"code": "4 * 17"}')
    return Message("assistant", "Four lines mention Paris. Now the product.", tool_calls=(call,))


class PacedBackend(StagedBackend):
    """Speaks as fast as a small model on a laptop, and counts what it says."""

    name = "k2-mini"

    async def stream(self, request: ChatRequest) -> AsyncIterator[Event]:
        said = 0
        async for event in super().stream(request):
            await asyncio.sleep(0.02)
            said += 1
            if isinstance(event, Usage):
                yield Usage(180 + said, 160, said, reasoning_tokens=9)
            else:
                yield event


def ask(page: Page, text: str) -> None:
    page.locator("#question").fill(text)
    page.keyboard.press("Enter")
    page.locator("main[aria-busy=true]").wait_for()
    page.locator("main[aria-busy=false]").wait_for()


def chat(page: Page) -> None:
    ask(page, "Why is snow white?")


def tools(page: Page) -> None:
    settings = page.evaluate("JSON.parse(localStorage.getItem('openk2.settings') ?? '{}')")
    page.evaluate(
        "value => localStorage.setItem('openk2.settings', value)", json.dumps(settings | {"tools": json.dumps(TOOLS)})
    )
    page.reload()
    ask(page, "How many lines in notes/ mention Paris? Multiply that by 17.")
    page.get_by_role("button", name="Allow once").click()
    page.get_by_label("What search_files gave back").fill(MATCHES)
    page.get_by_role("button", name="Send result").click()
    page.get_by_role("button", name="Allow once").wait_for()


def artifact(page: Page) -> None:
    ask(page, "How has the depth of the snow changed?")
    page.get_by_role("button", name="Open").click()
    page.locator(".chart canvas").wait_for()


def phone(page: Page) -> None:
    ask(page, "雪为什么是白色的？")


def usage(page: Page) -> None:
    """A month of conversations, from a file."""
    now = int(page.evaluate("Date.now()"))
    conversations = [month_day(now, day, model) for day in range(30) for model in ("k2-mini", "k2-nano")]
    file = {"name": "month.json", "mimeType": "application/json", "buffer": json.dumps(conversations).encode()}
    page.get_by_label("Import a JSON file").set_input_files([file])  # type: ignore[list-item]
    expect(page.get_by_role("navigation").get_by_role("listitem")).to_have_count(60)
    page.get_by_role("button", name="Usage", exact=True).click()
    page.locator(".chart canvas").wait_for()


def month_day(now: int, day: int, model: str) -> dict[str, Any]:
    """A conversation `day` days ago that used a plausible number of tokens."""
    created = now - day * 86_400_000
    size = (4 if model == "k2-mini" else 1) * (3 + (day * 7) % 11) * (0.4 if day % 7 in (2, 3) else 1)
    used = {"prompt": int(900 * size), "cached": int(700 * size), "completion": int(260 * size), "reasoning": 0}
    question = {"id": "question-1", "parent": None, "created": created, "role": "user", "content": f"Notes, {model}"}
    answer = {"id": "answer-01", "parent": "question-1", "created": created, "role": "assistant", "content": "Done."}
    return {
        "format": "openk2.conversation/1",
        "title": f"Notes of day {30 - day}",
        "named": True,
        "created": created,
        "updated": created,
        "turns": [question, answer | {"model": model, "usage": used}],
    }


@dataclass(frozen=True)
class Picture:
    """One file, and what is done before it is drawn."""

    name: str
    act: Callable[[Page], None]
    width: int = 1280
    height: int = 860
    scheme: str = "light"
    locale: str = "en-GB"


PICTURES = (
    Picture("chat", chat, height=1000),
    Picture("tools", tools, scheme="dark"),
    Picture("artifact", artifact),
    Picture("usage", usage, scheme="dark"),
    Picture("phone", phone, width=360, height=740, locale="zh-CN"),
)


def main(directory: Path) -> None:
    """Write all pictures."""
    directory.mkdir(parents=True, exist_ok=True)
    with running(PacedBackend(reply)) as address, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for one in PICTURES:
            page = browser.new_page(
                viewport={"width": one.width, "height": one.height},
                color_scheme=one.scheme,  # type: ignore[arg-type]
                locale=one.locale,
            )
            page.goto(address)
            page.locator("#question").wait_for()
            one.act(page)
            page.mouse.move(0, 0)
            page.wait_for_timeout(600)
            page.screenshot(path=directory / f"{one.name}.png")
            page.close()
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
