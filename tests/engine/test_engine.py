"""The engine: the same tokens in any company, cancel, stop, failures."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from typing import Any

import pytest
import torch
from conftest import EngineMaker, random_model, random_prompts

from openk2.chat.sampling import SamplingParams
from openk2.chat.tokenizer import Tokenizer
from openk2.config import K2Config
from openk2.engine import Completion, Engine, Piece
from openk2.engine.cache import PageTable
from openk2.errors import EngineError, OpenK2Error, RequestError

GREEDY = SamplingParams(temperature=0, max_tokens=12)


def params(number: int) -> SamplingParams:
    """Greedy, seeded and cut sampling in turn, of different lengths."""
    kinds = (
        SamplingParams(temperature=0),
        SamplingParams(temperature=0.8, seed=number, logprobs=True),
        SamplingParams(temperature=1.5, top_p=0.9, top_k=40, seed=number),
    )
    kind = kinds[number % 3]
    return SamplingParams(
        kind.temperature, kind.top_p, kind.top_k, max_tokens=1 + number % 9, seed=kind.seed, logprobs=kind.logprobs
    )


def results(completions: Sequence[Completion]) -> list[tuple[Any, ...]]:
    """All but what came out of the cache."""
    return [(one.prompt_ids, one.ids, one.text, one.logprobs, one.finish) for one in completions]


async def collect(stream: AsyncIterator[Piece]) -> list[Piece]:
    return [piece async for piece in stream]


def idle(engine: Engine) -> bool:
    """After one more request, whether nothing else is left; ends the engine and checks its pages."""
    engine.generate([[1]], SamplingParams(temperature=0, max_tokens=1))
    engine.close()
    load = engine.load
    engine._pool.check_integrity()
    return (load.running, load.waiting, load.pages_available) == (0, 0, load.pages)


def test_32_concurrent_requests_of_mixed_lengths_each_equal_their_single_result(make_engine: EngineMaker) -> None:
    prompts = random_prompts(32, 150)
    wishes = [params(number) for number in range(32)]
    together = make_engine(step_tokens=64).generate(prompts, wishes)
    alone = make_engine()
    assert results(together) == results([alone.generate([p], w)[0] for p, w in zip(prompts, wishes, strict=True)])


def test_requests_that_join_a_running_batch_equal_their_single_result(make_engine: EngineMaker) -> None:
    prompts = random_prompts(6, 60, seed=1)
    engine = make_engine(max_batch=4)

    async def joining() -> list[list[int]]:
        async def later(number: int) -> list[int]:
            pieces: list[Piece] = []
            async with aclosing(engine.stream(prompts[number], GREEDY)) as stream:
                async for piece in stream:
                    pieces.append(piece)
                    if len(pieces) == 2 and number + 1 < len(prompts):
                        tasks.append(asyncio.create_task(later(number + 1)))
            return [piece.id for piece in pieces]

        tasks = [asyncio.create_task(later(0))]
        done: list[list[int]] = []
        while len(done) < len(tasks):
            done.append(await tasks[len(done)])
        return done

    joined = asyncio.run(joining())
    assert joined == [list(make_engine().generate([prompt], GREEDY)[0].ids) for prompt in prompts[: len(joined)]]
    assert len(joined) > 1


def test_preemption_changes_nothing_but_the_time(make_engine: EngineMaker) -> None:
    prompts = random_prompts(8, 50, seed=2)
    sampling = SamplingParams(temperature=1.0, seed=3, max_tokens=30)
    small = make_engine(max_context=96, cache_tokens=96, page_tokens=8, step_tokens=40)
    crowded = small.generate(prompts, sampling)
    assert small.load.counters.preemptions > 0
    assert results(crowded) == results(make_engine().generate(prompts, sampling))
    assert idle(small)


def test_a_continued_conversation_is_not_computed_again_and_continues_the_same(make_engine: EngineMaker) -> None:
    engine = make_engine(page_tokens=16)
    first = engine.generate([list(range(40))], GREEDY)[0]
    grown = [*first.prompt_ids, *first.ids, 5, 6, 7]
    again = engine.generate([grown], GREEDY)[0]
    assert first.cached_tokens == 0
    # The last sampled token was never an input, so it is not in the cache.
    assert again.cached_tokens == (len(first.prompt_ids) + len(first.ids) - 1) // 16 * 16
    assert results([again]) == results(make_engine().generate([grown], GREEDY))


def test_the_same_seed_draws_the_same_tokens_and_another_seed_others(make_engine: EngineMaker) -> None:
    engine = make_engine()
    by_seed = [
        engine.generate([[1, 2, 3]], SamplingParams(temperature=1.0, seed=seed, max_tokens=20))[0].ids
        for seed in (1, 1, 2, None, None)
    ]
    assert by_seed[0] == by_seed[1] != by_seed[2]
    assert by_seed[3] != by_seed[4]


def test_a_stream_gives_what_generate_gives(make_engine: EngineMaker) -> None:
    engine = make_engine()
    sampling = SamplingParams(temperature=1.0, seed=1, max_tokens=20, logprobs=True)
    pieces = asyncio.run(collect(engine.stream("hello", sampling)))
    whole = engine.generate(["hello"], sampling)[0]
    assert tuple(piece.id for piece in pieces) == whole.ids
    assert "".join(piece.text for piece in pieces) == whole.text
    assert tuple(piece.logprob for piece in pieces) == whole.logprobs
    assert [piece.finish for piece in pieces] == [None] * (len(pieces) - 1) + [whole.finish]


class Scripted:
    """In place of the network: after n tokens, the token is what the script says for n; behind its end, where guesses
    may lead, anything."""

    def __init__(self, engine: Engine, script: dict[int, int]) -> None:
        self._vocab = len(engine._sampler.banned_V)
        self._script = script

    def __call__(self, chunks: Sequence[Any]) -> torch.Tensor:
        lengths = [(chunk.start + len(chunk.ids), chunk.wanted) for chunk in chunks]
        ends = [end for length, wanted in lengths for end in range(length - wanted + 1, length + 1)]
        logits_BV = torch.zeros(len(ends), self._vocab)
        for row, end in enumerate(ends):
            logits_BV[row, self._script.get(end, 0)] = 1.0
        return logits_BV


def scripted(engine: Engine, text: bytes | Sequence[int]) -> Engine:
    """`engine` answers a prompt of one token with `text`, then ends the turn."""
    ids = [*text, engine.tokenizer.id("<|im_end|>")]
    engine._forward = Scripted(engine, {1 + i: id for i, id in enumerate(ids)})  # type: ignore[assignment]
    return engine


@pytest.mark.parametrize("stop", ["l", "lo w", "o world", "hello", "世", "é"])
def test_a_stop_string_ends_the_text_before_it(make_engine: EngineMaker, stop: str) -> None:
    said = "hello world, été 世界"
    engine = scripted(make_engine(), said.encode())
    done = engine.generate([[0]], SamplingParams(temperature=0, stop=("zzz", stop)))[0]
    before = said[: said.index(stop)]
    assert (done.text, done.finish) == (before, "stop")
    assert bytes(done.ids) == (before + stop).encode(), "generation ends with the token that completes the stop string"


def test_text_that_only_began_like_a_stop_string_is_not_lost(make_engine: EngineMaker) -> None:
    engine = scripted(make_engine(), b"hello wor")
    assert engine.generate([[0]], SamplingParams(temperature=0, stop=("world",)))[0].text == "hello wor"
    cut = engine.generate([[0]], SamplingParams(temperature=0, stop=("world",), max_tokens=8))[0]
    assert (cut.text, cut.finish) == ("hello wo", "length")


def test_the_end_of_turn_is_among_the_ids_and_not_in_the_text(make_engine: EngineMaker, tokenizer: Tokenizer) -> None:
    done = scripted(make_engine(), [104, tokenizer.id("<think>"), 105]).generate([[0]], GREEDY)[0]
    assert done.ids == (104, tokenizer.id("<think>"), 105, tokenizer.id("<|im_end|>"))
    assert (done.text, done.finish) == ("hi", "stop")


def test_a_character_comes_out_when_its_last_byte_is_there(make_engine: EngineMaker) -> None:
    engine = scripted(make_engine(), "世a".encode() + b"\xe4")
    pieces = asyncio.run(collect(engine.stream([0], GREEDY)))
    assert [piece.text for piece in pieces] == ["", "", "世", "a", "", "\ufffd"]


def test_the_context_ends_a_request(make_engine: EngineMaker) -> None:
    done = scripted(make_engine(max_context=10), b"0123456789").generate([[0]], SamplingParams(temperature=0))[0]
    assert (done.text, done.finish) == ("012345678", "length")


def test_cancelling_frees_the_pages_and_leaves_the_others_alone(make_engine: EngineMaker) -> None:
    engine = make_engine(max_batch=4)
    prompts = random_prompts(6, 100, seed=4)
    long = SamplingParams(temperature=0, max_tokens=40)

    async def some_leave() -> list[list[int]]:
        async def leave(prompt: list[int]) -> list[int]:
            async with aclosing(engine.stream(prompt, SamplingParams(temperature=0))) as stream:
                async for piece in stream:
                    return [piece.id]
            return []

        async def stay(prompt: list[int]) -> list[int]:
            return [piece.id for piece in await collect(engine.stream(prompt, long))]

        tasks = [stay(prompt) if i % 2 else leave(prompt) for i, prompt in enumerate(prompts)]
        return await asyncio.gather(*tasks)

    ids = asyncio.run(some_leave())
    expected = make_engine().generate(prompts, long)
    assert [tuple(got) for got in ids[1::2]] == [one.ids for one in expected[1::2]]
    assert [tuple(got) for got in ids[::2]] == [one.ids[:1] for one in expected[::2]]
    assert idle(engine)


def test_a_task_that_is_cancelled_cancels_its_request(make_engine: EngineMaker) -> None:
    engine = make_engine()

    async def cancel_in_flight() -> None:
        task = asyncio.create_task(collect(engine.stream([1, 2, 3], SamplingParams(temperature=0))))
        while not engine.load.running:
            await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel_in_flight())
    assert idle(engine)


class Failing:
    """The real forward pass, which fails the third time that it is called for two sequences."""

    def __init__(self, inner: Any, with_nan: bool) -> None:
        self.inner, self.with_nan, self.calls = inner, with_nan, 0

    def __call__(self, chunks: Sequence[Any]) -> torch.Tensor:
        self.calls += len(chunks) == 2
        if len(chunks) != 2 or self.calls != 3:
            return self.inner(chunks)
        if self.with_nan:
            return torch.full_like(self.inner(chunks), float("nan"))
        raise MemoryError("no room for the step")


@pytest.mark.parametrize("with_nan", [False, True])
def test_a_failing_step_fails_its_requests_and_the_engine_lives_on(make_engine: EngineMaker, with_nan: bool) -> None:
    engine = make_engine(max_batch=2)
    engine._forward = Failing(engine._forward, with_nan)  # type: ignore[assignment]
    prompts = random_prompts(4, 40, seed=5)

    async def all_of_them() -> list[list[Piece] | BaseException]:
        return await asyncio.gather(*(collect(engine.stream(p, GREEDY)) for p in prompts), return_exceptions=True)

    outcomes = asyncio.run(all_of_them())
    failed = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    assert len(failed) == 2
    reason = "ArithmeticError: its logits are not numbers" if with_nan else "MemoryError: no room for the step"
    assert {str(error) for error in failed} == {f"the model failed while it computed this request: {reason}"}
    assert all(isinstance(error, EngineError) for error in failed)
    expected = make_engine().generate(prompts, GREEDY)
    for outcome, single in zip(outcomes, expected, strict=True):
        if not isinstance(outcome, BaseException):
            assert tuple(piece.id for piece in outcome) == single.ids
    assert results(engine.generate(prompts, GREEDY)) == results(expected)
    assert idle(engine)


def test_a_corrupt_pool_is_noticed_when_idle_and_emptied(
    make_engine: EngineMaker, caplog: pytest.LogCaptureFixture
) -> None:
    engine = make_engine()
    assert engine._pool.extend(PageTable(), 1)
    engine.generate([[1]], GREEDY)
    assert idle(engine)
    assert "cache page 0 is held by 0 sequences and counted 1 times" in caplog.text


@pytest.mark.parametrize(
    ("prompt", "message"),
    [
        ([], "the prompt is empty"),
        ([1] * 50, "the prompt has 50 tokens; accepted: at most 49, one less than the context of 50"),
        ([1, 512], "the prompt holds token id 512; accepted: 0 … 511"),
    ],
)
def test_a_prompt_that_cannot_be_served_is_refused(make_engine: EngineMaker, prompt: list[int], message: str) -> None:
    engine = make_engine(max_context=50)
    with pytest.raises(RequestError, match=message):
        engine.generate([[1], prompt], GREEDY)
    with pytest.raises(RequestError, match=message):
        asyncio.run(collect(engine.stream(prompt, GREEDY)))
    assert engine.generate([[1] * 49], GREEDY)[0].finish == "length"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_batch": 0}, "max_batch is 0"),
        ({"max_batch": 8, "step_tokens": 4}, "step_tokens is 4; accepted: max_batch"),
        ({"max_context": 5000}, "max_context is 5000; accepted: 2 … 2048"),
        ({"cache_tokens": 100}, "cache_tokens is 100; accepted: max_context"),
    ],
)
def test_numbers_that_cannot_work_are_refused(make_engine: EngineMaker, options: dict[str, int], message: str) -> None:
    with pytest.raises(EngineError, match=message):
        make_engine(**options)


def test_samplings_must_be_one_or_as_many_as_prompts(make_engine: EngineMaker) -> None:
    with pytest.raises(RequestError, match="2 prompts came with 1 samplings"):
        make_engine().generate([[1], [2]], [GREEDY])


def test_a_closed_engine_refuses_and_fails_what_was_running(make_engine: EngineMaker) -> None:
    engine = make_engine()

    async def close_in_flight() -> None:
        task = asyncio.create_task(collect(engine.stream([1, 2, 3], SamplingParams(temperature=0))))
        while not engine.load.running:
            await asyncio.sleep(0)
        await asyncio.to_thread(engine.close)
        with pytest.raises(EngineError, match="closed before the request was finished"):
            await task

    asyncio.run(close_in_flight())
    with pytest.raises(OpenK2Error, match="the engine is closed"):
        engine.generate([[1]], GREEDY)


def test_the_event_loop_stays_free_while_the_model_runs(make_engine: EngineMaker) -> None:
    """The model waits for the event loop, which would be a deadlock if steps ran in it."""
    engine = make_engine()
    inner = engine._forward
    loop_turns: list[int] = []

    async def both() -> None:
        loop = asyncio.get_running_loop()

        def forward(chunks: Sequence[Any]) -> torch.Tensor:
            async def turn() -> None:
                loop_turns.append(1)

            asyncio.run_coroutine_threadsafe(turn(), loop).result(timeout=60)
            return inner(chunks)

        engine._forward = forward  # type: ignore[assignment]
        await collect(engine.stream([1], GREEDY))

    asyncio.run(both())
    assert loop_turns


def test_engines_over_the_same_model_agree(tokenizer: Tokenizer) -> None:
    """Re-laying the weights a second time changes nothing."""
    model = random_model(K2Config.preset("k2-debug"), seed=9)
    prompts = random_prompts(3, 30, seed=random.Random(6).randrange(100))
    with Engine(model, tokenizer) as one, Engine(model, tokenizer) as two:
        assert results(one.generate(prompts, GREEDY)) == results(two.generate(prompts, GREEDY))


UNCLOSED = """
import threading
from openk2.chat.sampling import SamplingParams
from openk2.chat.tokenizer import load_tokenizer
from openk2.config import K2Config
from openk2.engine import Engine
from openk2.model import K2Model

tokenizer = load_tokenizer("weights/k2-nano")
config = K2Config.preset("k2-debug").replace(vocab_size=tokenizer.vocab_size)
engine = Engine(K2Model(config).initialize(0).eval(), tokenizer, kernels="reference")

def work():
    while True:
        engine.generate([[1, 2, 3]] * 8, SamplingParams(max_tokens=100, ignore_eos=True))

threading.excepthook = lambda failure: None
threading.Thread(target=work, daemon=True).start()
while not engine.load.counters.steps:
    pass
"""


def test_a_program_may_end_while_its_engine_works() -> None:
    done = subprocess.run([sys.executable, "-c", UNCLOSED], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
