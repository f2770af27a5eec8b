"""The engine: requests in, tokens out. One step reads `admit → run → emit`.

All model work happens in one worker thread, so that an event loop beside it stays free. Requests enter through an inbox
and leave through their own sink; only the worker touches scheduler, pages and weights. A step that fails fails the
requests that were in it, with one error; the engine goes on with the others.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
import random
import threading
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from functools import partial

import torch

from openk2.chat.events import FinishReason
from openk2.chat.sampling import SamplingParams
from openk2.chat.tokenizer import IncrementalDecoder, Tokenizer
from openk2.engine import scheduler as scheduling
from openk2.engine.cache import PAGE_TOKENS, PagePool
from openk2.engine.forward import Chunk, Forward
from openk2.engine.sampler import Draw, Sampler
from openk2.engine.stopping import StopText
from openk2.errors import ContextLengthError, EngineError, RequestError
from openk2.model import K2Model

CACHE_BYTES = 512 * 2**20
"""Memory for latents where `cache_tokens` is not given; at least one sequence of the full context always fits."""

DEFAULT_SAMPLING = SamplingParams()

log = logging.getLogger("openk2.engine")


@dataclass(frozen=True)
class Piece:
    """The next sampled token of a request and what it brought."""

    id: int
    logprob: float | None
    """Natural logarithm of its probability (see `sampler.Draw`); None unless the request asked."""
    text: str
    """Text that became certain: none while a character or a possible stop string is unfinished, never a special
    token."""
    finish: FinishReason | None
    """Why the request ended, on its last piece."""
    cached_tokens: int
    """How many tokens of the prompt came out of the cache."""


@dataclass(frozen=True)
class Completion:
    """All that came of one request."""

    prompt_ids: tuple[int, ...]
    ids: tuple[int, ...]
    """Sampled ids, the one that ended the turn included."""
    text: str
    """Their text without special tokens, up to the stop string."""
    logprobs: tuple[float, ...]
    """One per id where the request asked for them, else empty."""
    finish: FinishReason
    cached_tokens: int
    """How many tokens of the prompt came out of the cache."""


@dataclass(frozen=True)
class Load:
    """How busy an engine is."""

    running: int
    waiting: int
    pages: int
    """Pages of the latent cache in all."""
    pages_available: int
    """Pages that a sequence could be given."""


_Outcome = Piece | Exception
_Sink = Callable[[_Outcome], None]


@dataclass(eq=False)
class _Request:
    """What the worker keeps beside the scheduler's sequence."""

    sequence: scheduling.Sequence
    params: SamplingParams
    limit: int
    """Tokens that prompt and answer may have together."""
    sink: _Sink
    generator: random.Random
    decoder: IncrementalDecoder
    stop: StopText
    cancelled: bool = False


class Engine:
    """Serves one model to many requests at once. Usable from any thread and from async code; `close` ends it."""

    def __init__(
        self,
        model: K2Model,
        tokenizer: Tokenizer,
        *,
        max_batch: int = 32,
        max_context: int | None = None,
        cache_tokens: int | None = None,
        step_tokens: int = 256,
        page_tokens: int = PAGE_TOKENS,
    ) -> None:
        """`max_batch`: most requests computed at once; `max_context`: most tokens of prompt and answer together (None:
        what the model was made for); `cache_tokens`: tokens the latent cache holds (None: 512 MiB worth of them);
        `step_tokens`: most tokens per step, by which a long prompt is cut into chunks.

        The engine re-lays the model's float32 weights in memory (see `forward.py`) and takes them as they are now:
        after training on, make a new engine. Raises EngineError for numbers that cannot work.
        """
        config = model.config
        self.tokenizer = tokenizer
        self.max_context = config.max_position_embeddings if max_context is None else max_context
        weight = model.lm_head.weight
        if cache_tokens is None:
            token_bytes = config.num_hidden_layers * config.cache_width * weight.dtype.itemsize
            cache_tokens = max(min(CACHE_BYTES // token_bytes, max_batch * self.max_context), self.max_context)
        for holds, what in (
            (
                config.linear_attn_config is None,
                "the model has layers with Kimi Delta Attention (linear_attn_config), whose state the engine does not "
                "keep; accepted: models with multi-head latent attention in every layer",
            ),
            (max_batch >= 1, f"max_batch is {max_batch}; accepted: 1 or more"),
            (step_tokens >= max_batch, f"step_tokens is {step_tokens}; accepted: max_batch ({max_batch}) or more"),
            (
                2 <= self.max_context <= config.max_position_embeddings,
                f"max_context is {self.max_context}; accepted: 2 … {config.max_position_embeddings}",
            ),
            (
                cache_tokens >= self.max_context,
                f"cache_tokens is {cache_tokens}; accepted: max_context ({self.max_context}) or more",
            ),
        ):
            if not holds:
                raise EngineError(what)
        self._pool = PagePool(config, cache_tokens, page_tokens=page_tokens, dtype=weight.dtype, device=weight.device)
        self._forward = Forward(model.eval(), self._pool, self.max_context)
        self._sampler = Sampler(tokenizer, config.vocab_size, weight.device)
        self._scheduler = scheduling.Scheduler(self._pool, max_batch=max_batch, step_tokens=step_tokens)
        self._requests: dict[scheduling.Sequence, _Request] = {}
        self._changed = threading.Condition()
        self._inbox: list[_Request] = []
        self._closed = False
        self._worker: threading.Thread | None = None

    # For callers, from any thread.

    def generate(
        self,
        prompts: Sequence[str | Sequence[int]],
        sampling: SamplingParams | Sequence[SamplingParams] = DEFAULT_SAMPLING,
    ) -> list[Completion]:
        """Complete all prompts (texts or token ids) together; one sampling for all, or one each.

        Raises RequestError when a prompt does not fit, before anything is computed, and EngineError when a step failed.
        """
        each = [sampling] * len(prompts) if isinstance(sampling, SamplingParams) else list(sampling)
        if len(each) != len(prompts):
            raise RequestError(
                f"{len(prompts)} prompts came with {len(each)} samplings; accepted: one for all or one each"
            )
        encoded = [self.tokenizer.encode(prompt) if isinstance(prompt, str) else list(prompt) for prompt in prompts]
        outcomes: queue.SimpleQueue[tuple[int, _Outcome]] = queue.SimpleQueue()

        def sink(number: int, outcome: _Outcome) -> None:
            outcomes.put((number, outcome))

        requests = [
            self._request(ids, params, partial(sink, number))
            for number, (ids, params) in enumerate(zip(encoded, each, strict=True))
        ]
        pieces: list[list[Piece]] = [[] for _ in prompts]
        unfinished = len(prompts)
        try:
            self._submit(requests)
            while unfinished:
                number, outcome = outcomes.get()
                if isinstance(outcome, Exception):
                    raise outcome
                pieces[number].append(outcome)
                unfinished -= outcome.finish is not None
        finally:
            self._cancel(requests)
        return [_completion(ids, got) for ids, got in zip(encoded, pieces, strict=True)]

    async def stream(
        self, prompt: str | Sequence[int], sampling: SamplingParams = DEFAULT_SAMPLING
    ) -> AsyncGenerator[Piece, None]:
        """Complete one prompt token by token; closing the generator cancels the request. Raises as `generate` does."""
        ids = self.tokenizer.encode(prompt) if isinstance(prompt, str) else list(prompt)
        loop = asyncio.get_running_loop()
        outcomes: asyncio.Queue[_Outcome] = asyncio.Queue()
        request = self._request(ids, sampling, partial(_hand_over, loop, outcomes))
        try:
            self._submit([request])
            while True:
                outcome = await outcomes.get()
                if isinstance(outcome, Exception):
                    raise outcome
                yield outcome
                if outcome.finish is not None:
                    return
        finally:
            self._cancel([request])

    @property
    def load(self) -> Load:
        """How busy the engine is now."""
        waiting = len(self._scheduler.waiting) + len(self._inbox)
        return Load(len(self._scheduler.running), waiting, self._pool.pages, self._pool.available)

    def close(self) -> None:
        """End the worker; requests in flight fail with EngineError."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        if self._worker is not None and self._worker is not threading.current_thread():
            self._worker.join()

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def check(self, ids: Sequence[int]) -> None:
        """Raise RequestError unless `ids` can be a prompt: not empty, shorter than the context, in the vocabulary."""
        if not ids:
            raise RequestError("the prompt is empty; accepted: one token or more")
        if len(ids) >= self.max_context:
            raise ContextLengthError(
                f"the prompt has {len(ids)} tokens; accepted: at most {self.max_context - 1}, "
                f"one less than the context of {self.max_context}"
            )
        wrong = next((id for id in ids if not 0 <= id < self.tokenizer.vocab_size), None)
        if wrong is not None:
            raise RequestError(f"the prompt holds token id {wrong}; accepted: 0 … {self.tokenizer.vocab_size - 1}")

    def _request(self, ids: list[int], params: SamplingParams, sink: _Sink) -> _Request:
        self.check(ids)
        limit = self.max_context if params.max_tokens is None else min(self.max_context, len(ids) + params.max_tokens)
        generator = random.Random(params.seed)
        return _Request(
            scheduling.Sequence(list(ids)),
            params,
            limit,
            sink,
            generator,
            IncrementalDecoder(self.tokenizer),
            StopText(params.stop),
        )

    def _submit(self, requests: list[_Request]) -> None:
        with self._changed:
            if self._closed:
                raise EngineError("the engine is closed; make a new one")
            self._inbox.extend(requests)
            if self._worker is None:
                self._worker = threading.Thread(target=self._work, name="openk2-engine", daemon=True)
                self._worker.start()
            self._changed.notify()

    def _cancel(self, requests: list[_Request]) -> None:
        with self._changed:
            for request in requests:
                request.cancelled = True
            self._changed.notify()

    # The worker.

    def _work(self) -> None:
        while self._wait():
            step = self._admit()
            if step:
                self._emit(step, self._run(step))
        error = EngineError("the engine was closed before the request was finished")
        self._take_inbox()
        for request in list(self._requests.values()):
            self._fail(request, error)

    def _wait(self) -> bool:
        """Sleep while there is nothing to do; False when the engine is closed."""
        with self._changed:
            if not self._requests and not self._inbox:
                self._check_idle()
                self._changed.wait_for(lambda: self._inbox or self._closed)
            return not self._closed

    def _admit(self) -> list[scheduling.Work]:
        """Take in new requests, let go of cancelled ones, and plan the step."""
        self._take_inbox()
        for request in [request for request in self._requests.values() if request.cancelled]:
            self._drop(request)
        return self._scheduler.plan()

    def _run(self, step: list[scheduling.Work]) -> list[Draw] | None:
        """Compute the step and sample for every sequence that is complete, in order. None when that failed."""
        try:
            logits_BV = self._forward([_chunk(work) for work in step])
            if bool(torch.isnan(logits_BV).any()):
                raise ArithmeticError("its logits are not numbers")
            complete = [self._requests[work.sequence] for work in step if work.completes]
            return self._sampler(logits_BV, [(request.params, request.generator) for request in complete])
        except Exception as error:
            log.exception("a step of %d requests failed", len(step))
            failure = EngineError(f"the model failed while it computed this request: {type(error).__name__}: {error}")
            for work in step:
                self._fail(self._requests[work.sequence], failure)
            return None

    def _emit(self, step: list[scheduling.Work], draws: list[Draw] | None) -> None:
        """Hand each complete sequence its token; nothing when the step failed."""
        if draws is None:
            return
        complete = [self._requests[work.sequence] for work in step if work.completes]
        self._scheduler.advance(step)
        for request, draw in zip(complete, draws, strict=True):
            request.sequence.ids.append(draw.id)
            piece = self._piece(request, draw)
            if piece.finish is not None:
                self._drop(request)
            self._send(request, piece)

    def _piece(self, request: _Request, draw: Draw) -> Piece:
        ids = request.sequence.ids
        ended = draw.id in self.tokenizer.stop_ids
        special = draw.id >= self.tokenizer.base_size
        decoder, stop = request.decoder, request.stop
        text = stop.push(decoder.flush() if special else decoder.push(draw.id))
        finish: FinishReason | None = None
        if ended or stop.stopped:
            finish = "stop"
        elif len(ids) == request.limit:
            finish = "length"
        if finish and not stop.stopped:
            text += stop.push(decoder.flush()) + stop.flush()
            finish = "stop" if stop.stopped else finish
        return Piece(draw.id, draw.logprob, text, finish, request.sequence.cached_tokens or 0)

    def _send(self, request: _Request, outcome: _Outcome) -> None:
        if not request.cancelled:
            request.sink(outcome)

    def _fail(self, request: _Request, error: EngineError) -> None:
        self._drop(request)
        self._send(request, error)

    def _take_inbox(self) -> None:
        with self._changed:
            arrived, self._inbox = self._inbox, []
        for request in arrived:
            self._requests[request.sequence] = request
            self._scheduler.add(request.sequence)

    def _drop(self, request: _Request) -> None:
        del self._requests[request.sequence]
        self._scheduler.remove(request.sequence)

    def _check_idle(self) -> None:
        """With no request there must be no page held; a corrupt pool would mix up conversations, so it is reported and
        the cache emptied."""
        try:
            self._pool.check()
        except EngineError as error:
            log.error("%s; the cache was emptied", error)
            self._pool.clear()


def _chunk(work: scheduling.Work) -> Chunk:
    begin = work.sequence.computed
    return Chunk(work.sequence.table, work.sequence.ids[begin : begin + work.tokens], begin, int(work.completes))


def _completion(prompt_ids: list[int], pieces: list[Piece]) -> Completion:
    last = pieces[-1]
    assert last.finish is not None
    return Completion(
        tuple(prompt_ids),
        tuple(piece.id for piece in pieces),
        "".join(piece.text for piece in pieces),
        tuple(piece.logprob for piece in pieces if piece.logprob is not None),
        last.finish,
        last.cached_tokens,
    )


def _hand_over(loop: asyncio.AbstractEventLoop, outcomes: asyncio.Queue[_Outcome], outcome: _Outcome) -> None:
    """From the worker into an event loop; nobody is left to tell when the loop has ended."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(outcomes.put_nowait, outcome)
