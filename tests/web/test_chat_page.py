"""The chat page in a real browser against the real server, as a person uses it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect
from serving import Gate, Reply, StagedBackend, ending, running, says

from openk2.chat.events import ReasoningDelta, TextDelta
from openk2.chat.messages import ChatRequest, Message, ToolCall
from openk2.errors import RequestError

TOOLS = json.dumps([{"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}])


def in_turn(*replies: Reply) -> Callable[[ChatRequest], Reply]:
    rest = iter(replies)
    return lambda request: next(rest)


def visit(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator("h1")).to_have_text("staged")


def ask(page: Page, text: str) -> None:
    page.get_by_label("Message").fill(text)
    page.keyboard.press("Enter")


def prose(page: Page) -> Locator:
    return page.locator(".prose")


def test_an_answer_is_seen_while_it_streams_and_its_reasoning_folds(page: Page) -> None:
    thinking, speaking = Gate(), Gate()
    steps = [
        ReasoningDelta("Snow scatters."),
        thinking,
        TextDelta("Snow is **very"),
        speaking,
        TextDelta(" white**."),
        *ending(),
    ]
    with running(StagedBackend(in_turn(steps))) as address:
        visit(page, address)
        ask(page, "Why is snow white?")
        expect(page.get_by_label("You")).to_have_text("Why is snow white?")
        expect(page.get_by_text("Snow scatters.")).to_be_visible()
        expect(page.locator("main")).to_have_attribute("aria-busy", "true")
        thinking.open()
        expect(page.locator(".prose strong")).to_have_text("very")
        expect(page.get_by_text("Snow scatters.")).to_be_hidden()
        speaking.open()
        expect(page.locator(".prose strong")).to_have_text("very white")
        expect(page.locator("main")).to_have_attribute("aria-busy", "false")
        expect(page.get_by_role("status")).to_have_text("Snow is **very white**.")
        page.get_by_text("Thought").click()
        expect(page.get_by_text("Snow scatters.")).to_be_visible()
        expect(page.locator(".meter")).to_contain_text("67 % of the prompt cached")


def test_escape_stops_the_model_and_keeps_what_was_said(page: Page) -> None:
    backend = StagedBackend(in_turn([TextDelta("half an"), Gate(), *ending()], Message("assistant", "whole answer")))
    with running(backend) as address:
        visit(page, address)
        ask(page, "one")
        expect(prose(page).get_by_text("half an")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator(".meter")).to_have_text("stopped")
        assert backend.cancelled.wait(20)
        ask(page, "two")
        expect(prose(page).get_by_text("whole answer")).to_be_visible()
    assert [message.content for message in backend.requests[1].messages] == ["one", "half an", "two"]


def test_the_stop_button_stops_before_the_first_word(page: Page) -> None:
    backend = StagedBackend(in_turn([Gate(), *ending()]))
    with running(backend) as address:
        visit(page, address)
        ask(page, "one")
        expect(page.get_by_label("Waiting for the model")).to_be_visible()
        page.get_by_role("button", name="Stop").click()
        assert backend.cancelled.wait(20)
        expect(page.get_by_role("button", name="Send")).to_be_visible()


def test_tool_calls_are_shown_and_their_results_go_back_to_the_model(page: Page) -> None:
    calls = tuple(
        ToolCall(f"functions.weather:{i}", "weather", json.dumps({"city": city}, ensure_ascii=False))
        for i, city in enumerate(("Paris", "北京"))
    )
    backend = StagedBackend(in_turn(Message("assistant", tool_calls=calls), Message("assistant", "Both are cold.")))
    with running(backend) as address:
        visit(page, address)
        page.get_by_role("button", name="Settings", exact=True).click()
        page.get_by_label("Tools the model may call").fill(TOOLS)
        page.get_by_role("button", name="Done").click()
        ask(page, "Weather?")
        cards = page.get_by_role("region", name="Tool call weather")
        expect(cards).to_have_count(2)
        expect(cards.nth(1)).to_contain_text("北京")
        for card, degrees in ((cards.nth(0), "7"), (cards.nth(1), "-2")):
            card.get_by_label("What weather gave back").fill(degrees)
        page.get_by_role("button", name="Send results").click()
        expect(prose(page).get_by_text("Both are cold.")).to_be_visible()
        expect(cards.nth(0)).to_contain_text("answered")
    assert [tool.name for tool in backend.requests[0].tools] == ["weather"]
    sent = backend.requests[1].messages
    assert sent[1].tool_calls == calls
    assert [(message.tool_call_id, message.content) for message in sent[2:]] == [
        ("functions.weather:0", "7"),
        ("functions.weather:1", "-2"),
    ]


def test_a_conversation_survives_a_reload_and_a_cut_answer_says_so(page: Page) -> None:
    gate = Gate()
    backend = StagedBackend(in_turn(Message("assistant", "first answer"), [TextDelta("cut"), gate, *ending()]))
    with running(backend) as address:
        visit(page, address)
        ask(page, "one")
        expect(prose(page).get_by_text("first answer")).to_be_visible()
        ask(page, "two")
        expect(prose(page).get_by_text("cut", exact=True)).to_be_visible()
        page.get_by_label("Message").fill("half a thought")
        page.reload()
        assert backend.cancelled.wait(20)
        expect(prose(page).get_by_text("first answer")).to_be_visible()
        expect(prose(page).get_by_text("cut", exact=True)).to_be_visible()
        expect(page.locator(".meter").last).to_have_text("interrupted")
        expect(page.get_by_label("Message")).to_have_value("half a thought")


def test_new_chats_are_listed_reopened_and_deleted(page: Page) -> None:
    with running(
        StagedBackend(lambda request: Message("assistant", f"heard {request.messages[-1].content}"))
    ) as address:
        visit(page, address)
        ask(page, "alpha")
        expect(prose(page).get_by_text("heard alpha")).to_be_visible()
        page.get_by_role("banner").get_by_role("button", name="New chat").click()
        expect(prose(page).get_by_text("heard alpha")).to_be_hidden()
        ask(page, "beta")
        expect(prose(page).get_by_text("heard beta")).to_be_visible()
        entries = page.get_by_role("navigation").get_by_role("listitem")
        expect(entries).to_have_text(["beta", "alpha"])
        page.get_by_role("button", name="alpha", exact=True).click()
        expect(prose(page).get_by_text("heard alpha")).to_be_visible()
        page.get_by_role("button", name="Delete alpha").click()
        page.get_by_role("button", name="Really delete alpha").click()
        expect(entries).to_have_text(["beta"])
        expect(page.get_by_role("heading", name="Ask staged")).to_be_visible()


def test_an_error_is_shown_and_can_be_tried_again(page: Page) -> None:
    backend = StagedBackend(in_turn([RequestError("the prompt is too long")], Message("assistant", "now it fits")))
    with running(backend) as address:
        visit(page, address)
        ask(page, "hi")
        expect(page.get_by_role("alert")).to_have_text("the prompt is too long")
        page.get_by_role("button", name="Try again").click()
        expect(prose(page).get_by_text("now it fits")).to_be_visible()
        expect(page.get_by_role("alert")).to_have_count(0)


def test_a_server_that_is_gone_is_said_in_plain_words(page: Page) -> None:
    with running(says("yes")) as address:
        visit(page, address)
    ask(page, "anybody?")
    expect(page.get_by_role("alert")).to_contain_text("The server does not answer")


def test_settings_reach_the_model_and_are_kept(page: Page) -> None:
    backend = says("yes")
    with running(backend) as address:
        visit(page, address)
        page.get_by_role("button", name="Settings", exact=True).click()
        page.get_by_label("System prompt").fill("Be brief.")
        page.get_by_label("Temperature").fill("1.2")
        page.get_by_label("Longest answer").fill("50")
        page.get_by_label("Seed").fill("7")
        page.get_by_label("Tools the model may call").fill("{")
        expect(page.get_by_role("alert")).to_contain_text("Not valid JSON")
        page.keyboard.press("Escape")
        page.reload()
        ask(page, "hi")
        expect(prose(page).get_by_text("yes", exact=True)).to_be_visible()
    request = backend.requests[0]
    assert [message.role for message in request.messages] == ["system", "user"]
    assert (request.sampling.temperature, request.sampling.max_tokens, request.sampling.seed) == (1.2, 50, 7)
    assert request.tools == ()


def test_shift_enter_and_enter_of_an_input_method_do_not_send(page: Page) -> None:
    backend = says("yes")
    with running(backend) as address:
        visit(page, address)
        box = page.get_by_label("Message")
        box.fill("one")
        page.keyboard.press("Shift+Enter")
        page.keyboard.type("two")
        box.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
        expect(box).to_have_value("one\ntwo")
        page.keyboard.press("Enter")
        expect(prose(page).get_by_text("yes", exact=True)).to_be_visible()
    assert [request.messages[-1].content for request in backend.requests] == ["one\ntwo"]


def test_what_a_model_writes_cannot_run_or_load_anything(page: Page) -> None:
    hostile = (
        "<script>document.title='owned'</script>\n\n<img src=x onerror=\"document.title='owned'\">\n\n"
        "[link](javascript:document.title='owned') ![pixel](http://203.0.113.1/p.png) <svg onload=alert(1)>"
    )
    with running(says(hostile)) as address:
        visit(page, address)
        ask(page, "hi")
        expect(prose(page).get_by_text("<script>")).to_be_visible()
        prose(page).get_by_text("link", exact=True).click()
        expect(page.locator(".prose :is(img, script, svg, [onerror], [onload])")).to_have_count(0)
        expect(page.get_by_role("link", name="pixel")).to_have_attribute("rel", "noopener noreferrer")
        expect(page).to_have_title("hi · openk2")


def test_the_page_fits_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 640})
    wide = "| a | b |\n|--|--|\n| " + "x" * 80 + " | y |\n\n```\n" + "z" * 200 + "\n```\n\n" + "w" * 200
    with running(says(wide)) as address:
        visit(page, address)
        ask(page, "u" * 200)
        expect(page.locator(".prose table")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") == 360
        assert page.evaluate("(box => box.scrollWidth - box.clientWidth)(document.querySelector('main'))") == 0
        menu = page.get_by_role("button", name="Conversations", exact=True)
        expect(menu).to_have_attribute("aria-expanded", "false")
        menu.click()
        expect(page.get_by_role("button", name=re.compile("^u+$"))).to_be_visible()
        page.keyboard.press("Escape")
        expect(menu).to_have_attribute("aria-expanded", "false")


def test_every_control_can_be_reached_by_keyboard_and_shows_its_focus(page: Page) -> None:
    with running(says("yes")) as address:
        visit(page, address)
        expect(page.get_by_label("Message")).to_be_focused()
        ask(page, "hi")
        expect(page.get_by_role("button", name="Copy")).to_be_visible()
        names = set()
        for _ in range(12):
            page.keyboard.press("Tab")
            focused = page.evaluate(
                "(one => [one.ariaLabel || one.textContent.trim(), getComputedStyle(one).outlineStyle])"
                "(document.activeElement)"
            )
            names.add(focused[0])
            if focused[0] not in ("Message", "") and page.evaluate("document.activeElement.tagName") == "BUTTON":
                assert focused[1] == "solid", focused
    assert {"Conversations", "New chat", "Settings", "Copy", "Try again", "hi", "Delete hi"} <= names
