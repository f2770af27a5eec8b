"""One measurement from its settings to its report: `probe → build → time → probe`."""

from __future__ import annotations

import dataclasses
import statistics
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import torch

from openk2.bench import limits, load, machine, steps
from openk2.bench.random_model import WEIGHTS, random_model
from openk2.chat.tokenizer import Tokenizer, load_tokenizer
from openk2.checkpoint.reader import load as load_model
from openk2.config import K2Config
from openk2.engine import Engine
from openk2.engine.stepping import Stepper
from openk2.errors import BenchError
from openk2.model import K2Model

MODES = ("decode", "prefill", "serve")
PROMPTS = {"decode": 0, "prefill": 512, "serve": 256}
"""Tokens of a prompt where the settings leave them open."""
PAGE_ROOM = 64
"""Tokens of cache beside those a sequence needs, for pages that are begun."""


@dataclass(frozen=True)
class Settings:
    """What is measured."""

    mode: str
    """`decode`, `prefill` or `serve`."""
    preset: str = "k2-mini"
    """The shape, where no model is given."""
    model: str | None = None
    """A name or directory, whose weights are used."""
    weights: str | None = None
    """What weights are held in; None: int4-all for a preset, as its files hold them for a model."""
    batch: int = 1
    """Sequences at a time."""
    prompt: int | None = None
    """Tokens of a prompt; None: those of `PROMPTS`."""
    tokens: int = 64
    """New tokens of each sequence."""
    depth: int = 0
    """Tokens that are known before, with random latents."""
    threads: int = dataclasses.field(default_factory=torch.get_num_threads)
    kernels: str = "auto"
    exact: bool = False
    """Whether integer weights meet bfloat16 activations instead of int8 ones."""
    repeats: int = 5
    step_tokens: int | None = None
    """Most tokens of a step; None: the engine's own number."""
    requests: int = 0
    """Of `serve`; 0: four for each of the batch."""
    rate: float | None = None
    """Of `serve`: requests a second; None: as many at a time as the batch."""

    def __post_init__(self) -> None:
        for holds, what in (
            (self.mode in MODES, f"the mode is {self.mode!r}; accepted: {', '.join(MODES)}"),
            (
                self.weights is None or self.weights in WEIGHTS,
                f"weights is {self.weights!r}; accepted: {', '.join(WEIGHTS)}",
            ),
            (self.mode != "prefill" or self.prompt != 0, "the prompt has 0 tokens; accepted: 1 or more"),
            (self.mode != "serve" or self.prompt != 0, "the prompt has 0 tokens; accepted: 1 or more"),
            (self.mode != "serve" or self.depth == 0, f"depth is {self.depth}; accepted for serve: 0"),
            (self.rate is None or self.rate > 0, f"the rate is {self.rate}; accepted: more than 0"),
        ):
            if not holds:
                raise BenchError(what)
        for name in ("batch", "tokens", "threads", "repeats"):
            if getattr(self, name) < 1:
                raise BenchError(f"{name} is {getattr(self, name)}; accepted: 1 or more")
        for name in ("prompt", "depth", "requests"):
            if (getattr(self, name) or 0) < 0:
                raise BenchError(f"{name} is {getattr(self, name)}; accepted: 0 or more")

    @property
    def prompt_tokens(self) -> int:
        """Tokens of a prompt."""
        return PROMPTS[self.mode] if self.prompt is None else self.prompt

    @property
    def new_tokens(self) -> int:
        """Tokens a sequence gets behind its prompt, those of the warm-up included."""
        return max(self.tokens, steps.WARM_UP) if self.mode != "prefill" else 1

    @property
    def context(self) -> int:
        """Tokens of the longest sequence."""
        return self.depth + self.prompt_tokens + self.new_tokens + 1


@dataclass(frozen=True)
class Limit:
    """What the machine could have done at most, and from what that follows."""

    tokens_per_second: float
    facts: dict[str, float | str]
    """Name with its unit → number; `experts_are` says whether they were counted or expected of even routing,
    `latents_are` which of reading latents and multiplying with them is the limit."""


@dataclass(frozen=True)
class Report:
    """A measurement and all that is needed to read it."""

    settings: Settings
    weights: str
    kernels: str
    rates: tuple[float, ...]
    """Tokens per second of every repeat."""
    limit: Limit
    peak_memory_bytes: int
    probes: machine.Probes
    cpu: machine.Cpu
    date: str
    latencies: dict[str, dict[str, float]] | None
    """Of `serve`: seconds until the first token and between tokens, by percentile."""

    @property
    def tokens_per_second(self) -> float:
        """The median."""
        return statistics.median(self.rates)

    @property
    def fraction_of_limit(self) -> float:
        """How much of what the machine could do."""
        return self.tokens_per_second / self.limit.tokens_per_second

    def json(self) -> dict[str, Any]:
        """As `openk2 bench --json` prints it."""
        s = self.settings
        of_mode: dict[str, Any] = {"depth": s.depth, "step_tokens": s.step_tokens}
        if s.mode != "prefill":
            of_mode["tokens"] = s.tokens
        if self.latencies is not None:
            of_mode |= {"requests": _requests(s), "rate": s.rate, **self.latencies}
        return {
            "mode": s.mode,
            "model": s.model or s.preset,
            "random_weights": s.model is None,
            "weights": self.weights,
            "batch": s.batch,
            "prompt": s.prompt_tokens,
            **of_mode,
            "threads": s.threads,
            "kernels": self.kernels,
            "exact": s.exact,
            "tokens_per_second": self.tokens_per_second,
            "repeats": list(self.rates),
            "spread": machine.spread(self.rates),
            "limit_tokens_per_second": self.limit.tokens_per_second,
            "fraction_of_limit": self.fraction_of_limit,
            "limit": self.limit.facts,
            "peak_memory_bytes": self.peak_memory_bytes,
            "probes": {
                "read_bytes_per_second": list(self.probes.read_bytes_per_second),
                "spread": self.probes.spread,
                "matmul_flops_per_second": list(self.probes.flops_per_second),
            },
            "cpu": dataclasses.asdict(self.cpu),
            "torch": torch.__version__,
            "date": self.date,
        }


@dataclass(frozen=True)
class _Timed:
    """What a measurement found, before it is put beside a limit."""

    config: K2Config
    weights: str
    size: limits.WeightBytes
    kernels: str
    latent_width: int
    rates: tuple[float, ...]
    experts: float | None
    """Experts of a layer that a step used, where they were counted."""
    latencies: dict[str, dict[str, float]] | None
    peak_memory_bytes: int


def run(settings: Settings) -> Report:
    """Measure. Raises BenchError, CheckpointError, ConfigError or EngineError for what cannot be measured."""
    torch.set_num_threads(settings.threads)
    timed, probes = machine.probed(lambda: _timed(settings), settings.threads)
    return Report(
        settings,
        timed.weights,
        timed.kernels,
        timed.rates,
        _limit(settings, timed, probes),
        timed.peak_memory_bytes,
        probes,
        machine.cpu(),
        datetime.now(UTC).isoformat(timespec="seconds"),
        timed.latencies,
    )


def _timed(settings: Settings) -> _Timed:
    """Build the model and its engine, and time it; nothing of both is left."""
    machine.forget_peak_memory()
    model, tokenizer, weights = _model(settings)
    config = model.config
    # Before there is an engine: its kernels may hold weights their own way from then on.
    size = limits.weight_bytes(model)
    engine = _engine(settings, model, tokenizer)
    del model
    with engine:
        stepper = Stepper(engine)
        rates, experts, latencies = _measure(settings, config, engine, stepper)
        kernels, width, memory = stepper.kernels, stepper.latent_width, machine.peak_memory()
    return _Timed(config, weights, size, kernels, width, rates, experts, latencies, memory)


def _model(settings: Settings) -> tuple[K2Model, Tokenizer, str]:
    """Model, tokenizer, and what its weights are held in."""
    if settings.model is None:
        config = K2Config.preset(settings.preset)
        if settings.context > config.max_position_embeddings:
            config = config.replace(max_position_embeddings=settings.context)
        weights = settings.weights or "int4-all"
        return random_model(config, weights), Tokenizer.bytes_only(), weights
    tokenizer = load_tokenizer(settings.model)
    if settings.weights == "bf16":
        return load_model(settings.model, dtype="bfloat16"), tokenizer, "bf16"
    weights = settings.weights or "stored"
    return load_model(settings.model, weights=weights), tokenizer, weights


def _engine(settings: Settings, model: K2Model, tokenizer: Tokenizer) -> Engine:
    options: dict[str, Any] = {} if settings.step_tokens is None else {"step_tokens": settings.step_tokens}
    return Engine(
        model,
        tokenizer,
        max_batch=settings.batch,
        max_context=settings.context,
        cache_tokens=settings.batch * (settings.context + PAGE_ROOM),
        kernels=settings.kernels,
        exact=settings.exact,
        consume=True,
        **options,
    )


_Measured = tuple[tuple[float, ...], float | None, dict[str, dict[str, float]] | None]


def _measure(settings: Settings, config: K2Config, engine: Engine, stepper: Stepper) -> _Measured:
    """Tokens per second of every repeat, experts used in a step of decoding, and the latencies of requests."""
    s = settings
    shape = {"batch": s.batch, "depth": s.depth, "prompt": s.prompt_tokens, "repeats": s.repeats}
    if s.mode == "decode":
        decoded = steps.decode(stepper, config.vocab_size, tokens=s.tokens, **shape)
        return tuple(s.batch * s.tokens / each for each in decoded.seconds), decoded.experts, None
    if s.mode == "prefill":
        seconds = steps.prefill_seconds(stepper, config.vocab_size, **shape)
        return tuple(s.batch * s.prompt_tokens / each for each in seconds), None, None
    rates, every = [], []
    for number in range(s.repeats):
        answered = load.answers(
            engine,
            requests=_requests(s),
            clients=s.batch,
            prompt=s.prompt_tokens,
            tokens=s.tokens,
            rate=s.rate,
            seed=number,
        )
        begin, end = min(one.sent for one in answered), max(one.came[-1] for one in answered)
        rates.append(sum(len(one.came) for one in answered) / (end - begin))
        every += answered
    latencies = {
        "time_to_first_token": load.percentiles([one.first for one in every]),
        "inter_token": load.percentiles([gap for one in every for gap in one.gaps] or [0.0]),
    }
    return tuple(rates), None, latencies


def _limit(settings: Settings, timed: _Timed, probes: machine.Probes) -> Limit:
    """Of decoding the seconds of a step, of a prompt the peak over its operations, of requests both, one after the
    other."""
    s, config = settings, timed.config
    flops = limits.prompt_flops(config, s.prompt_tokens, s.depth)
    prompt_seconds = flops / probes.peak
    step = limits.step_work(
        config,
        timed.size,
        experts=timed.experts if timed.experts is not None else limits.expected_experts(config, s.batch),
        batch=s.batch,
        known=s.depth + s.prompt_tokens + (s.tokens + 1) / 2,
        latent_width=timed.latent_width,
    )
    step_seconds = step.seconds(probes.bandwidth, probes.peak)
    reading: dict[str, float | str] = {
        "weight_bytes_per_step": round(step.weights),
        "latent_bytes_per_step": round(step.latents),
        "latent_flops_per_step": step.latent_flops,
        "latents_are": "multiplied" if step.multiplies(probes.bandwidth, probes.peak) else "read",
        "experts_per_layer": step.experts,
        "experts_are": "expected" if timed.experts is None else "counted",
    }
    multiplying: dict[str, float | str] = {"flops_per_prompt": flops}
    if s.mode == "decode":
        return Limit(s.batch / step_seconds, reading)
    if s.mode == "prefill":
        return Limit(s.prompt_tokens / prompt_seconds, multiplying)
    seconds = prompt_seconds + (s.tokens - 1) * step_seconds / s.batch
    return Limit(s.tokens / seconds, reading | multiplying)


def _requests(settings: Settings) -> int:
    return settings.requests or 4 * settings.batch
