"""Tool calls on the page: cards, permission, results, and JavaScript in the sandbox."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from asking import answered, ask, in_turn, message_box, open_settings, visit
from playwright.sync_api import Page, expect
from serving import StagedBackend, running

from openk2.chat.messages import Message, ToolCall
from openk2.server import ServerSettings

TOOLS = json.dumps([{"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}])


def weather(index: int, city: str) -> ToolCall:
    return ToolCall(f"functions.weather:{index}", "weather", json.dumps({"city": city}, ensure_ascii=False))


@contextmanager
def searching() -> Iterator[str]:
    """A search engine that finds one page."""

    class Engine(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = {"results": [{"title": "Snow report", "url": "https://example.com", "content": "20 cm"}]}
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(found).encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Engine)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/search"
    finally:
        server.shutdown()
        server.server_close()


def declare(page: Page, tools: str = TOOLS) -> None:
    settings = open_settings(page)
    settings.get_by_label("Tools of your own").fill(tools)
    settings.get_by_role("button", name="Done").click()


def test_calls_are_shown_allowed_answered_and_their_results_go_back(page: Page) -> None:
    calls = (weather(0, "Paris"), weather(1, "北京"))
    backend = StagedBackend(in_turn(Message("assistant", tool_calls=calls), Message("assistant", "Both are cold.")))
    with running(backend) as address:
        visit(page, address)
        declare(page)
        ask(page, "Weather?")
        cards = page.get_by_role("region", name="Tool call weather")
        expect(cards).to_have_count(2)
        expect(cards.nth(1)).to_contain_text("北京")
        expect(cards.nth(0)).to_contain_text("waiting for you")
        # Nothing takes the focus: Enter must not allow what nobody read.
        expect(message_box(page)).to_be_focused()
        for card, degrees in ((cards.nth(0), "7"), (cards.nth(1), "-2")):
            card.get_by_role("button", name="Allow once").click()
            card.get_by_label("What weather gave back").fill(degrees)
            card.get_by_role("button", name="Send result").click()
        answered(page, "Both are cold.")
        expect(cards.nth(0)).to_contain_text("done")
        expect(cards.nth(0)).to_contain_text("7")
    assert [tool.name for tool in backend.requests[0].tools] == ["weather"]
    sent = backend.requests[1].messages
    assert sent[1].tool_calls == calls
    assert [(message.tool_call_id, message.content) for message in sent[2:]] == [
        ("functions.weather:0", "7"),
        ("functions.weather:1", "-2"),
    ]


def test_a_denied_call_tells_the_model_why(page: Page) -> None:
    replies = (Message("assistant", tool_calls=(weather(0, "Paris"),)), Message("assistant", "I guess: cold."))
    backend = StagedBackend(in_turn(*replies))
    with running(backend) as address:
        visit(page, address)
        declare(page)
        ask(page, "Weather?")
        card = page.get_by_role("region", name="Tool call weather")
        card.get_by_role("button", name="Deny …").click()
        card.get_by_label("A note to the model").fill("guess")
        page.keyboard.press("Enter")
        answered(page, "I guess: cold.")
        expect(card).to_contain_text("denied")
    assert backend.requests[1].messages[-1].content == "The user denied this call: guess"


def test_a_tool_allowed_in_a_conversation_is_not_asked_about_again(page: Page) -> None:
    replies = [Message("assistant", tool_calls=(weather(i, city),)) for i, city in enumerate(("Paris", "Lyon"))]
    backend = StagedBackend(in_turn(*replies, Message("assistant", "Done.")))
    with running(backend) as address:
        visit(page, address)
        declare(page)
        ask(page, "Weather?")
        cards = page.get_by_role("region", name="Tool call weather")
        cards.nth(0).get_by_role("button", name="Allow in this conversation").click()
        for card in (cards.nth(0), cards.nth(1)):
            card.get_by_label("What weather gave back").fill("mild")
            card.get_by_role("button", name="Send result").click()
        answered(page, "Done.")


def test_another_question_instead_of_a_result_denies_the_call(page: Page) -> None:
    replies = (Message("assistant", tool_calls=(weather(0, "Paris"),)), Message("assistant", "Never mind."))
    backend = StagedBackend(in_turn(*replies))
    with running(backend) as address:
        visit(page, address)
        declare(page)
        ask(page, "Weather?")
        expect(page.get_by_role("button", name="Allow once")).to_be_visible()
        ask(page, "Forget it")
        answered(page, "Never mind.")
    assert [message.role for message in backend.requests[1].messages] == ["user", "assistant", "tool", "user"]


def test_the_servers_web_search_is_offered_switched_on_and_carried_out(page: Page) -> None:
    call = ToolCall("functions.$web_search:0", "$web_search", '{"query": "snow"}')
    backend = StagedBackend(in_turn(Message("assistant", tool_calls=(call,)), Message("assistant", "It snows.")))
    with searching() as search_url, running(backend, ServerSettings(search_url=search_url)) as address:
        visit(page, address)
        settings = open_settings(page)
        settings.get_by_role("switch", name="Search the web").check()
        settings.get_by_role("button", name="Done").click()
        ask(page, "Does it snow?")
        answered(page, "It snows.")
        expect(page.get_by_role("region", name="Tool call $web_search")).to_contain_text("done")
    assert [tool.name for tool in backend.requests[0].tools] == ["$web_search"]
    assert "Snow report" in backend.requests[1].messages[-1].content


def test_javascript_runs_in_the_sandbox_once_it_is_allowed(page: Page) -> None:
    code = "let reached = []; try { localStorage.length; reached.push('storage') } catch {}"
    code += " try { parent.document.title; reached.push('parent') } catch {}"
    code += " try { await fetch('/v1/models'); reached.push('network') } catch {}"
    code += " console.log('reached', reached); return 6 * 7"
    calls = (ToolCall("functions.javascript:0", "javascript", json.dumps({"code": code})),)
    backend = StagedBackend(in_turn(Message("assistant", tool_calls=calls), Message("assistant", "It is 42.")))
    with running(backend) as address:
        visit(page, address)
        settings = open_settings(page)
        settings.get_by_role("switch", name="Run JavaScript").check()
        settings.get_by_role("button", name="Done").click()
        ask(page, "6 times 7?")
        card = page.get_by_role("region", name="Tool call javascript")
        card.get_by_role("button", name="Allow once").click()
        answered(page, "It is 42.")
        expect(card).to_contain_text("done")
    assert backend.requests[1].messages[-1].content == "reached []\n42"


def test_javascript_that_fails_tells_the_model_how(page: Page) -> None:
    calls = (ToolCall("functions.javascript:0", "javascript", json.dumps({"code": "throw new Error('no snow')"})),)
    backend = StagedBackend(in_turn(Message("assistant", tool_calls=calls), Message("assistant", "It failed.")))
    with running(backend) as address:
        visit(page, address)
        settings = open_settings(page)
        settings.get_by_role("switch", name="Run JavaScript").check()
        settings.get_by_role("button", name="Done").click()
        ask(page, "go")
        card = page.get_by_role("region", name="Tool call javascript")
        card.get_by_role("button", name="Allow once").click()
        answered(page, "It failed.")
        expect(card.locator(".state")).to_contain_text("failed")
    assert backend.requests[1].messages[-1].content == "error: Error: no snow"
