"""How the page looks and who can use it: languages, themes, phones, keyboards, screen readers."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from asking import answered, ask, message_box, open_settings, prose, serious, visit
from playwright.sync_api import Browser, Page, expect
from serving import StagedBackend, running, says

from openk2.chat.messages import ChatRequest, Message, ToolCall

RICH = (
    "## Snow\n\nIt is **white**, see $a^2$ and [this](https://example.com).\n\n| a | b |\n|--|--:|\n| 1 | 2 |\n\n"
    "```python\ndef f(x):\n    # a comment\n    return 'text', 1\n```\n\n- [x] done\n- to do\n\n> quoted\n\n"
    "```html\n<title>Page</title><p>hello</p>\n```"
)
TOOLS = json.dumps([{"type": "function", "function": {"name": "weather"}}])


def reply(request: ChatRequest) -> Message:
    if request.tools and request.messages[-1].role == "user":
        call = ToolCall("functions.weather:0", "weather", '{"city": "Paris"}')
        return Message("assistant", "I look.", tool_calls=(call,))
    return Message("assistant", RICH, reasoning="Scattering.")


def test_the_interface_speaks_chinese_where_the_browser_does(browser: Browser) -> None:
    backend = says("你好")
    with running(backend) as address:
        context = browser.new_context(locale="zh-CN")
        page = context.new_page()
        visit(page, address)
        expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
        expect(page.get_by_role("heading", name="向 staged 提问")).to_be_visible()
        page.get_by_label("消息").fill("你好")
        page.get_by_role("button", name="发送").click()
        answered(page, "你好")
        expect(page.locator(".meter summary")).to_contain_text("5 个 token")
        expect(page.get_by_role("status")).to_have_text("你好")
        expect(page.get_by_role("heading", name="今天")).to_be_visible()
        context.close()


def test_the_language_is_a_choice_that_stays(page: Page) -> None:
    with running(says("yes")) as address:
        visit(page, address)
        settings = open_settings(page)
        settings.get_by_label("中文").check()
        expect(page.get_by_role("heading", name="设置")).to_be_visible()
        page.keyboard.press("Escape")
        page.reload()
        expect(page.get_by_label("消息")).to_be_visible()


def background(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def test_the_theme_follows_the_system_until_it_is_chosen(page: Page) -> None:
    with running(says("yes")) as address:
        page.emulate_media(color_scheme="light")
        visit(page, address)
        light = background(page)
        page.emulate_media(color_scheme="dark")
        dark = background(page)
        assert light != dark
        open_settings(page).get_by_label("Light").check()
        assert background(page) == light
        page.reload()
        expect(message_box(page)).to_be_visible()
        assert background(page) == light


def test_who_wants_no_motion_sees_none(page: Page) -> None:
    with running(says("yes")) as address:
        page.emulate_media(reduced_motion="reduce")
        visit(page, address)
        moving = """[...document.querySelectorAll("*")].filter(one => {
            const style = getComputedStyle(one);
            const slow = style.transitionDuration !== "0s" && style.transitionProperty !== "none";
            return slow || style.animationName !== "none";
        }).length"""
        assert page.evaluate(moving) == 0


def test_the_page_fits_a_phone(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 640})
    wide = "| a | b |\n|--|--|\n| " + "x" * 80 + " | y |\n\n```html\n" + "z" * 200 + "\n```\n\n" + "w" * 200
    with running(says(wide)) as address:
        visit(page, address)
        ask(page, "u" * 200)
        expect(page.locator(".prose table")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") == 360
        assert page.evaluate("(box => box.scrollWidth - box.clientWidth)(document.querySelector('main'))") == 0
        menu = page.get_by_role("button", name="Conversations", exact=True)
        expect(menu).to_have_attribute("aria-expanded", "false")
        menu.click()
        expect(page.get_by_role("button", name=re.compile("^u+…?$"))).to_be_visible()
        page.keyboard.press("Escape")
        expect(menu).to_have_attribute("aria-expanded", "false")
        page.get_by_role("button", name="Open").click()
        panel = page.get_by_role("complementary", name="Artifact")
        assert panel.bounding_box() == {"x": 0, "y": 0, "width": 360, "height": 640}
        panel.get_by_role("button", name="Close the panel").click()
        open_settings_on_a_phone(page)
        assert page.evaluate("document.documentElement.scrollWidth") == 360


def open_settings_on_a_phone(page: Page) -> None:
    page.get_by_role("button", name="Conversations", exact=True).click()
    box = open_settings(page).bounding_box()
    assert box is not None
    assert box["width"] <= 360


def test_every_control_can_be_reached_by_keyboard_and_shows_its_focus(page: Page) -> None:
    with running(says("yes")) as address:
        visit(page, address)
        expect(message_box(page)).to_be_focused()
        ask(page, "hi")
        answered(page, "yes")
        names = set()
        for _ in range(24):
            page.keyboard.press("Tab")
            name, tag, outline = page.evaluate(
                "(one => [one.ariaLabel || one.textContent.trim(), one.tagName, getComputedStyle(one).outlineStyle])"
                "(document.activeElement)"
            )
            names.add(name)
            if tag == "BUTTON":
                assert outline == "solid", name
    wanted = {"Conversations", "New chat", "Settings", "Usage", "Copy", "Edit", "Try again", "hi", "Actions for hi"}
    assert wanted <= names


@pytest.mark.parametrize(
    ("width", "scheme"),
    [
        (360, "dark"),
        pytest.param(360, "light", marks=pytest.mark.slow),
        pytest.param(1280, "dark", marks=pytest.mark.slow),
        pytest.param(1280, "light", marks=pytest.mark.slow),
    ],
)
def test_no_view_keeps_anybody_out(page: Page, axe: str, width: int, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 800})

    def menu() -> None:
        if width == 360:
            page.get_by_role("button", name="Conversations", exact=True).click()

    with running(StagedBackend(reply)) as address:
        visit(page, address)
        found = {"welcome": serious(page, axe)}
        ask(page, "Why?")
        answered(page, "quoted")
        expect(page.locator(".prose .katex")).to_be_visible()
        page.locator(".meter summary").click()
        found["answer"] = serious(page, axe)
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Open").click()
        expect(page.locator(".artifact iframe")).to_be_visible()
        found["artifact"] = serious(page, axe)
        page.get_by_role("button", name="Close the panel").click()
        menu()
        settings = open_settings(page)
        settings.get_by_label("Tools of your own").fill(TOOLS)
        found["settings"] = serious(page, axe)
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Actions for Why?").click()
        expect(page.get_by_role("menuitem", name="Rename")).to_be_visible()
        found["menu"] = serious(page, axe)
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
        ask(page, "Weather?")
        expect(page.get_by_role("button", name="Allow once")).to_be_visible()
        found["tool"] = serious(page, axe)
        if width == 360:
            page.get_by_role("button", name="Conversations", exact=True).click()
        page.get_by_role("button", name="Usage", exact=True).click()
        expect(page.locator(".chart canvas")).to_be_visible()
        found["usage"] = serious(page, axe)
        expect(prose(page)).to_have_count(0)
    assert {view: what for view, what in found.items() if what} == {}
