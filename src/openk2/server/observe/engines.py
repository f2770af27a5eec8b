"""What engines and replicas tell when the metrics page is asked for: gauges and counters under vLLM's names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from openk2.chat.rendered import RenderedBackend
from openk2.server.backends.loads import loads_of
from openk2.server.backends.pool import ChatPool, TokenPool
from openk2.server.served import Served

_STATES = {"closed": 0.0, "half-open": 0.5, "open": 1.0}


class EngineCollector(Collector):
    """Reads the loads of all engines."""

    def __init__(self, served: Served) -> None:
        self._served = served

    def collect(self) -> Iterator[Metric]:
        """See prometheus-client's `Collector`."""
        labels = ["model_name", "engine"]
        running = GaugeMetricFamily("openk2:num_requests_running", "Answers that are being computed.", labels=labels)
        waiting = GaugeMetricFamily("openk2:num_requests_waiting", "Requests that wait for the engine.", labels=labels)
        usage = GaugeMetricFamily("openk2:kv_cache_usage_perc", "Share of the latent cache in use.", labels=labels)
        queries = CounterMetricFamily("openk2:prefix_cache_queries", "Prompt tokens looked up.", labels=labels)
        hits = CounterMetricFamily("openk2:prefix_cache_hits", "Prompt tokens found in the cache.", labels=labels)
        preempted = CounterMetricFamily("openk2:num_preemptions", "Answers that lost their pages.", labels=labels)
        kernels = GaugeMetricFamily("openk2:kernel_info", "Which kernels compute.", labels=[*labels, "isa"])
        others = GaugeMetricFamily(
            "openk2:engine_part", "Counters of what an engine works with.", labels=[*labels, "part", "counter"]
        )
        unevenness = GaugeMetricFamily(
            "openk2:expert_load_ratio_max",
            "Tokens of the busiest expert over the mean of its layer's, in the layer where that is most.",
            labels=labels,
        )
        queued = HistogramMetricFamily(
            "openk2:request_queue_time_seconds", "From arrival at the engine until a step takes it up.", labels=labels
        )
        prefill = HistogramMetricFamily(
            "openk2:request_prefill_time_seconds", "From then until the prompt is computed.", labels=labels
        )
        for model in self._served:
            for engine, load in loads_of(model.backend):
                at = [model.name, engine]
                running.add_metric(at, load.running)
                waiting.add_metric(at, load.waiting)
                usage.add_metric(at, load.cache_used)
                queries.add_metric(at, load.prefix_queries)
                hits.add_metric(at, load.prefix_hits)
                preempted.add_metric(at, load.preemptions)
                kernels.add_metric([*at, load.kernels], 1)
                queued.add_metric(at, _buckets(load.bounds, load.queued[0]), load.queued[1])
                prefill.add_metric(at, _buckets(load.bounds, load.prefill[0]), load.prefill[1])
                for part, values in load.others.items():
                    for name, value in values.items():
                        if (part, name) == ("routing", "load_ratio_max"):
                            unevenness.add_metric(at, value)
                        else:
                            others.add_metric([*at, part, name], value)
        yield from (running, waiting, usage, queries, hits, preempted, kernels, queued, prefill, unevenness, others)
        yield from self._replicas()

    def _replicas(self) -> Iterator[Metric]:
        labels = ["model_name", "replica"]
        state = GaugeMetricFamily("openk2:breaker_open", "0 closed, 0.5 half open, 1 open.", labels=labels)
        busy = GaugeMetricFamily("openk2:replica_in_progress", "Answers in progress.", labels=labels)
        answered = CounterMetricFamily("openk2:replica_answers", "Answers that began.", labels=labels)
        failed = CounterMetricFamily("openk2:replica_failures", "Requests failed by the replica.", labels=labels)
        for model in self._served:
            backend = model.backend
            inner = backend.tokens if isinstance(backend, RenderedBackend) else backend
            if not isinstance(inner, ChatPool | TokenPool):
                continue
            for replica in inner.replicas:
                at = [model.name, replica.name]
                state.add_metric(at, _STATES[replica.breaker.state])
                busy.add_metric(at, replica.in_progress)
                answered.add_metric(at, replica.answered)
                failed.add_metric(at, replica.failures)
        yield from (state, busy, answered, failed)


def _buckets(bounds: Sequence[float], counts: Sequence[int]) -> list[tuple[str, float]]:
    """Upper bounds with the number of durations up to them."""
    return list(zip([*map(str, bounds), "+Inf"], accumulate(counts), strict=True))
