"""Files on the page: read on the server, shown with pages and tokens, read over, and asked about."""

from __future__ import annotations

import re

from asking import answered, ask, message_box, visit
from playwright.sync_api import Page, expect
from sample_files import docx, paragraph, pdf
from serving import StagedBackend, running

from openk2.chat.messages import Message
from openk2.chat.tokenizer import Tokenizer

MENU = pdf(["Soup of the day: leek", "Dessert: snow eggs"])


class Counting(StagedBackend):
    """A token per byte."""

    tokenizer = Tokenizer.bytes_only()


def of_the_files() -> StagedBackend:
    return Counting(lambda request: Message("assistant", f"I read {len(request.messages) - 1} files."))


def test_a_pdf_is_read_shown_with_its_pages_and_asked_about(page: Page) -> None:
    backend = of_the_files()
    with running(backend) as address:
        visit(page, address)
        with page.expect_file_chooser() as chooser:
            page.get_by_role("button", name="Add files").click()
        chooser.value.set_files({"name": "menu.pdf", "mimeType": "application/pdf", "buffer": MENU})
        chip = page.get_by_role("list", name="Files").get_by_role("listitem")
        expect(chip).to_contain_text("menu.pdf")
        expect(chip).to_contain_text(re.compile(r"2 pages · \d+ tokens"))
        expect(page.get_by_role("img", name=re.compile(r"\d+ of 4,096 tokens of context used"))).to_be_visible()
        ask(page, "What is for dessert?")
        answered(page, "I read 1 files.")
        expect(chip).to_have_count(0)
        page.get_by_label("You").locator("summary").click()
        expect(page.get_by_label("You")).to_contain_text("snow eggs")
    file, question = backend.requests[0].messages
    assert file.role == "system"
    assert file.content.startswith("File menu.pdf:")
    assert "Dessert: snow eggs" in file.content
    assert question.content == "What is for dessert?"


def test_the_text_can_be_read_over_and_changed_before_it_is_sent(page: Page) -> None:
    backend = of_the_files()
    with running(backend) as address:
        visit(page, address)
        letter = docx(paragraph("Dear all, the code is 1234."))
        page.locator(".composer input[type=file]").set_input_files(
            {"name": "letter.docx", "mimeType": "application/octet-stream", "buffer": letter}
        )
        page.get_by_role("button", name="Read the text of letter.docx").click()
        dialog = page.get_by_role("dialog", name="letter.docx")
        text = dialog.get_by_label("Text of the file")
        expect(text).to_have_value(re.compile("Dear all, the code is 1234."))
        text.fill("Dear all, the code is secret.")
        dialog.get_by_role("button", name="Keep this text").click()
        expect(dialog).to_have_count(0)
        ask(page, "Who is addressed?")
        answered(page, "I read 1 files.")
    assert backend.requests[0].messages[0].content == "File letter.docx:\n\nDear all, the code is secret."


def test_files_come_by_paste_and_by_drop(page: Page) -> None:
    backend = of_the_files()
    give = """(element, [kind, name]) => {
        const data = new DataTransfer();
        data.items.add(new File(["text of " + name], name, { type: "text/plain" }));
        const event = kind === "paste"
            ? new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })
            : new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true });
        element.dispatchEvent(event);
    }"""
    with running(backend) as address:
        visit(page, address)
        message_box(page).evaluate(give, ["paste", "pasted.txt"])
        page.locator("main").evaluate(give, ["dragover", "dropped.txt"])
        expect(page.get_by_text("Drop files here")).to_be_visible()
        page.locator("main").evaluate(give, ["drop", "dropped.txt"])
        expect(page.get_by_text("Drop files here")).to_have_count(0)
        chips = page.get_by_role("list", name="Files").get_by_role("listitem")
        expect(chips).to_have_count(2)
        page.get_by_role("button", name="Remove pasted.txt").click()
        expect(chips).to_have_count(1)
        expect(page.get_by_role("button", name="Send")).to_be_enabled()
        ask(page, "What?")
        answered(page, "I read 1 files.")
    assert backend.requests[0].messages[0].content == "File dropped.txt:\n\ntext of dropped.txt"


def test_a_file_that_holds_no_text_says_why_and_is_not_sent(page: Page) -> None:
    with running(of_the_files()) as address:
        visit(page, address)
        page.locator(".composer input[type=file]").set_input_files(
            {"name": "broken.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 nothing"}
        )
        chip = page.get_by_role("list", name="Files").get_by_role("alert")
        expect(chip).to_contain_text("broken.pdf")
        message_box(page).fill("What?")
        expect(page.get_by_role("button", name="Send")).to_be_disabled()
        page.get_by_role("button", name="Remove broken.pdf").click()
        expect(page.get_by_role("button", name="Send")).to_be_enabled()
