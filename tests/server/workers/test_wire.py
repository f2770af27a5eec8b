"""What front ends and the engine process say to each other, without processes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openk2.chat.pieces import Pieces, TokenLogprob, TokenPiece
from openk2.chat.sampling import GrammarSpec, SamplingParams
from openk2.chat.tokenizer import Tokenizer
from openk2.errors import ContextLengthError, EngineError, OpenK2Error, RequestError, UpstreamError
from openk2.server.workers.engine_side import EngineSide
from openk2.server.workers.front_side import FrontSide, SharedTokens
from openk2.server.workers.wire import (
    error_from_json,
    error_to_json,
    frame,
    piece_from_json,
    piece_to_json,
    read_frame,
    sampling_from_json,
    sampling_to_json,
)

IDS = st.integers(0, 2**20)
LOGPROB = st.floats(-80, 0)
TOPS = st.lists(st.tuples(IDS, LOGPROB), max_size=3).map(tuple)
PIECES = st.builds(
    TokenPiece,
    choice=st.integers(0, 3),
    id=IDS,
    logprob=st.none() | LOGPROB,
    top_logprobs=TOPS,
    finish=st.sampled_from([None, "stop", "length"]),
    cached_tokens=IDS,
    proposed=IDS,
    accepted=IDS,
    prompt_logprobs=st.lists(st.builds(TokenLogprob, IDS, LOGPROB, TOPS), max_size=2).map(tuple),
    written_tokens=IDS,
)
SAMPLING = st.builds(
    SamplingParams,
    temperature=st.floats(0, 2),
    top_k=st.integers(0, 50),
    max_tokens=st.none() | st.integers(5, 100),
    stop=st.lists(st.text(min_size=1), max_size=2).map(tuple),
    seed=st.none() | IDS,
    logit_bias=st.dictionaries(IDS, st.floats(-5, 5), max_size=3),
    stop_token_ids=st.lists(IDS, max_size=2).map(tuple),
    grammar=st.none() | st.just(GrammarSpec("regex", "a+")),
    priority=st.integers(-3, 3),
)


async def through(message: list[object]) -> list[object]:
    reader = asyncio.StreamReader()
    reader.feed_data(frame(*message))
    return await read_frame(reader)


@given(PIECES)
def test_a_token_comes_back_as_it_was(piece: TokenPiece) -> None:
    (sent,) = asyncio.run(through([piece_to_json(piece)]))
    assert piece_from_json(sent) == piece  # type: ignore[arg-type]


def test_a_token_in_the_middle_of_an_answer_is_short() -> None:
    assert piece_to_json(TokenPiece(0, 77)) == [0, 77]


@given(SAMPLING)
def test_how_to_draw_comes_back_as_it_was(sampling: SamplingParams) -> None:
    (sent,) = asyncio.run(through([sampling_to_json(sampling)]))
    assert sampling_from_json(sent) == sampling  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "error",
    [
        RequestError("wrong"),
        ContextLengthError("too long"),
        EngineError("a step failed"),
        UpstreamError("gone", 504, retry_after=2.0),
    ],
)
def test_errors_keep_their_kind_line_and_status(error: OpenK2Error) -> None:
    (sent,) = asyncio.run(through([error_to_json(error)]))
    again = error_from_json(sent)  # type: ignore[arg-type]
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))


def test_an_error_nobody_expected_is_one_of_the_engine() -> None:
    assert isinstance(error_from_json(error_to_json(ValueError("odd"))), EngineError)


class Steps:
    """A token backend whose steps the test makes."""

    name = "k2"
    context_length: int | None = 50
    grammars = True

    def __init__(self) -> None:
        self.tokenizer = Tokenizer.bytes_only()
        self.steps = asyncio.Semaphore(0)
        self.left = asyncio.Event()
        self.asked: list[tuple[list[int], SamplingParams]] = []

    def check(self, prompt_ids: Sequence[int]) -> None:
        raise AssertionError("front ends check by themselves")

    async def generate(self, prompt_ids: Sequence[int], sampling: SamplingParams) -> AsyncGenerator[Pieces, None]:
        self.asked.append((list(prompt_ids), sampling))
        try:
            if prompt_ids[0] == 0:
                raise RequestError("no such prompt")
            for number in range(sampling.max_tokens or 0):
                await self.steps.acquire()
                yield [TokenPiece(0, number, finish="length" if number + 1 == sampling.max_tokens else None)]
        finally:
            self.left.set()


Work = Callable[[SharedTokens, Steps, "asyncio.Future[None]"], Awaitable[None]]


def joined(folder: Path, work: Work) -> None:
    """Both sides over a real socket."""

    async def run() -> None:
        side, steps = EngineSide(), Steps()
        async with side.listening(folder / "engine"):
            front = await FrontSide.connect(folder / "engine")
            listening = asyncio.ensure_future(front.run())
            about = asyncio.ensure_future(front.describe("k2"))
            await asyncio.sleep(0)
            assert not about.done(), "it waits for the model to be loaded"
            await side.add("k2", steps)
            await work(SharedTokens(front, "k2", await about, steps.tokenizer), steps, listening)
        with pytest.raises(UpstreamError, match="the engine process is gone"):
            await listening

    asyncio.run(run())


def test_tokens_come_through_for_many_requests_at_once(tmp_path: Path) -> None:
    async def work(tokens: SharedTokens, steps: Steps, listening: asyncio.Future[None]) -> None:
        assert (tokens.name, tokens.context_length, tokens.grammars) == ("k2", 50, True)
        for _ in range(sum(range(20))):
            steps.steps.release()

        async def ask(number: int) -> list[int]:
            sampling = SamplingParams(max_tokens=number, seed=number)
            return [piece.id async for pieces in tokens.generate([number], sampling) for piece in pieces]

        assert await asyncio.gather(*map(ask, range(1, 20))) == [list(range(number)) for number in range(1, 20)]
        assert ([7], SamplingParams(max_tokens=7, seed=7)) in steps.asked

    joined(tmp_path, work)


def test_leaving_an_answer_cancels_it_in_the_engine_process(tmp_path: Path) -> None:
    async def work(tokens: SharedTokens, steps: Steps, listening: asyncio.Future[None]) -> None:
        async with aclosing(tokens.generate([1], SamplingParams(max_tokens=9))) as pieces:
            steps.steps.release()
            await anext(pieces)
            assert not steps.left.is_set()
        await asyncio.wait_for(steps.left.wait(), 20)

    joined(tmp_path, work)


def test_what_the_engine_refuses_the_front_end_refuses(tmp_path: Path) -> None:
    async def work(tokens: SharedTokens, steps: Steps, listening: asyncio.Future[None]) -> None:
        with pytest.raises(RequestError, match="no such prompt"):
            await anext(tokens.generate([0], SamplingParams(max_tokens=1)))
        with pytest.raises(ContextLengthError):
            tokens.check([1] * 50)

    joined(tmp_path, work)


def test_when_the_engine_process_is_gone_requests_end_with_an_error(tmp_path: Path) -> None:
    asking: list[asyncio.Future[object]] = []

    async def work(tokens: SharedTokens, steps: Steps, listening: asyncio.Future[None]) -> None:
        pieces = tokens.generate([1], SamplingParams(max_tokens=9))
        asking.append(asyncio.ensure_future(anext(pieces)))  # type: ignore[arg-type]
        while not steps.asked:
            await asyncio.sleep(0)

    joined(tmp_path, work)
    error = asking[0].exception()
    assert isinstance(error, UpstreamError | asyncio.CancelledError)
