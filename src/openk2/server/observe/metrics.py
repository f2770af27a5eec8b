"""Prometheus metrics, under vLLM's names and buckets where vLLM has them, with the prefix `openk2:`.

Labels hold names of models, reasons and the numbers of keys: never a key, and nothing a client wrote. Counts of
requests are kept here, from what is observed of every answer; counts of the engine are read from it when the page is
asked for (`engines.py`). In several worker processes the values lie in files that all share (prometheus-client's
multiprocess mode), so any worker tells those of all.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
)
from prometheus_client.registry import Collector

from openk2.chat.messages import ChatRequest, ToolCall
from openk2.server.ending import Ending
from openk2.server.metering import Caller
from openk2.server.protocol import Call

CONTENT_TYPE = CONTENT_TYPE_LATEST

_FIRST_TOKEN = (
    *(0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0, 20.0, 40.0, 80.0),
    *(160.0, 640.0, 2560.0),
)
_BETWEEN_TOKENS = (
    *(0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0, 20.0, 40.0, 80.0),
)
_REQUEST = (
    *(0.3, 0.5, 0.8, 1.0, 1.5, 2.0, 2.5, 5.0, 10.0, 15.0, 20.0, 30.0, 40.0, 50.0, 60.0, 120.0, 240.0, 480.0, 960.0),
    *(1920.0, 7680.0),
)
_TOKENS = tuple(float(digit * 10**power) for power in range(6) for digit in (1, 2, 5))

_CALLER_LEFT = "abort"
"""vLLM's word for an answer whose client went away."""


def shared_directory() -> str | None:
    """Where several workers keep their values; None for one process alone."""
    return os.environ.get("PROMETHEUS_MULTIPROC_DIR")


class Metrics:
    """Counts and times all answers of one server (an `Observer`)."""

    def __init__(self, *collectors: Collector) -> None:
        """`collectors`: what is read when the page is asked for."""
        self._registry = registry = CollectorRegistry()
        if shared_directory() is None:
            self._shown = registry
        else:
            # A registry of its own: the values of this process are in the files already.
            self._shown = CollectorRegistry()
            multiprocess.MultiProcessCollector(self._shown)  # type: ignore[no-untyped-call]
        for collector in collectors:
            self._shown.register(collector)
        model = ("model_name",)

        def counter(name: str, what: str, labels: tuple[str, ...] = model) -> Counter:
            return Counter(f"openk2:{name}", what, labels, registry=registry)

        def histogram(name: str, what: str, buckets: tuple[float, ...]) -> Histogram:
            return Histogram(f"openk2:{name}", what, model, buckets=buckets, registry=registry)

        self._answering = Gauge(
            "openk2:num_answers_in_progress",
            "Requests that were admitted and whose answer has not ended.",
            model,
            registry=registry,
            multiprocess_mode="livesum",
        )
        self._prompt = counter("prompt_tokens", "Tokens of prompts.")
        self._cached = counter("prompt_tokens_cached", "Tokens of prompts that came out of a cache.")
        self._generated = counter("generation_tokens", "Tokens sampled.")
        self._finished = counter("request_success", "Answers that ended.", (*model, "finished_reason"))
        self._failed = counter("request_failures", "Requests refused or broken off.", (*model, "status"))
        self._rejected = counter("admission_rejections", "Requests turned away by a full or ending server.")
        self._calls = counter("tool_calls", "Tool calls, by whether they fit their declaration.", (*model, "valid"))
        self._spend = counter("spend", "Money charged, in the price table's currency.", ("key_id",))
        self._cache_written = Counter(
            "openk2_cache_write_tokens",
            "Prompt tokens computed anew, which the cache then holds.",
            model,
            registry=registry,
        )
        self._cache_hit = Counter(
            "openk2_cache_hit_tokens", "Prompt tokens that came out of the cache.", model, registry=registry
        )
        self._cache_hits = Counter(
            "openk2_cache_hits", "Requests whose prompt's beginning came out of the cache.", model, registry=registry
        )
        self._responses = Counter(
            "openk2_cache_responses", "Lookups in the cache of whole answers.", (*model, "outcome"), registry=registry
        )
        self._first = histogram("time_to_first_token_seconds", "From arrival to the first token.", _FIRST_TOKEN)
        self._between = histogram("inter_token_latency_seconds", "Between two tokens of an answer.", _BETWEEN_TOKENS)
        self._whole = histogram("e2e_request_latency_seconds", "From arrival to the end.", _REQUEST)
        self._decode = histogram("request_decode_time_seconds", "From the first token to the end.", _REQUEST)
        self._prompt_size = histogram("request_prompt_tokens", "Tokens of one prompt.", _TOKENS)
        self._answer_size = histogram("request_generation_tokens", "Tokens of one request's answers.", _TOKENS)

    def arrived(self, call: Call, caller: Caller, headers: Mapping[str, str]) -> _Measured:
        """See `Observer`."""
        return _Measured(self, call, caller)

    def page(self) -> bytes:
        """All metrics in Prometheus's text form."""
        return generate_latest(self._shown)

    def count(self, call: Call, caller: Caller, ending: Ending) -> None:
        """Take in what became of a request."""
        name = call.served.name
        self._answering.labels(name).dec()
        if ending.cache is not None:
            self._responses.labels(name, ending.cache).inc()
        if ending.status == 503 and ending.first_seconds is None:
            self._rejected.labels(name).inc()
        if ending.first_seconds is not None:
            self._first.labels(name).observe(ending.first_seconds)
            self._decode.labels(name).observe(ending.seconds - ending.first_seconds)
        if ending.status == 200:
            self._finished.labels(name, ending.outcome).inc()
            self._whole.labels(name).observe(ending.seconds)
        elif ending.status == 499:
            self._finished.labels(name, _CALLER_LEFT).inc()
        else:
            self._failed.labels(name, str(ending.status)).inc()
        if (usage := ending.usage) is not None:
            self._prompt.labels(name).inc(usage.prompt_tokens)
            self._cached.labels(name).inc(usage.cached_tokens)
            self._cache_hit.labels(name).inc(usage.cached_tokens)
            self._cache_written.labels(name).inc(usage.cache_write_tokens)
            self._cache_hits.labels(name).inc(usage.cached_tokens > 0)
            self._generated.labels(name).inc(usage.completion_tokens)
            self._prompt_size.labels(name).observe(usage.prompt_tokens)
            self._answer_size.labels(name).observe(usage.completion_tokens)
        for fold in ending.folds:
            for made in fold.message.tool_calls:
                self._calls.labels(name, "true" if fits(made, call.request) else "false").inc()
        if ending.cost and caller.key_id is not None:
            self._spend.labels(caller.key_id).inc(ending.cost)


class _Measured:
    """One answer on its way."""

    def __init__(self, metrics: Metrics, call: Call, caller: Caller) -> None:
        self._metrics, self._call, self._caller = metrics, call, caller
        name = call.served.name
        self._between = metrics._between.labels(name)
        metrics._answering.labels(name).inc()
        self._last: dict[int, float] = {}
        """When each answer's last token came."""

    def tokens(self, choice: int, count: int) -> None:
        """Time the gaps since the answer's last token, which are taken for equal where several came together; before an
        answer's first tokens there is none. So an answer of n tokens has n - 1 gaps, which add up to the time from its
        first to its last."""
        now = time.perf_counter()
        last = self._last.get(choice)
        if last is None:
            last, count = now, count - 1
        for _ in range(count):
            self._between.observe((now - last) / count)
        self._last[choice] = now

    def ended(self, ending: Ending) -> None:
        """See `Watch`."""
        self._metrics.count(self._call, self._caller, ending)


def fits(call: ToolCall, request: ChatRequest) -> bool:
    """Whether a call names a declared tool and its arguments are an object with every required key: what can be told
    without running a schema that a client wrote."""
    tool = next((tool for tool in request.tools if tool.name == call.name), None)
    try:
        arguments = json.loads(call.arguments or "{}")
    except ValueError:
        return False
    if tool is None or not isinstance(arguments, dict):
        return False
    required = tool.parameters.get("required") if isinstance(tool.parameters, Mapping) else None
    return not isinstance(required, list) or all(key in arguments for key in required)
