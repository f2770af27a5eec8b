"""How much may be in progress, what is refused first, and when nothing new may begin."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from serving import Gate, Reply, StagedBackend, ending, running, says

from openk2.chat.events import TextDelta
from openk2.chat.messages import ChatRequest, Message
from openk2.chat.sampling import SamplingParams
from openk2.errors import UpstreamError
from openk2.server import ServerSettings, health
from openk2.server.admission import Admission
from openk2.server.background import BACKGROUND_PRIORITY, is_background, with_priority
from openk2.server.errors import ApiError

TITLE = "### Task:\nGenerate a concise, 3-5 word title with an emoji summarizing the chat history."


def refused(admission: Admission, tokens: int = 0, *, background: bool = False) -> ApiError:
    with pytest.raises(ApiError) as error:
        admission.admit(tokens, background=background).__enter__()
    assert error.value.status == 503
    assert error.value.retry_after
    return error.value


def test_a_full_server_says_503_and_when_to_come_again() -> None:
    admission = Admission(2)
    with admission.admit(), admission.admit():
        assert admission.full
        assert "2 requests are running or waiting" in str(refused(admission))
    assert not admission.full
    with admission.admit():
        assert admission.running == 1
    assert (admission.running, admission.refused) == (0, 1)


def test_prompt_tokens_wait_until_their_answer_begins() -> None:
    admission = Admission(100, waiting_tokens=1000)
    with admission.admit(900) as place:
        assert "900 prompt tokens are waiting" in str(refused(admission, 200))
        with admission.admit(100):
            pass
        place.begun()
        place.begun()
        assert admission.waiting_tokens == 0
        with admission.admit(900):
            pass


def test_a_prompt_longer_than_the_limit_is_admitted_alone() -> None:
    admission = Admission(100, waiting_tokens=1000)
    with admission.admit(5000):
        refused(admission, 1)
    assert admission.waiting_tokens == 0


def test_what_nobody_waits_for_is_refused_at_half_the_limit() -> None:
    admission = Admission(4)
    with admission.admit(), admission.admit():
        refused(admission, background=True)
        with admission.admit():
            pass


def test_the_time_to_wait_follows_how_long_answers_take() -> None:
    admission = Admission(1)
    admission.took(12.0)
    with admission.admit():
        assert refused(admission).retry_after == 12
        for _ in range(200):
            admission.took(0.5)
        assert refused(admission).retry_after == 1


def test_titles_and_tags_have_a_low_priority_unless_their_client_chose_one() -> None:
    title = ChatRequest((Message("system", "be brief"), Message("user", TITLE)))
    assert is_background(title)
    assert with_priority(title).sampling.priority == BACKGROUND_PRIORITY
    chosen = ChatRequest(title.messages, sampling=SamplingParams(priority=3))
    assert with_priority(chosen) is chosen
    for said in ("### Task: mow the lawn", "Generate a title", "hello\n### Task:\nGenerate"):
        assert not is_background(ChatRequest((Message("user", said),)))
    talk = (Message("user", "hi"), Message("assistant", "yes"), Message("user", TITLE))
    assert not is_background(ChatRequest(talk))


def test_a_title_reaches_the_backend_behind_other_requests() -> None:
    backend = says("a title")
    with running(backend) as address:
        body = {"model": "staged", "messages": [{"role": "user", "content": TITLE}]}
        assert httpx.post(f"{address}/v1/chat/completions", json=body).is_success
    assert backend.requests[0].sampling.priority == BACKGROUND_PRIORITY


def test_ready_says_no_while_the_queue_is_full_and_health_stays_well() -> None:
    gate = Gate()
    backend = StagedBackend(lambda request: [TextDelta("a"), gate, *ending()])
    with running(backend, ServerSettings(max_requests=1)) as address:
        assert httpx.get(f"{address}/ready").json() == {"status": "ready"}
        body = {"model": "staged", "messages": [{"role": "user", "content": "hi"}], "stream": True}
        with httpx.stream("POST", f"{address}/v1/chat/completions", json=body) as answer:
            assert gate.reached.wait(20)
            full = httpx.get(f"{address}/ready")
            assert (full.status_code, full.json()["why"]) == (503, ["the queue is full"])
            assert httpx.get(f"{address}/health").status_code == 200
            gate.open()
            answer.read()


def test_health_generate_computes_one_token() -> None:
    backend = says("hello there")
    with running(backend) as address:
        assert httpx.get(f"{address}/health/generate").json()["status"] == "ok"
    assert backend.requests[0].sampling.max_tokens == 1


def test_health_generate_computes_once_for_all_who_ask_at_about_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "KEPT_SECONDS", math.inf)
    gate = Gate()
    replies: list[Reply] = [[TextDelta("a"), gate, *ending()], Message("assistant", "b")]
    backend = StagedBackend(lambda request: replies.pop(0))
    with running(backend) as address, ThreadPoolExecutor(3) as pool:

        def asked() -> dict[str, str]:
            return httpx.get(f"{address}/health/generate", headers={"sec-fetch-site": "cross-site"}).json()

        waiting = [pool.submit(asked) for _ in range(3)]
        gate.open()
        answers = [one.result() for one in waiting]
        assert asked() == answers[0] == answers[1] == answers[2]
        assert len(backend.requests) == 1
        monkeypatch.setattr(health, "KEPT_SECONDS", 0.0)
        asked()
    assert len(backend.requests) == 2


def test_health_generate_asks_again_after_a_failure() -> None:
    replies: list[Reply] = [[UpstreamError("gone", status=502)], Message("assistant", "back")]
    backend = StagedBackend(lambda request: replies.pop(0))
    with running(backend) as address:
        statuses = [httpx.get(f"{address}/health/generate").status_code for _ in range(2)]
    assert statuses == [502, 200]
