"""Artifacts: what a model wrote as a page, a picture or a table, beside the conversation and shut off from it."""

from __future__ import annotations

from asking import answered, ask, in_turn, visit
from playwright.sync_api import Page, expect
from serving import Gate, StagedBackend, ending, running, says

from openk2.chat.events import TextDelta

PROBE = """<!doctype html><title>Probe</title><h1>Probe</h1><p id="out">nothing ran</p>
<script>
(async () => {
  const reached = [];
  const attempts = {
    storage: () => localStorage.length,
    cookie: () => document.cookie,
    parent: () => parent.document.title,
    network: () => fetch("/v1/models"),
    navigation: () => { top.location = "http://203.0.113.1/"; },
  };
  for (const [name, attempt] of Object.entries(attempts)) {
    try { await attempt(); reached.push(name); } catch { }
  }
  document.getElementById("out").textContent = "reached: " + reached.join(", ");
})();
</script>"""


def fenced(language: str, source: str) -> str:
    return f"```{language}\n{source}\n```\n\n"


def test_a_page_runs_in_a_frame_that_reaches_nothing(page: Page) -> None:
    with running(says(fenced("html", PROBE))) as address:
        visit(page, address)
        ask(page, "make a page")
        page.get_by_role("button", name="Open").click()
        panel = page.get_by_role("complementary", name="Artifact")
        expect(panel.get_by_role("heading", name="Probe")).to_be_visible()
        frame = panel.frame_locator("iframe[sandbox=allow-scripts]")
        expect(frame.locator("#out")).to_have_text("reached: ")
        panel.get_by_role("button", name="Source").click()
        expect(panel.locator("pre")).to_contain_text("nothing ran")
        expect(panel.locator(".hljs-name").first).to_be_visible()
        page.keyboard.press("Escape")
        expect(panel).to_have_count(0)
        assert page.url.startswith(address)


def test_an_artifact_that_navigates_goes_nowhere(page: Page) -> None:
    leaving = "<p>leaving</p><script>location.href = 'http://203.0.113.1/?secret'</script>"
    with running(says(fenced("html", leaving))) as address:
        visit(page, address)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        ask(page, "make a page")
        with page.expect_console_message(lambda message: "frame-src" in message.text):
            page.get_by_role("button", name="Open").click()
        assert not any("203.0.113.1" in url for url in asked)


def test_pictures_tables_diagrams_and_code_each_have_their_view(page: Page) -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4" cy="4" r="4"/></svg>'
    csv = "year,snow,ice\n2001,5,1\n2002,7,2\n2003,6,3"
    text = fenced("svg", svg) + fenced("csv", csv) + fenced("mermaid", "graph TD; A-->B") + fenced("py", "x = 1\n" * 20)
    with running(says(text)) as address:
        visit(page, address)
        ask(page, "show")
        answered(page, "x = 1")
        page.get_by_role("button", name="Open").first.click()
        panel = page.get_by_role("complementary", name="Artifact")
        following = panel.get_by_role("button", name="Next artifact")
        expect(panel.frame_locator("iframe").locator("circle")).to_be_visible()
        following.click()
        expect(panel.locator(".chart canvas")).to_be_visible()
        expect(panel.locator(".u-legend")).to_contain_text("ice")
        expect(panel.get_by_role("cell", name="2003")).to_be_visible()
        following.click()
        expect(panel.locator("pre")).to_have_text("graph TD; A-->B")
        following.click()
        expect(panel.get_by_text("4/4")).to_be_visible()
        expect(following).to_be_disabled()
        with page.expect_download() as download:
            panel.get_by_role("button", name="Download").click()
        assert download.value.suggested_filename == "artifact.py"


def test_an_artifact_grows_with_the_answer(page: Page) -> None:
    gate = Gate()
    start, rest = "```html\n<title>Grows</title><p>first</p>\n", "<p>second</p>\n```\n"
    with running(StagedBackend(in_turn([TextDelta(start), gate, TextDelta(rest), *ending()]))) as address:
        visit(page, address)
        ask(page, "make a page")
        page.get_by_role("button", name="Open").click()
        frame = page.get_by_role("complementary", name="Artifact").frame_locator("iframe")
        expect(frame.get_by_text("first")).to_be_visible()
        gate.open()
        expect(frame.get_by_text("second")).to_be_visible()
