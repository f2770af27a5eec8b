"""Conversations on the page: branches, the side bar, and files in and out."""

from __future__ import annotations

import json
from pathlib import Path

from asking import answered, ask, entry_menu, in_turn, message_box, prose, visit
from playwright.sync_api import Page, expect
from serving import Gate, StagedBackend, ending, running

from openk2.chat.events import TextDelta
from openk2.chat.messages import ChatRequest, Message


def heard(request: ChatRequest) -> Message:
    return Message("assistant", f"heard {request.messages[-1].content}")


def test_an_edited_question_is_a_branch_and_both_stay(page: Page) -> None:
    backend = StagedBackend(heard)
    with running(backend) as address:
        visit(page, address)
        ask(page, "one")
        answered(page, "heard one")
        ask(page, "two")
        answered(page, "heard two")
        page.keyboard.press("ArrowUp")
        box = page.get_by_label("Edit your message")
        expect(box).to_be_focused()
        expect(box).to_have_value("two")
        box.fill("three")
        page.keyboard.press("Enter")
        answered(page, "heard three")
        expect(page.get_by_text("2/2")).to_be_visible()
        page.get_by_role("button", name="Previous version").click()
        expect(prose(page).last).to_have_text("heard two")
        expect(page.get_by_text("1/2")).to_be_visible()
        page.reload()
        expect(prose(page).last).to_have_text("heard two")
        page.get_by_role("button", name="Next version").click()
        expect(prose(page).last).to_have_text("heard three")
    assert [message.content for message in backend.requests[2].messages] == ["one", "heard one", "three"]


def test_an_answer_tried_again_is_a_branch(page: Page) -> None:
    backend = StagedBackend(in_turn(Message("assistant", "first try"), Message("assistant", "second try")))
    with running(backend) as address:
        visit(page, address)
        ask(page, "one")
        answered(page, "first try")
        page.get_by_role("button", name="Try again").click()
        answered(page, "second try")
        expect(page.locator("article")).to_have_count(2)
        page.get_by_role("button", name="Previous version").click()
        expect(prose(page)).to_have_text("first try")
    assert backend.requests[1].messages == backend.requests[0].messages


def test_a_conversation_survives_a_reload_and_a_cut_answer_says_so(page: Page) -> None:
    backend = StagedBackend(in_turn(Message("assistant", "first answer"), [TextDelta("cut"), Gate(), *ending()]))
    with running(backend) as address:
        visit(page, address)
        ask(page, "one")
        answered(page, "first answer")
        ask(page, "two")
        expect(prose(page).get_by_text("cut", exact=True)).to_be_visible()
        message_box(page).fill("half a thought")
        page.reload()
        assert backend.cancelled.wait(20)
        expect(prose(page).get_by_text("first answer")).to_be_visible()
        expect(prose(page).get_by_text("cut", exact=True)).to_be_visible()
        expect(page.locator(".ended")).to_have_text("interrupted")
        expect(message_box(page)).to_have_value("half a thought")


def test_chats_are_listed_renamed_reopened_and_deleted(page: Page) -> None:
    with running(StagedBackend(heard)) as address:
        visit(page, address)
        ask(page, "alpha")
        answered(page, "heard alpha")
        page.get_by_role("banner").get_by_role("button", name="New chat").click()
        expect(prose(page)).to_have_count(0)
        ask(page, "beta")
        answered(page, "heard beta")
        entries = page.get_by_role("navigation").get_by_role("listitem")
        expect(entries).to_have_text(["beta", "alpha"])
        page.get_by_role("button", name="alpha", exact=True).click()
        expect(prose(page)).to_have_text("heard alpha")
        entry_menu(page, "alpha", "Rename")
        page.get_by_label("Title of the conversation").fill("Ålesund")
        page.keyboard.press("Enter")
        expect(entries.filter(has_text="Ålesund")).to_have_count(1)
        expect(page).to_have_title("Ålesund · openk2")
        entry_menu(page, "Ålesund", "Delete")
        page.get_by_role("button", name="Really?").click()
        expect(entries).to_have_text(["beta"])
        expect(page.get_by_role("heading", name="Ask staged")).to_be_visible()


def test_the_back_button_goes_back(page: Page) -> None:
    with running(StagedBackend(heard)) as address:
        visit(page, address)
        ask(page, "alpha")
        answered(page, "heard alpha")
        page.get_by_role("banner").get_by_role("button", name="New chat").click()
        expect(prose(page)).to_have_count(0)
        page.get_by_role("button", name="Usage", exact=True).click()
        expect(page.get_by_role("heading", name="Usage")).to_be_visible()
        page.reload()
        expect(page.get_by_role("heading", name="Usage")).to_be_visible()
        page.go_back()
        expect(page.get_by_role("heading", name="Ask staged")).to_be_visible()
        page.go_back()
        expect(prose(page)).to_have_text("heard alpha")


def test_a_draft_belongs_to_its_conversation(page: Page) -> None:
    with running(StagedBackend(heard)) as address:
        visit(page, address)
        ask(page, "alpha")
        answered(page, "heard alpha")
        message_box(page).fill("for alpha")
        page.get_by_role("banner").get_by_role("button", name="New chat").click()
        expect(message_box(page)).to_have_value("")
        page.get_by_role("button", name="alpha", exact=True).click()
        expect(message_box(page)).to_have_value("for alpha")


def test_an_answer_goes_on_while_another_conversation_is_read(page: Page) -> None:
    gate = Gate()
    backend = StagedBackend(in_turn([TextDelta("slow"), gate, TextDelta(" but sure"), *ending()]))
    with running(backend) as address:
        visit(page, address)
        ask(page, "alpha")
        expect(prose(page)).to_have_text("slow")
        page.get_by_role("banner").get_by_role("button", name="New chat").click()
        expect(page.get_by_role("heading", name="Ask staged")).to_be_visible()
        expect(page.get_by_role("navigation").get_by_role("img", name="Answering")).to_be_visible()
        gate.open()
        expect(page.get_by_role("navigation").get_by_role("img", name="Answering")).to_have_count(0)
        page.get_by_role("button", name="alpha", exact=True).click()
        expect(prose(page)).to_have_text("slow but sure")


def test_search_finds_words_in_texts_and_shows_where(page: Page) -> None:
    with running(StagedBackend(heard)) as address:
        visit(page, address)
        for text in ("the mountain in winter", "a prime number"):
            page.get_by_role("banner").get_by_role("button", name="New chat").click()
            ask(page, text)
            answered(page, f"heard {text}")
        page.keyboard.press("Control+b")
        expect(page.get_by_role("button", name="Conversations")).to_have_attribute("aria-expanded", "false")
        page.keyboard.press("Control+k")
        expect(page.get_by_label("Search conversations")).to_be_focused()
        page.keyboard.type("WINTER heard")
        found = page.get_by_role("list", name="Conversations found").get_by_role("listitem")
        expect(found).to_have_count(1)
        expect(found).to_contain_text("the mountain in winter")
        page.keyboard.type("x")
        expect(page.get_by_text("Nothing found.")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("navigation").get_by_role("listitem")).to_have_count(2)


def test_a_conversation_goes_out_as_json_and_comes_back(page: Page, tmp_path: Path) -> None:
    with running(StagedBackend(heard)) as address:
        visit(page, address)
        ask(page, "alpha")
        answered(page, "heard alpha")
        with page.expect_download() as download:
            entry_menu(page, "alpha", "Export as JSON")
        file = tmp_path / download.value.suggested_filename
        download.value.save_as(file)
        assert file.name == "alpha.json"
        document = json.loads(file.read_text())
        assert [turn["content"] for turn in document["turns"]] == ["alpha", "heard alpha"]
        file.write_text(json.dumps(document | {"title": "from a file", "named": True}))
        page.get_by_label("Import a JSON file").set_input_files(file)
        expect(page.get_by_role("navigation").get_by_role("listitem")).to_have_count(2)
        expect(page).to_have_title("from a file · openk2")
        expect(prose(page)).to_have_text("heard alpha")
        file.write_text("{}")
        page.get_by_label("Import a JSON file").set_input_files(file)
        expect(page.get_by_role("alert")).to_contain_text('alpha.json: format is missing; accepted: "openk2')


def test_a_conversation_goes_out_as_markdown_and_as_a_page_of_its_own(page: Page, tmp_path: Path) -> None:
    with running(StagedBackend(in_turn(Message("assistant", "**bold**", reasoning="hm")))) as address:
        visit(page, address)
        ask(page, "alpha")
        answered(page, "bold")
        for action, name in (("Export as Markdown", "alpha.md"), ("Save as web page", "alpha.html")):
            with page.expect_download() as download:
                entry_menu(page, "alpha", action)
            download.value.save_as(tmp_path / name)
            assert download.value.suggested_filename == name
    assert (tmp_path / "alpha.md").read_text() == "# alpha\n\n## You\n\nalpha\n\n## staged\n\n**bold**\n"
    html = (tmp_path / "alpha.html").read_text()
    assert "<strong>bold</strong>" in html
    assert "<script" not in html
    assert "default-src 'none'" in html


def test_two_tabs_see_each_others_conversations(page: Page) -> None:
    with running(StagedBackend(heard)) as address:
        visit(page, address)
        other = page.context.new_page()
        visit(other, f"{address}/#/c/0123456789abcdef")
        ask(other, "from the other tab")
        answered(other, "heard")
        expect(page.get_by_role("navigation").get_by_role("listitem")).to_have_text(["from the other tab"])
