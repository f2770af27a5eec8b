"""Spans by the conventions for generative AI."""

from __future__ import annotations

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode
from serving import says

from openk2.chat.events import Finished, Fold, Usage
from openk2.chat.messages import ChatRequest, Message
from openk2.chat.sampling import SamplingParams
from openk2.server.ending import Ending
from openk2.server.metering import NOBODY
from openk2.server.observe.traces import Traces
from openk2.server.protocol import Call
from openk2.server.served import ServedModel

PARENT = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}


def span_of(ending: Ending, headers: dict[str, str]) -> ReadableSpan:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    sampling = SamplingParams(temperature=0.5, max_tokens=9)
    request = ChatRequest((Message("user", "a secret"),), sampling=sampling, request_id="req-1")
    call = Call("alias", ServedModel("k2", says("no")), request, True, lambda head: pytest.fail("not written"))
    Traces(provider).arrived(call, NOBODY, headers).ended(ending)
    (span,) = exporter.get_finished_spans()
    return span


def fold() -> Fold:
    folded = Fold()
    folded.add(Usage(10, 4, 3, reasoning_tokens=2, cache_write_tokens=6))
    folded.add(Finished("stop"))
    return folded


def test_a_span_says_what_was_asked_and_what_it_cost_and_nothing_that_was_said() -> None:
    span = span_of(Ending(200, "stop", 0.1, 0.5, [fold()], backend="vllm:k2"), {})
    assert span.name == "chat k2"
    assert span.attributes == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openk2",
        "gen_ai.request.model": "k2",
        "gen_ai.response.model": "k2",
        "gen_ai.request.temperature": 0.5,
        "gen_ai.request.top_p": 1.0,
        "gen_ai.request.max_tokens": 9,
        "gen_ai.response.id": "req-1",
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.response.time_to_first_chunk": 0.1,
        "gen_ai.usage.input_tokens": 10,
        "gen_ai.usage.output_tokens": 3,
        "gen_ai.usage.cache_read.input_tokens": 4,
        "gen_ai.usage.cache_write.input_tokens": 6,
        "gen_ai.usage.reasoning.output_tokens": 2,
        "openk2.backend": "vllm:k2",
    }
    assert "a secret" not in span.to_json()
    assert span.status.status_code is StatusCode.UNSET


def test_a_clients_own_trace_goes_on() -> None:
    span = span_of(Ending(200, "stop", 0.1, 0.5, [fold()]), PARENT)
    assert span.parent is not None
    assert f"{span.parent.trace_id:032x}" == "0af7651916cd43dd8448eb211c80319c"


@pytest.mark.parametrize(("status", "error"), [(400, False), (499, False), (502, True)])
def test_faults_of_the_server_are_errors_of_the_span(status: int, error: bool) -> None:
    span = span_of(Ending(status, "gone", None, 0.5, [Fold()]), {})
    assert span.attributes is not None
    assert span.attributes["error.type"] == str(status)
    assert (span.status.status_code is StatusCode.ERROR) is error
