"""The metrics page, and that dashboards and alerts ask for nothing that is not there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import torch
from prometheus_client.parser import text_string_to_metric_families
from serving import StagedBackend, ending, running, says

from openk2.chat.events import TextDelta, Tokens
from openk2.chat.messages import ChatRequest, Message, ToolCall, ToolSpec
from openk2.chat.rendered import RenderedBackend
from openk2.chat.tokenizer import Tokenizer
from openk2.config import K2Config
from openk2.engine import Engine
from openk2.engine.backend import EngineBackend, EngineTokens
from openk2.errors import UpstreamError
from openk2.model import K2Model
from openk2.server import ServerSettings
from openk2.server.backends.pool import TokenPool
from openk2.server.backends.replica import Replica
from openk2.server.observe.metrics import fits

DEPLOY = Path(__file__).parents[3] / "deploy"
NAME = re.compile(r"\bopenk2[:_][a-z0-9_]+")

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    torch.manual_seed(0)
    model = K2Model(K2Config.preset("k2-debug").replace(initializer_range=0.1)).initialize(0).eval()
    with Engine(model, Tokenizer.bytes_only(), max_batch=4) as made:
        yield made


def samples(address: str) -> Samples:
    page = httpx.get(f"{address}/metrics")
    assert page.headers["content-type"].startswith("text/plain")
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(page.text)
        for sample in family.samples
    }


def of(found: Samples, name: str, **labels: str) -> float:
    """The sum over all samples of a name that have these labels."""
    return sum(value for (one, at), value in found.items() if one == name and labels.items() <= dict(at).items())


def ask(address: str, model: str, **options: object) -> httpx.Response:
    body = {"model": model, "messages": [{"role": "user", "content": "count " * 40}], "max_tokens": 6, **options}
    return httpx.post(f"{address}/v1/chat/completions", json=body)


def test_an_answer_of_an_engine_is_counted_under_vllms_names(engine: Engine) -> None:
    with running(EngineBackend(engine, "k2-debug")) as address:
        for _ in range(2):
            assert ask(address, "k2-debug", temperature=0).is_success
        found = samples(address)
    model = {"model_name": "k2-debug"}
    assert of(found, "openk2:generation_tokens_total", **model) == 12
    assert of(found, "openk2:request_success_total", finished_reason="length", **model) == 2
    prompt = of(found, "openk2:prompt_tokens_total", **model)
    assert of(found, "openk2:prefix_cache_queries_total", **model) == prompt
    cached = of(found, "openk2:prompt_tokens_cached_total", **model)
    assert of(found, "openk2:prefix_cache_hits_total", **model) == cached > 0
    assert of(found, "openk2_cache_hit_tokens_total", **model) == cached
    assert of(found, "openk2_cache_write_tokens_total", **model) == cached, "the second found what the first wrote"
    for name in ("time_to_first_token", "e2e_request_latency", "request_decode_time", "request_queue_time"):
        assert of(found, f"openk2:{name}_seconds_count", **model) == 2
    assert of(found, "openk2:request_prefill_time_seconds_count", **model) == 2
    assert of(found, "openk2:request_prefill_time_seconds_sum", **model) > 0
    assert of(found, "openk2:inter_token_latency_seconds_count", **model) == 10
    assert of(found, "openk2:num_requests_running", **model) == of(found, "openk2:num_requests_waiting", **model) == 0
    assert of(found, "openk2:kv_cache_usage_perc", **model) == 0
    assert of(found, "openk2:num_answers_in_progress", **model) == 0
    assert of(found, "openk2:kernel_info", isa=engine.kernels, **model) == 1


def test_tokens_that_come_together_count_as_many_gaps_as_if_they_had_come_apart() -> None:
    backend = StagedBackend(lambda request: [Tokens((1, 2)), TextDelta("a"), Tokens((3, 4, 5)), *ending()])
    with running(backend) as address:
        assert ask(address, "staged").is_success
        found = samples(address)
    assert of(found, "openk2:inter_token_latency_seconds_count") == 4


def test_what_fails_is_counted_by_its_status() -> None:
    backend = StagedBackend(lambda request: [UpstreamError("gone")])
    with running(backend, ServerSettings(max_requests=1)) as address:
        assert ask(address, "staged").status_code == 502
        found = samples(address)
    assert of(found, "openk2:request_failures_total", status="502") == 1
    assert of(found, "openk2:request_success_total") == 0


def test_labels_hold_neither_what_was_said_nor_names_a_client_made_up() -> None:
    with running(says("quite something")) as address:
        ask(address, "staged", user="somebody", messages=[{"role": "user", "content": "a secret"}])
        ask(address, "made-up-model")
        page = httpx.get(f"{address}/metrics", headers={"authorization": "Bearer sk-ok2-secret"}).text
    for text in ("a secret", "quite something", "somebody", "made-up-model", "sk-ok2"):
        assert text not in page


@pytest.mark.parametrize(
    ("name", "arguments", "valid"),
    [
        ("f", '{"city": "Rome"}', True),
        ("f", '{"city": "Rome", "more": 1}', True),
        ("f", "{}", False),
        ("f", "[1]", False),
        ("f", '{"city": ', False),
        ("g", '{"city": "Rome"}', False),
    ],
)
def test_a_tool_call_fits_when_it_names_a_tool_and_has_what_is_required(name: str, arguments: str, valid: bool) -> None:
    schema = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
    request = ChatRequest((Message("user", "hi"),), (ToolSpec("f", parameters=schema),))
    assert fits(ToolCall("functions.f:0", name, arguments), request) is valid


def test_tool_calls_are_counted_by_whether_they_fit() -> None:
    calls = (ToolCall("a", "f", "{}"), ToolCall("b", "g", "{}"))
    backend = StagedBackend(lambda request: Message("assistant", tool_calls=calls))
    with running(backend) as address:
        ask(address, "staged", tools=[{"type": "function", "function": {"name": "f"}}])
        found = samples(address)
    assert of(found, "openk2:tool_calls_total", valid="true") == 1
    assert of(found, "openk2:tool_calls_total", valid="false") == 1


def everything(engine: Engine) -> set[str]:
    """The names of all metrics there are, from a server that has one of each part."""
    engine.count_with("experts", lambda: {"hits": 1.0})
    engine.count_with("routing", lambda: {"load_ratio_max": 1.5})
    replicas = [Replica("a", EngineTokens(engine, "k2")), Replica("b", EngineTokens(engine, "k2"))]
    backend = RenderedBackend(TokenPool("k2", replicas))
    with running(backend) as address:
        assert ask(address, "k2").is_success
        text = httpx.get(f"{address}/metrics").text
    names = {name for name, _ in samples_of(text)}
    # Counters without labels yet have no sample, but their family is there.
    families = re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE)
    return names | {name for name, _ in families} | {f"{name}_bucket" for name, kind in families if kind == "histogram"}


def test_how_unevenly_experts_are_chosen_is_a_gauge_of_its_own(engine: Engine) -> None:
    engine.count_with("routing", lambda: {"load_ratio_max": 1.5})
    with running(RenderedBackend(EngineTokens(engine, "k2"))) as address:
        found = samples(address)
    assert of(found, "openk2:expert_load_ratio_max", model_name="k2", engine="engine") == 1.5
    assert of(found, "openk2:engine_part", part="routing") == 0


def samples_of(text: str) -> Iterator[tuple[str, float]]:
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            yield sample.name, sample.value


def test_every_metric_of_dashboard_and_alerts_exists(engine: Engine) -> None:
    there = everything(engine)
    dashboard = json.loads((DEPLOY / "grafana" / "serving.json").read_text())
    asked = {
        name
        for panel in dashboard["panels"]
        for target in panel.get("targets", [])
        for name in NAME.findall(target["expr"])
    }
    asked |= set(NAME.findall(dashboard["templating"]["list"][1]["query"]))
    alerts = set(NAME.findall((DEPLOY / "alerts.yml").read_text()))
    assert len(asked) > 25
    assert len(alerts) > 8
    assert (asked | alerts) - there == set()


def test_the_dashboard_takes_its_data_source_from_a_variable() -> None:
    dashboard = json.loads((DEPLOY / "grafana" / "serving.json").read_text())
    panels = [panel for panel in dashboard["panels"] if panel["type"] != "row"]
    assert {panel["datasource"]["uid"] for panel in panels} == {"${datasource}"}
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])
