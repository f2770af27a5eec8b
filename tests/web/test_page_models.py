"""The page before several models, before one that thinks, and before K2-nano itself."""

from __future__ import annotations

import json
import re

import pytest
from asking import answered, ask, open_settings, prose, visit
from nano import CONTENTS, READ_BOTH, READ_FILE, nano
from playwright.sync_api import Page, expect
from serving import StagedBackend, running, says

from openk2.chat.messages import Message
from openk2.server.served import Served, ServedModel

TOOLS = json.dumps([{"type": "function", "function": {"name": "read_file", "parameters": READ_FILE}}])


class Thinking(StagedBackend):
    """A model that reasons before it answers."""

    name = "K2-Thinking"
    style = "thinking"


def test_one_of_several_models_is_chosen_and_asked_as_is_best_for_it(page: Page) -> None:
    plain = says("plain")
    thinking = Thinking(lambda request: Message("assistant", f"after {len(request.messages)}", reasoning="hm"))
    with running(Served(ServedModel("staged", plain), ServedModel(thinking.name, thinking))) as address:
        visit(page, address, "openk2")
        ask(page, "one")
        answered(page, "plain")
        page.get_by_label("Model", exact=True).select_option("K2-Thinking")
        ask(page, "two")
        answered(page, "after 3")
        page.reload()
        expect(page.get_by_label("Model", exact=True)).to_have_value("K2-Thinking")
        settings = open_settings(page)
        expect(settings.get_by_text("1.0 is recommended for this model")).to_be_visible()
        settings.get_by_role("switch", name="Think before answering").uncheck()
        page.keyboard.press("Escape")
        ask(page, "three")
        answered(page, "after 5")
    assert plain.requests[0].sampling.temperature == 0.6
    assert [request.sampling.temperature for request in thinking.requests] == [1.0, 1.0]
    assert [request.thinking for request in thinking.requests] == [None, False]


@pytest.mark.slow
def test_k2_nano_calls_tools_and_answers_from_its_cache(page: Page) -> None:
    with nano() as address:
        visit(page, address, "k2-nano")
        settings = open_settings(page)
        settings.get_by_label("Temperature").fill("0")
        settings.get_by_label("Longest answer").fill("60")
        settings.get_by_label("Tools of your own").fill(TOOLS)
        settings.get_by_role("button", name="Done").click()
        ask(page, READ_BOTH)
        cards = page.get_by_role("region", name="Tool call read_file")
        expect(cards).to_have_count(2)
        for card, content in zip((cards.nth(0), cards.nth(1)), CONTENTS.values(), strict=True):
            card.get_by_role("button", name="Allow once").click()
            card.get_by_label("What read_file gave back").fill(content)
            card.get_by_role("button", name="Send result").click()
        # What it makes of them is its own matter: it may answer, or read on.
        expect(page.get_by_role("article", name="Answer")).to_have_count(2)
        expect(page.locator("main")).to_have_attribute("aria-busy", "false")
        settings = open_settings(page)
        settings.get_by_label("Longest answer").fill("12")
        settings.get_by_label("Tools of your own").fill("")
        settings.get_by_role("button", name="Done").click()
        page.get_by_role("banner").get_by_role("button", name="New chat").click()
        for number in (1, 2):
            ask(page, "What is 17 times 23?")
            expect(prose(page)).to_have_count(number)
            answered(page, "")
            expect(prose(page).last).to_have_text(re.compile(r"\S"))
        meter = page.locator(".meter").last
        expect(meter.locator("summary")).to_contain_text(re.compile(r"\d+% cached"))
        meter.locator("summary").click()
        expect(meter).to_contain_text("First token after")
