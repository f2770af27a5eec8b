"""The chat page in a real browser against the real server, as a person uses it: asking and reading answers."""

from __future__ import annotations

from asking import answered, ask, in_turn, message_box, open_settings, prose, visit
from playwright.sync_api import Page, expect
from serving import Gate, StagedBackend, ending, running, says

from openk2.chat.events import ReasoningDelta, TextDelta, Usage
from openk2.chat.messages import Message
from openk2.errors import RequestError


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
        expect(page.get_by_label("You")).to_contain_text("Why is snow white?")
        expect(page.get_by_text("Snow scatters.")).to_be_visible()
        expect(page.get_by_text("Thinking")).to_be_visible()
        expect(page.locator("main")).to_have_attribute("aria-busy", "true")
        expect(page.get_by_role("status")).to_have_text("Answering")
        thinking.open()
        expect(page.locator(".prose strong")).to_have_text("very")
        expect(page.get_by_text("Snow scatters.")).to_be_hidden()
        speaking.open()
        expect(page.locator(".prose strong")).to_have_text("very white")
        expect(page.locator("main")).to_have_attribute("aria-busy", "false")
        expect(page.get_by_role("status")).to_have_text("Snow is **very white**.")
        expect(message_box(page)).to_be_focused()
        page.get_by_text("Thought").click()
        expect(page.get_by_text("Snow scatters.")).to_be_visible()


def test_the_meter_tells_what_an_answer_took(page: Page) -> None:
    usage = Usage(prompt_tokens=200, cached_tokens=150, completion_tokens=40, reasoning_tokens=25)
    steps = [ReasoningDelta("hm"), TextDelta("a"), TextDelta("b"), usage, ending()[1]]
    with running(StagedBackend(in_turn(steps))) as address:
        visit(page, address)
        ask(page, "hi")
        answered(page, "ab")
        expect(page.locator(".reasoning summary")).to_contain_text("25 tokens")
        meter = page.locator(".meter")
        expect(meter).to_contain_text("75% cached")
        meter.locator("summary").click()
        expect(meter).to_contain_text("200 tokens")
        expect(meter).to_contain_text("First token after")
        expect(page.get_by_role("img", name="240 of 4,096 tokens of context used (6%)")).to_be_visible()


def test_reasoning_is_not_copied(page: Page) -> None:
    with running(StagedBackend(in_turn(Message("assistant", "the answer", reasoning="secret")))) as address:
        visit(page, address)
        ask(page, "hi")
        answered(page, "the answer")
        page.get_by_role("article", name="Answer").get_by_role("button", name="Copy", exact=True).click()
        expect(page.get_by_role("button", name="Copied")).to_be_visible()
        assert page.evaluate("navigator.clipboard.readText()") == "the answer"


def test_escape_stops_the_model_and_keeps_what_was_said(page: Page) -> None:
    backend = StagedBackend(in_turn([TextDelta("half an"), Gate(), *ending()], Message("assistant", "whole answer")))
    with running(backend) as address:
        visit(page, address)
        ask(page, "one")
        expect(prose(page).get_by_text("half an")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator(".ended")).to_have_text("stopped")
        assert backend.cancelled.wait(20)
        ask(page, "two")
        answered(page, "whole answer")
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


def test_a_cut_answer_goes_on_where_it_ended(page: Page) -> None:
    cut = [TextDelta("once upon"), *ending("length")]
    backend = StagedBackend(in_turn(cut, [TextDelta(" a time"), *ending()]))
    with running(backend) as address:
        visit(page, address)
        ask(page, "tell")
        expect(page.locator(".ended")).to_have_text("cut off at the token limit")
        page.get_by_role("button", name="Continue").click()
        answered(page, "once upon a time")
        expect(page.locator(".ended")).to_have_count(0)
        expect(page.locator(".meter summary")).to_contain_text("10 tokens")
    assert backend.requests[1].messages[-1] == Message("assistant", "once upon", partial=True)


def test_an_error_is_shown_and_can_be_tried_again(page: Page) -> None:
    backend = StagedBackend(in_turn([RequestError("the prompt is too long")], Message("assistant", "now it fits")))
    with running(backend) as address:
        visit(page, address)
        ask(page, "hi")
        expect(page.get_by_role("alert")).to_have_text("the prompt is too long")
        page.get_by_role("button", name="Try again").click()
        answered(page, "now it fits")
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
        settings = open_settings(page)
        expect(settings.get_by_text("0.6 is recommended for this model")).to_be_visible()
        settings.get_by_label("System prompt").fill("Be brief.")
        settings.get_by_label("Temperature").fill("1.2")
        settings.get_by_label("Top p").fill("0.9")
        settings.get_by_label("Longest answer").fill("50")
        settings.get_by_label("Seed").fill("7")
        settings.get_by_label("Tools of your own").fill("{")
        expect(settings.get_by_role("alert")).to_contain_text("Not valid JSON")
        page.keyboard.press("Escape")
        page.reload()
        ask(page, "hi")
        answered(page, "yes")
    request = backend.requests[0]
    assert [message.role for message in request.messages] == ["system", "user"]
    sampling = request.sampling
    assert (sampling.temperature, sampling.top_p, sampling.max_tokens, sampling.seed) == (1.2, 0.9, 50, 7)
    assert request.tools == ()


def test_unchanged_settings_ask_with_what_is_recommended(page: Page) -> None:
    backend = says("yes")
    with running(backend) as address:
        visit(page, address)
        ask(page, "hi")
        answered(page, "yes")
    assert backend.requests[0].sampling.temperature == 0.6


def test_shift_enter_and_enter_of_an_input_method_do_not_send(page: Page) -> None:
    backend = says("yes")
    with running(backend) as address:
        visit(page, address)
        box = message_box(page)
        box.fill("one")
        page.keyboard.press("Shift+Enter")
        page.keyboard.type("two")
        box.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
        expect(box).to_have_value("one\ntwo")
        page.keyboard.press("Enter")
        answered(page, "yes")
    assert [request.messages[-1].content for request in backend.requests] == ["one\ntwo"]


def test_text_streams_into_place_and_the_reader_who_scrolled_away_stays(page: Page) -> None:
    gate = Gate()
    lines = "".join(f"line {number}\n\n" for number in range(60))
    steps = [TextDelta(lines), gate, TextDelta("the very end"), *ending()]
    with running(StagedBackend(in_turn(steps))) as address:
        visit(page, address)
        ask(page, "hi")
        expect(page.get_by_text("line 59", exact=True)).to_be_in_viewport()
        page.locator(".block").first.evaluate("block => block.firstChild.drawn = 'once'")
        page.locator("main").evaluate("main => main.scrollTop = 0")
        to_end = page.get_by_role("button", name="To the newest line")
        expect(to_end).to_be_visible()
        gate.open()
        answered(page, "the very end")
        assert page.locator(".block").first.evaluate("block => block.firstChild.drawn") == "once"
        expect(page.get_by_text("line 0", exact=True)).to_be_in_viewport()
        to_end.click()
        expect(page.get_by_text("the very end", exact=True)).to_be_in_viewport()


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


def test_code_is_coloured_formulas_are_drawn_and_tables_copied_without_a_foreign_request(page: Page) -> None:
    rich = "Let $a^2$ be\n\n$$\n\\frac{1}{2}\n$$\n\n```python\ndef f(): return 1\n```\n\n| a | b |\n|--|--|\n| 1 | 2 |"
    with running(says(rich)) as address:
        visit(page, address)
        ask(page, "hi")
        expect(page.locator(".prose .katex")).to_have_count(2)
        expect(page.locator(".prose .hljs-keyword").first).to_have_text("def")
        page.locator(".code").get_by_role("button", name="Copy").click()
        expect(page.locator(".code").get_by_role("button", name="Copied")).to_be_visible()
        assert page.evaluate("navigator.clipboard.readText()") == "def f(): return 1"
        page.locator(".table").hover()
        page.locator(".table").get_by_role("button", name="Copy").click()
        expect(page.locator(".table").get_by_role("button", name="Copied")).to_be_visible()
        assert page.evaluate("navigator.clipboard.readText()") == "a\tb\n1\t2"
