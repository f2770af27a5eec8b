"""What a person does on the page, and backends that answer in turn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect
from serving import Reply

from openk2.chat.messages import ChatRequest


def in_turn(*replies: Reply) -> Callable[[ChatRequest], Reply]:
    rest = iter(replies)
    return lambda request: next(rest)


def visit(page: Page, address: str, name: str = "staged") -> None:
    page.goto(address)
    expect(page.locator(".bar h1").first).to_have_text(name)


def message_box(page: Page) -> Locator:
    return page.locator("#question")


def ask(page: Page, text: str) -> None:
    # A dialog gives the focus back where it came from as it closes.
    expect(page.locator("dialog[open]")).to_have_count(0)
    message_box(page).fill(text)
    message_box(page).press("Enter")


def prose(page: Page) -> Locator:
    return page.locator(".answer .prose")


def answered(page: Page, text: str) -> None:
    """Waits for an answer that holds the text, and for its end."""
    expect(prose(page).last).to_contain_text(text)
    expect(page.locator("main")).to_have_attribute("aria-busy", "false")


def open_settings(page: Page) -> Locator:
    page.get_by_role("button", name="Settings", exact=True).click()
    return page.get_by_role("dialog", name="Settings")


def entry_menu(page: Page, title: str, action: str) -> None:
    """Chooses from the menu of a conversation in the side bar."""
    page.get_by_role("button", name=f"Actions for {title}").click()
    page.get_by_role("menuitem", name=action).click()


def serious(page: Page, axe: str) -> list[Any]:
    """What axe-core finds that keeps people out, with the elements."""
    # The page's policy forbids evaluated text; the driver may add it as a script of its own world.
    page.evaluate(axe)
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    result = page.evaluate("rules => axe.run(document, rules)", rules)
    return [
        (one["id"], [node["target"] for node in one["nodes"]])
        for one in result["violations"]
        if one["impact"] in ("serious", "critical")
    ]
