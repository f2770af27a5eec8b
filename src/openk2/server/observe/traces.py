"""One OpenTelemetry span per request, by the conventions for generative AI; needs the extra `server`.

A client's own trace goes on here (the header `traceparent`). What people write and models say is in no span.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from openk2.errors import ServerError
from openk2.server.ending import Ending
from openk2.server.metering import Caller
from openk2.server.observe import genai_names as names
from openk2.server.protocol import Call

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span


class Traces:
    """Makes spans (an `Observer`)."""

    def __init__(self, provider: TracerProvider | None = None) -> None:
        """`provider`: None sends to where the `OTEL_*` variables say, over OTLP by HTTP. Raises ServerError when the
        packages are missing."""
        try:
            from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

            provider = provider or _provider()
        except ImportError:
            raise ServerError("traces need OpenTelemetry: pip install openk2[server]") from None
        self._propagator = TraceContextTextMapPropagator()
        self._tracer = provider.get_tracer("openk2")

    def arrived(self, call: Call, caller: Caller, headers: Mapping[str, str]) -> _Traced:
        """See `Observer`."""
        from opentelemetry.trace import SpanKind

        sampling = call.request.sampling
        about: dict[str, Any] = {
            names.OPERATION: names.CHAT,
            names.PROVIDER: names.OPENK2,
            names.REQUEST_MODEL: call.served.name,
            names.RESPONSE_MODEL: call.served.name,
            names.REQUEST_TEMPERATURE: sampling.temperature,
            names.REQUEST_TOP_P: sampling.top_p,
            names.REQUEST_MAX_TOKENS: sampling.max_tokens,
            names.REQUEST_SEED: sampling.seed,
            names.REQUEST_CHOICES: sampling.n if sampling.n > 1 else None,
            names.RESPONSE_ID: call.request.request_id,
        }
        span = self._tracer.start_span(
            f"{names.CHAT} {call.served.name}",
            context=self._propagator.extract(headers),
            kind=SpanKind.SERVER,
            attributes={name: value for name, value in about.items() if value is not None},
        )
        return _Traced(span)


class _Traced:
    """One request's span."""

    tokens = None

    def __init__(self, span: Span) -> None:
        self._span = span

    def ended(self, ending: Ending) -> None:
        """Close the span."""
        from opentelemetry.trace import Status, StatusCode

        about: dict[str, Any] = {
            names.FINISH_REASONS: [fold.reason for fold in ending.folds if fold.reason is not None] or None,
            names.TIME_TO_FIRST_CHUNK: ending.first_seconds,
            names.BACKEND: ending.backend,
        }
        if (usage := ending.usage) is not None:
            about |= {
                names.INPUT_TOKENS: usage.prompt_tokens,
                names.OUTPUT_TOKENS: usage.completion_tokens,
                names.CACHE_READ_TOKENS: usage.cached_tokens,
                names.CACHE_WRITE_TOKENS: usage.cache_write_tokens,
                names.REASONING_TOKENS: usage.reasoning_tokens,
            }
        if ending.status >= 400:
            about[names.ERROR_TYPE] = str(ending.status)
        if ending.status >= 500:
            self._span.set_status(Status(StatusCode.ERROR))
        self._span.set_attributes({name: value for name, value in about.items() if value is not None})
        self._span.end()


def _provider() -> TracerProvider:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    # `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` come before what is given here.
    provider = TracerProvider(resource=Resource.create({"service.name": "openk2"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider
