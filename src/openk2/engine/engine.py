"""The engine: requests in, tokens out. One step reads `admit → run → emit`.

All model work happens in one worker thread, so that an event loop beside it stays free. Requests enter through an inbox
and leave through their own sink; only the worker touches scheduler, pages and weights. A second thread computes the
masks of grammars while the model runs. A step that fails fails the requests that were in it, with one error; the engine
goes on with the others.
"""

from __future__ import annotations

import asyncio
import atexit
import logging
import queue
import threading
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import accumulate
from typing import Literal

import torch
from torch import Tensor

from openk2.chat.backend import check_prompt
from openk2.chat.sampling import SamplingParams
from openk2.chat.tokenizer import Tokenizer
from openk2.config import K2Config
from openk2.engine import scheduler as scheduling
from openk2.engine.cache import PAGE_TOKENS, PagePool
from openk2.engine.compute import compute, level_of
from openk2.engine.expert_cache import ExpertCache
from openk2.engine.forward import Chunk
from openk2.engine.grammar import Grammars, Matcher
from openk2.engine.native_forward import NativeForward
from openk2.engine.post import Mailbox, Post
from openk2.engine.request import Answer, Outcome, Request, Sink
from openk2.engine.results import Completion, Counters, Distribution, Load, Piece, fold
from openk2.engine.sampler import Draw, Sampler
from openk2.engine.speculation import Proposer, StepCost, SuffixProposer
from openk2.engine.states import snapshots_within
from openk2.errors import EngineError, RequestError
from openk2.model import K2Model

CACHE_BYTES = 512 * 2**20
"""Memory for latents where `cache_tokens` is not given; at least one sequence of the full context always fits. As much
again for snapshots of states (Kimi Delta Attention)."""

STEP_TOKENS, PROMPT_TOKENS = 512, 1024
"""Most tokens of a step where nothing is said, and of one that makes nobody's next token wait."""

DEFAULT_SAMPLING = SamplingParams()

log = logging.getLogger("openk2.engine")


@dataclass
class _Turn:
    """An answer that gets tokens in this step."""

    answer: Answer
    work: scheduling.Work
    row: int
    """Of the step's logits: behind the last known token; those behind the tokens of the draft follow."""
    draft: tuple[int, ...]
    allowed_NV: Tensor | None
    """The grammar's masks for these rows."""
    kept: int = 0
    """Tokens of the draft that were drawn."""


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
        step_tokens: int | None = None,
        page_tokens: int = PAGE_TOKENS,
        speculation: Literal["auto", "off"] | Proposer = "auto",
        kernels: str = "auto",
        threads: int | None = None,
        exact: bool = False,
        consume: bool = False,
        experts: ExpertCache | None = None,
    ) -> None:
        """`max_batch`: most requests computed at once; `max_context`: most tokens of prompt and answer together (None:
        what the model was made for); `cache_tokens`: tokens the latent cache holds (None: 512 MiB worth of them);
        `step_tokens`: most tokens per step, by which a long prompt is cut into chunks (None: 512, and 1,024 while no
        sequence waits for its next token: experts are read once for twice as many); `speculation`: who guesses the
        next tokens, which changes no output: each request's own past (`auto`), a proposer for all of them, or nobody.
        Guesses are made where they pay (see `speculation.py`). `kernels`: `auto`, `reference` or a native level,
        `threads`: how many the native kernels use (None: as many as PyTorch does), `exact`: whether integer weights
        meet bfloat16 activations (see `compute.py`). `experts`: where routed experts come from that are not in memory
        (see `expert_cache.py`); it is closed with the engine, and `load` shows its counters.

        The engine takes the weights as they are now: after training on, make a new engine. Native kernels copy them
        into an order of their own; `consume` lets go of the model's while they are copied, and the model is of no
        further use. The reference re-lays float32 weights in place (see `forward.py`). Raises EngineError for numbers
        that cannot work and ConfigError for kernels that are not there.
        """
        config = model.config
        self.tokenizer = tokenizer
        self.max_context = config.max_position_embeddings if max_context is None else max_context
        weight = model.lm_head.weight
        if cache_tokens is None:
            token_bytes = max(len(config.latent_layers), 1) * config.cache_width * weight.dtype.itemsize
            cache_tokens = max(min(CACHE_BYTES // token_bytes, max_batch * self.max_context), self.max_context)
        prompt_tokens = PROMPT_TOKENS if step_tokens is None else step_tokens
        step_tokens = max(STEP_TOKENS, max_batch) if step_tokens is None else step_tokens
        _check_numbers(self.max_context, cache_tokens, max_batch, step_tokens, config)
        _check_experts(model, experts)
        self._pool = PagePool(
            config,
            cache_tokens,
            page_tokens=page_tokens,
            states=max_batch + snapshots_within(config, CACHE_BYTES, cache_tokens // page_tokens),
            dtype=weight.dtype,
            device=weight.device,
        )
        self._forward = compute(
            model.eval(),
            self._pool,
            self.max_context,
            kernels=kernels,
            threads=threads,
            exact=exact,
            consume=consume,
            experts=experts,
        )
        self._sampler = Sampler(tokenizer, config.vocab_size, weight.device, level_of(self._forward))
        self._scheduler = scheduling.Scheduler(
            self._pool, max_batch=max_batch, step_tokens=step_tokens, prompt_tokens=max(prompt_tokens, step_tokens)
        )
        self._grammars = Grammars(tokenizer, self._sampler.banned_V)
        self._mask_thread = ThreadPoolExecutor(1, "openk2-grammar")
        self._speculation = speculation
        self._cost = StepCost()
        self._counters = Counters()
        self._queued, self._prefill = Distribution(), Distribution()
        self._others: dict[str, Callable[[], Mapping[str, float]]] = {}
        self._experts = experts
        if experts is not None:
            self.count_with("experts", lambda: asdict(experts.counters))
        if isinstance(self._forward, NativeForward):
            self.count_with("routing", self._forward.expert_load.figures)
        self._answers: dict[scheduling.Sequence, Answer] = {}
        self._post = Post()
        self._changed = threading.Condition()
        self._inbox: list[Request] = []
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
        outcomes: queue.SimpleQueue[tuple[int, Outcome]] = queue.SimpleQueue()

        def sink(number: int, outcome: Outcome) -> None:
            outcomes.put((number, outcome))

        requests = [
            self._request(ids, params, partial(sink, number))
            for number, (ids, params) in enumerate(zip(encoded, each, strict=True))
        ]
        pieces: list[list[Piece]] = [[] for _ in prompts]
        unfinished = sum(params.n for params in each)
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
        return [fold(ids, got) for ids, got in zip(encoded, pieces, strict=True)]

    async def stream(
        self, prompt: str | Sequence[int], sampling: SamplingParams = DEFAULT_SAMPLING
    ) -> AsyncGenerator[Piece, None]:
        """Complete one prompt token by token, its `n` answers side by side; closing the generator cancels the request.
        Raises as `generate` does."""
        async with aclosing(self.batches(prompt, sampling)) as batches:
            async for pieces in batches:
                for piece in pieces:
                    yield piece

    async def batches(
        self, prompt: str | Sequence[int], sampling: SamplingParams = DEFAULT_SAMPLING
    ) -> AsyncGenerator[Sequence[Piece], None]:
        """As `stream`, the tokens that are there at a time."""
        ids = self.tokenizer.encode(prompt) if isinstance(prompt, str) else list(prompt)
        box = Mailbox()
        make = partial(self._request, ids, sampling, partial(self._post.put, box))
        # A grammar may take a second to compile.
        request = await asyncio.to_thread(make) if sampling.grammar else make()
        unfinished = sampling.n
        try:
            self._submit([request])
            while unfinished:
                pieces = []
                for outcome in await box.take():
                    if isinstance(outcome, Exception):
                        raise outcome
                    pieces.append(outcome)
                    unfinished -= outcome.finish is not None
                yield pieces
        finally:
            self._cancel([request])

    @property
    def load(self) -> Load:
        """How busy the engine is now."""
        waiting = len(self._scheduler.waiting) + len(self._inbox)
        others = {name: dict(read()) for name, read in self._others.items()}
        running, pool = len(self._scheduler.running), self._pool
        return Load(
            running,
            waiting,
            pool.pages,
            pool.available,
            replace(self._counters),
            self._queued.copy(),
            self._prefill.copy(),
            others,
        )

    @property
    def kernels(self) -> str:
        """The level of the native kernels that compute, or `pytorch`."""
        level = level_of(self._forward)
        return "pytorch" if level is None else level.name

    def count_with(self, name: str, read: Callable[[], Mapping[str, float]]) -> None:
        """Let `load` also show, under `name`, what `read` returns: counters of a part that the engine works with."""
        self._others[name] = read

    def close(self) -> None:
        """End the worker; requests in flight fail with EngineError."""
        atexit.unregister(self.close)
        with self._changed:
            self._closed = True
            self._changed.notify()
        if self._worker is not None and self._worker is not threading.current_thread():
            self._worker.join()
        self._mask_thread.shutdown()
        if self._experts is not None:
            self._experts.close()

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def check(self, ids: Sequence[int]) -> None:
        """Raise RequestError unless `ids` can be a prompt: not empty, shorter than the context, in the vocabulary."""
        check_prompt(ids, self.max_context, self.tokenizer.vocab_size)

    def _request(self, ids: list[int], params: SamplingParams, sink: Sink) -> Request:
        self.check(ids)
        for name, given in (("logit_bias", params.logit_bias), ("stop_token_ids", params.stop_token_ids)):
            wrong = next((id for id in given if not 0 <= id < self.tokenizer.vocab_size), None)
            if wrong is not None:
                raise RequestError(f"{name} holds token id {wrong}; accepted: 0 … {self.tokenizer.vocab_size - 1}")
        limit = self.max_context if params.max_tokens is None else min(self.max_context, len(ids) + params.max_tokens)
        matcher = self._grammars.open(params.grammar) if params.grammar else None
        page = self._pool.page_tokens
        request = Request(tuple(ids), params, limit, sink, matcher, len(ids) // page * page)
        sequence = scheduling.Sequence(list(ids), params.priority, whole=params.prompt_logprobs)
        Answer(request, sequence, self.tokenizer, self._proposer())
        return request

    def _proposer(self) -> Proposer | None:
        """Who guesses for one answer. A state of Kimi Delta Attention cannot go back behind a wrong guess."""
        if self._speculation == "off" or self._pool.states is not None:
            return None
        return SuffixProposer() if self._speculation == "auto" else self._speculation

    def _submit(self, requests: list[Request]) -> None:
        with self._changed:
            if self._closed:
                raise EngineError("the engine is closed; make a new one")
            self._inbox.extend(requests)
            if self._worker is None:
                self._worker = threading.Thread(target=self._work, name="openk2-engine", daemon=True)
                self._worker.start()
                # A worker that is cut off inside a library at the program's end takes the program down with it.
                atexit.register(self.close)
            self._changed.notify()

    def _cancel(self, requests: list[Request]) -> None:
        with self._changed:
            for request in requests:
                request.cancelled = True
            self._changed.notify()

    # The worker.

    @torch.inference_mode()
    def _work(self) -> None:
        while self._wait():
            step: list[scheduling.Work] = []
            try:
                step = self._admit()
                if step:
                    self._emit(*self._run(step))
                else:
                    self._post.deliver(everything=True)
            except Exception as error:
                self._fail_step(step, error)
        self._take_inbox()
        closed = EngineError("the engine was closed before the request was finished")
        for answer in list(self._answers.values()):
            self._fail(answer.request, closed)
        self._post.deliver(everything=True)

    def _wait(self) -> bool:
        """Sleep while there is nothing to do; False when the engine is closed."""
        if not self._answers:
            self._post.deliver(everything=True)
        with self._changed:
            if not self._answers and not self._inbox:
                self._check_idle()
                self._changed.wait_for(lambda: self._inbox or self._closed)
            return not self._closed

    def _admit(self) -> list[scheduling.Work]:
        """Take in new requests, let go of cancelled ones, guess, and plan the step."""
        self._take_inbox()
        for answer in [answer for answer in self._answers.values() if answer.request.cancelled]:
            self._drop(answer)
        hurdle = self._cost.hurdle(len(self._scheduler.running))
        for sequence in self._scheduler.running:
            if sequence.missing == 1:
                sequence.draft = self._guess(self._answers[sequence], hurdle)
        return self._scheduler.plan()

    def _run(self, step: list[scheduling.Work]) -> tuple[list[_Turn], Tensor]:
        """Compute the step; returns who gets tokens, and the logits."""
        complete = [work for work in step if work.completes]
        jobs = [(self._answers[work.sequence].matcher, work.draft) for work in complete]
        masks = self._mask_thread.submit(_masks, jobs) if any(matcher for matcher, _ in jobs) else None
        chunks = [self._chunk(work) for work in step]
        # Now, as nobody else holds the interpreter while the model runs. Where it computes prompts, it runs long.
        self._post.deliver(everything=any(work.tokens > 1 for work in step))
        begun = time.perf_counter()
        logits_NV = self._forward(chunks)
        self._cost.add(sum(len(chunk.ids) for chunk in chunks), time.perf_counter() - begun)
        self._sampler.ban_(logits_NV)
        ends = list(accumulate(chunk.wanted for chunk in chunks))
        for work, chunk, end in zip(step, chunks, ends, strict=True):
            self._report_prompt(self._answers[work.sequence].request, chunk, logits_NV[end - chunk.wanted : end])
        first_row = {work.sequence: end - work.wanted for work, end in zip(step, ends, strict=True)}
        self._scheduler.advance(step)
        self._counters.steps += 1
        self._counters.computed_tokens += sum(len(chunk.ids) for chunk in chunks)
        turns = []
        for work, allowed_NV in zip(complete, masks.result() if masks else [None] * len(complete), strict=True):
            answer = self._answers.get(work.sequence)
            if answer is None:
                continue
            if isinstance(allowed_NV, EngineError):
                self._fail(answer.request, allowed_NV)
                continue
            turn = _Turn(answer, work, first_row[work.sequence], work.draft, allowed_NV)
            turns += [turn, *self._begin(turn)]
        return [turn for turn in turns if turn.answer.sequence in self._answers], logits_NV

    def _emit(self, turns: list[_Turn], logits_NV: Tensor) -> None:
        """Draw position by position, each answer as long as it draws what was guessed."""
        while turns:
            rows = [turn.row + turn.kept for turn in turns]
            masks = [None if turn.allowed_NV is None else turn.allowed_NV[turn.kept] for turn in turns]
            wishes = [turn.answer.wish(allowed_V) for turn, allowed_V in zip(turns, masks, strict=True)]
            draws = self._sampler(logits_NV, wishes, rows)
            turns = [turn for turn, draw in zip(turns, draws, strict=True) if self._push(turn, draw)]

    def _push(self, turn: _Turn, draw: Draw) -> bool:
        """Hand an answer its next token; whether the step has computed what comes behind it."""
        answer, counters = turn.answer, self._counters
        right = False
        if turn.kept < len(turn.draft):
            right = draw.id == turn.draft[turn.kept]
            answer.pace.judge(right)
            answer.accepted += right
            counters.accepted_tokens += right
        piece = answer.push(draw)
        if piece.finish is not None:
            self._drop(answer)
        elif right:
            turn.kept += 1
        else:
            if turn.draft:
                self._scheduler.accept(turn.work, turn.kept)
            answer.sequence.ids.append(draw.id)
        answer.request.send(piece)
        return right and piece.finish is None

    def _begin(self, turn: _Turn) -> list[_Turn]:
        """At a request's first token: its other answers, which take their first token from the same logits. Those that
        found no place compute the end of the prompt again, later."""
        request, counters = turn.answer.request, self._counters
        if turn.answer.sampled or turn.answer.choice:
            return []
        cached = turn.answer.sequence.cached_tokens or 0
        assert request.taken_up is not None
        self._queued.add(request.taken_up - request.came)
        self._prefill.add(time.perf_counter() - request.taken_up)
        counters.requests += 1
        counters.prompt_tokens += len(request.prompt)
        counters.prefix_hits += cached > 0
        counters.prefix_tokens += cached
        others = []
        for _ in range(1, request.params.n):
            sequence = self._scheduler.fork(turn.answer.sequence)
            answer = self._answers[sequence] = Answer(request, sequence, self.tokenizer, self._proposer())
            if not sequence.missing:
                others.append(_Turn(answer, turn.work, turn.row, (), turn.allowed_NV))
        return others

    def _guess(self, answer: Answer, hurdle: float) -> list[int]:
        try:
            return answer.guess(hurdle)
        except Exception:
            log.exception("a proposer failed; the request goes on without it")
            answer.proposer = None
            return []

    def _chunk(self, work: scheduling.Work) -> Chunk:
        sequence, answer = work.sequence, self._answers[work.sequence]
        if answer.request.taken_up is None:
            answer.request.taken_up = time.perf_counter()
        wanted = len(work.ids) if answer.request.wants_prompt else work.wanted
        answer.proposed += len(work.draft)
        self._counters.proposed_tokens += len(work.draft)
        return Chunk(sequence.table, work.ids, sequence.computed, wanted)

    def _report_prompt(self, request: Request, chunk: Chunk, logits_TV: Tensor) -> None:
        """Note what the model gave the prompt's tokens behind those of a chunk."""
        first = max(chunk.start, len(request.prompt_logprobs))
        last = min(chunk.start + len(chunk.ids), len(request.prompt) - 1)
        if request.wants_prompt and first < last:
            ids = request.prompt[first + 1 : last + 1]
            rows = range(first - chunk.start, last - chunk.start)
            request.prompt_logprobs += self._sampler.report(logits_TV, rows, ids, request.params.top_logprobs)

    def _fail_step(self, step: list[scheduling.Work], error: Exception) -> None:
        log.error("a step of %d requests failed", len(step), exc_info=error)
        failure = EngineError(f"the model failed while it computed this request: {type(error).__name__}: {error}")
        for sequence in [work.sequence for work in step] or list(self._answers):
            if sequence in self._answers:
                self._fail(self._answers[sequence].request, failure)

    def _fail(self, request: Request, error: EngineError) -> None:
        for answer in request.answers:
            if answer.sequence in self._answers:
                self._drop(answer)
        request.send(error)

    def _take_inbox(self) -> None:
        with self._changed:
            arrived, self._inbox = self._inbox, []
        for request in arrived:
            (answer,) = request.answers
            self._answers[answer.sequence] = answer
            self._scheduler.add(answer.sequence)

    def _drop(self, answer: Answer) -> None:
        del self._answers[answer.sequence]
        self._scheduler.remove(answer.sequence)
        self._counters.preemptions += answer.sequence.preemptions

    def _check_idle(self) -> None:
        """With no request there must be no page held; a corrupt pool would mix up conversations, so it is reported and
        the cache emptied."""
        try:
            self._scheduler.check_integrity()
        except EngineError as error:
            log.error("%s; the cache was emptied", error)
            self._pool.clear()


def _masks(jobs: Sequence[tuple[Matcher | None, Sequence[int]]]) -> list[Tensor | EngineError | None]:
    """The masks of each grammar, or why there are none; None where there is no grammar."""
    made: list[Tensor | EngineError | None] = []
    for matcher, draft in jobs:
        try:
            made.append(matcher.masks(draft) if matcher else None)
        except EngineError as error:
            made.append(error)
    return made


def _check_experts(model: K2Model, experts: ExpertCache | None) -> None:
    """Raise EngineError unless the routed experts are in the model, or in a cache of the same model."""
    if experts is None and any(parameter.is_meta for parameter in model.parameters()):
        raise EngineError(
            "the model's routed experts are on disk; accepted: an ExpertCache of its directory as experts"
        )
    if experts is not None and experts.files.config != model.config:
        raise EngineError("experts are those of another model; accepted: an ExpertCache of the model's own directory")


def _check_numbers(max_context: int, cache_tokens: int, max_batch: int, step_tokens: int, config: K2Config) -> None:
    """Raise EngineError unless an engine can work with its numbers."""
    longest = config.max_position_embeddings
    for holds, what in (
        (max_batch >= 1, f"max_batch is {max_batch}; accepted: 1 or more"),
        (step_tokens >= max_batch, f"step_tokens is {step_tokens}; accepted: max_batch ({max_batch}) or more"),
        (2 <= max_context <= longest, f"max_context is {max_context}; accepted: 2 … {longest}"),
        (
            cache_tokens >= max_context,
            f"cache_tokens is {cache_tokens}; accepted: max_context ({max_context}) or more",
        ),
    ):
        if not holds:
            raise EngineError(what)
