"""The page where the server has accounts: signing in, conversations on the server, keys, usage, shares."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from asking import answered, ask, entry_menu, prose, serious, visit
from people import PASSWORD, People, serving_people
from playwright.sync_api import Browser, Page, expect
from serving import StagedBackend, running, says


@contextmanager
def serving(folder: Path, backend: StagedBackend | None = None) -> Iterator[People]:
    """In a thread of its own: playwright keeps an event loop in this one, and making people needs another."""
    with ThreadPoolExecutor(1) as thread:
        server = serving_people(folder, backend)
        people = thread.submit(server.__enter__).result()
        try:
            yield people
        finally:
            thread.submit(server.__exit__, None, None, None).result()


def sign_in(page: Page, name: str) -> None:
    page.get_by_role("navigation").get_by_role("button", name="Sign in").click()
    dialog = page.get_by_role("dialog", name="Sign in")
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_label("Password").fill(PASSWORD)
    dialog.get_by_role("button", name="Sign in").click()
    expect(dialog).to_have_count(0)


def test_who_signs_in_keeps_conversations_on_the_server(browser: Browser, page: Page, tmp_path: Path) -> None:
    with serving(tmp_path) as people:
        page.goto(people.address)
        expect(page.get_by_role("alert")).to_contain_text("This server wants to know who asks.")
        expect(page.get_by_text("Kept in this browser only.")).to_be_visible()
        sign_in(page, "ada")
        expect(page.get_by_text("Kept on the server.")).to_be_visible()
        expect(page.get_by_role("alert")).to_have_count(0)
        ask(page, "mine alone")
        answered(page, "yes")
        elsewhere = browser.new_context(locale="en-GB").new_page()
        elsewhere.goto(people.address)
        sign_in(elsewhere, "ada")
        elsewhere.get_by_role("button", name="mine alone", exact=True).click()
        expect(prose(elsewhere)).to_have_text("yes")
        elsewhere.get_by_role("button", name="Account ada").click()
        elsewhere.get_by_role("menuitem", name="Sign out").click()
        expect(elsewhere.get_by_text("Kept in this browser only.")).to_be_visible()
        expect(elsewhere.get_by_role("navigation").get_by_role("listitem")).to_have_count(0)
        sign_in(elsewhere, "bob")
        expect(elsewhere.get_by_text("Kept on the server.")).to_be_visible()
        expect(elsewhere.get_by_role("navigation").get_by_role("listitem")).to_have_count(0)
        elsewhere.context.close()


def test_a_wrong_password_is_said_in_the_form(page: Page, tmp_path: Path) -> None:
    with serving(tmp_path) as people:
        page.goto(people.address)
        page.get_by_role("navigation").get_by_role("button", name="Sign in").click()
        dialog = page.get_by_role("dialog", name="Sign in")
        dialog.get_by_label("Name").fill("ada")
        dialog.get_by_label("Password").fill("wrong")
        page.keyboard.press("Enter")
        expect(dialog.get_by_role("alert")).to_be_visible()


def test_usage_is_charted_per_model_and_key_and_keys_are_made_and_revoked(page: Page, tmp_path: Path) -> None:
    with serving(tmp_path) as people:
        with people.with_key("ada") as program:
            body = {"model": "staged", "messages": [{"role": "user", "content": "hi"}]}
            assert program.post("/v1/chat/completions", json=body).status_code == 200
        page.goto(people.address)
        sign_in(page, "ada")
        ask(page, "hi")
        answered(page, "yes")
        page.get_by_role("button", name="Usage", exact=True).click()
        expect(page.locator(".chart canvas")).to_be_visible()
        expect(page.locator(".figures")).to_contain_text("Requests2")
        table = page.get_by_role("region", name="Usage by group")
        expect(table.get_by_role("row", name="staged")).to_be_visible()
        page.get_by_role("combobox", name="By").select_option(label="Key")
        expect(table.get_by_role("row", name="ada")).to_be_visible()
        expect(table.get_by_role("row", name="This page")).to_be_visible()
        with page.expect_download() as download:
            page.get_by_role("link", name="Download as CSV").click()
        download.value.save_as(tmp_path / "usage.csv")
        assert (tmp_path / "usage.csv").read_text().startswith("day,")
        page.get_by_label("Name").fill("notebook")
        page.get_by_role("button", name="Make a key").click()
        shown = page.locator(".made code")
        expect(shown).to_contain_text("sk-ok2-")
        key = shown.inner_text()
        headers = {"authorization": f"Bearer {key}"}
        with people.nobody() as program:
            assert program.get("/v1/models", headers=headers).status_code == 200
            page.get_by_role("button", name="Revoke notebook").click()
            page.get_by_role("button", name="Really revoke notebook").click()
            expect(page.get_by_role("listitem").filter(has_text="notebook")).to_contain_text("revoked")
            assert program.get("/v1/models", headers=headers).status_code == 401


def test_an_answer_says_what_it_cost(page: Page, tmp_path: Path) -> None:
    backend = says("yes")
    backend.name = "kimi-k2-0905-preview"
    with serving(tmp_path, backend) as people:
        page.goto(people.address)
        sign_in(page, "ada")
        ask(page, "hi")
        answered(page, "yes")
        expect(page.locator(".meter summary")).to_contain_text("$0.0000")
        page.locator(".meter summary").click()
        expect(page.locator(".meter")).to_contain_text("Cost")
        page.get_by_role("button", name="Usage", exact=True).click()
        expect(page.locator(".figures")).to_contain_text("Cost$0.0000")


def test_a_shared_copy_is_read_by_whoever_has_its_address_until_it_is_taken_back(
    browser: Browser, page: Page, tmp_path: Path
) -> None:
    with serving(tmp_path) as people:
        page.goto(people.address)
        sign_in(page, "ada")
        ask(page, "to be shared")
        answered(page, "yes")
        entry_menu(page, "to be shared", "Share")
        dialog = page.get_by_role("dialog", name="Share")
        dialog.get_by_role("button", name="Make an address").click()
        field = dialog.locator("input[readonly]")
        expect(field).to_be_visible()
        reader = browser.new_context().new_page()
        reader.goto(field.input_value())
        expect(reader.get_by_text("to be shared").last).to_be_visible()
        dialog.get_by_role("button", name="Take it back").click()
        expect(dialog.get_by_role("button", name="Make an address")).to_be_visible()
        gone = reader.reload()
        assert gone is not None
        assert gone.status == 404
        reader.context.close()


@pytest.mark.slow
def test_no_view_of_an_account_keeps_anybody_out(page: Page, axe: str, tmp_path: Path) -> None:
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    with serving(tmp_path) as people:
        page.goto(people.address)
        page.get_by_role("navigation").get_by_role("button", name="Sign in").click()
        found = {"sign in": serious(page, axe)}
        page.keyboard.press("Escape")
        sign_in(page, "ada")
        ask(page, "hi")
        answered(page, "yes")
        entry_menu(page, "hi", "Share")
        page.get_by_role("button", name="Make an address").click()
        expect(page.locator("input[readonly]")).to_be_visible()
        found["share"] = serious(page, axe)
        page.keyboard.press("Escape")
        letter = {"name": "letter.txt", "mimeType": "text/plain", "buffer": b"Dear all"}
        page.locator(".composer input[type=file]").set_input_files([letter])  # type: ignore[list-item]
        page.get_by_role("button", name="Read the text of letter.txt").click()
        found["file"] = serious(page, axe)
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Usage", exact=True).click()
        page.get_by_label("Name").fill("notebook")
        page.get_by_role("button", name="Make a key").click()
        expect(page.locator(".made code")).to_be_visible()
        expect(page.locator(".chart canvas")).to_be_visible()
        found["usage"] = serious(page, axe)
    assert {view: what for view, what in found.items() if what} == {}


def test_without_accounts_usage_is_counted_from_this_browsers_conversations(page: Page) -> None:
    with running(says("yes")) as address:
        visit(page, address)
        ask(page, "hi")
        answered(page, "yes")
        page.get_by_role("button", name="Usage", exact=True).click()
        expect(page.locator(".figures")).to_contain_text("Requests1")
        expect(page.get_by_text("Counted from the conversations kept in this browser.")).to_be_visible()
