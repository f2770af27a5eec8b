"""What another site's page can do to a server on this machine, tried with a real browser: nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from conftest import BROWSERS
from playwright.sync_api import Browser, Page
from serving import StagedBackend, running, says

from openk2.server import ServerSettings

ASK = '{"model": "staged", "messages": [{"role": "user", "content": "hi"}]}'
ATTACK = """async ([server, ask]) => {
  const outcomes = {};
  const attempt = async (name, options) => {
    try {
      const answer = await fetch(server + options.path, options);
      outcomes[name] = answer.type === "opaque" ? "sent blindly" : answer.status;
    } catch { outcomes[name] = "blocked"; }
  };
  const chat = { path: "/v1/chat/completions", method: "POST", body: ask, credentials: "include" };
  await attempt("text", { ...chat, mode: "no-cors", headers: { "content-type": "text/plain" } });
  await attempt("form", { ...chat, mode: "no-cors", headers: { "content-type": "application/x-www-form-urlencoded" } });
  await attempt("json", { ...chat, headers: { "content-type": "application/json" } });
  const form = new FormData();
  form.set("purpose", "user_data");
  form.set("file", new Blob(["planted"]), "planted.txt");
  await attempt("upload", { path: "/v1/files", method: "POST", mode: "no-cors", body: form });
  await attempt("read", { path: "/v1/models" });
  await attempt("delete", { path: "/v1/files/file-0", method: "DELETE" });
  return outcomes;
}"""
SUBMIT = """([server]) => new Promise((done) => {
  const form = document.createElement("form");
  form.action = server + "/v1/files"; form.method = "post"; form.enctype = "multipart/form-data"; form.target = "sent";
  form.innerHTML = '<input name="purpose" value="user_data"><input name="file" value="x">';
  const frame = document.createElement("iframe");
  frame.name = "sent";
  document.body.append(frame, form);
  frame.onload = () => done();
  form.submit();
})"""


@pytest.fixture
def rebound(browser: Browser) -> Iterator[Page]:
    """A page in a browser for which `evil.example` is this machine."""
    path = next(path for name in BROWSERS if (path := shutil.which(name)))
    rules = "--host-resolver-rules=MAP evil.example 127.0.0.1"
    other = browser.browser_type.launch(executable_path=path, args=["--no-sandbox", rules])
    page = other.new_page()
    page.set_default_timeout(20_000)
    yield page
    other.close()


def test_another_sites_page_asks_uploads_and_reads_nothing(rebound: Page, tmp_path: Path) -> None:
    backend = StagedBackend(lambda request: [])
    with running(backend, ServerSettings(data_dir=tmp_path)) as address, running(says("x")) as other:
        for foreign in (other, "http://evil.example:" + other.rpartition(":")[2]):
            # The other server refuses the foreign name; an error page of that origin attacks as well as any.
            rebound.goto(foreign + "/health")
            outcomes = rebound.evaluate(ATTACK, [address, ASK])
            # Those without preflight are sent all the same, and refused there; the page learns nothing of any.
            assert set(outcomes.values()) == {"blocked"}, outcomes
            rebound.evaluate(SUBMIT, [address])
        assert backend.requests == []
        assert httpx.get(f"{address}/v1/files").json()["data"] == []
    assert not (tmp_path / "files").exists()


def test_a_name_pointed_at_this_machine_shows_and_asks_nothing(rebound: Page) -> None:
    backend = StagedBackend(lambda request: [])
    with running(backend) as address:
        port = address.rpartition(":")[2]
        answer = rebound.goto(f"http://evil.example:{port}/")
        assert answer is not None
        assert answer.status == 403
        asked = (
            "ask => fetch('/v1/chat/completions', {method: 'POST', body: ask, "
            "headers: {'content-type': 'application/json'}}).then(answer => answer.status)"
        )
        assert rebound.evaluate(asked, ASK) == 403
        assert rebound.evaluate("fetch('/v1/models').then(answer => answer.status)") == 403
    assert backend.requests == []
