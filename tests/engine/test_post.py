"""What steps brought comes to its reader whole and in order; a first or last token never waits."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from hypothesis import given
from hypothesis import strategies as st

from openk2.engine.post import LONGEST_WAIT_SECONDS, SHARE, Mailbox, Post
from openk2.engine.request import Outcome
from openk2.engine.results import Piece
from openk2.errors import EngineError


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def piece(id: int, *, last: bool = False) -> Piece:
    return Piece(choice=0, id=id, text="", finish="stop" if last else None)


async def delivered(box: Mailbox) -> list[int]:
    """The ids that were handed over."""
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return [one.id for one in await box.take() if isinstance(one, Piece)]


def run(steps: Callable[[Clock, Post, Mailbox], Awaitable[None]]) -> None:
    """What steps do with a post and a mailbox of its."""

    async def run() -> None:
        clock = Clock()
        await steps(clock, Post(clock), Mailbox())

    asyncio.run(run())


def busy(clock: Clock, box: Mailbox, seconds: float) -> None:
    """Whoever reads the box is busy for so long after the next handover."""
    receive = box.receive

    def slow(outcomes: Sequence[Outcome]) -> None:
        clock.now += seconds
        receive(outcomes)

    box.receive = slow  # type: ignore[method-assign]


def test_tokens_wait_until_passing_them_on_is_a_small_share_of_the_time() -> None:
    async def steps(clock: Clock, post: Post, box: Mailbox) -> None:
        busy(clock, box, 0.002)
        post.put(box, piece(0))
        post.deliver()
        assert await delivered(box) == [0]
        for id in (1, 2, 3):
            clock.now += 0.3 * 0.002 / SHARE
            post.put(box, piece(id))
            post.deliver()
        clock.now += 0.3 * 0.002 / SHARE
        post.put(box, piece(4))
        post.deliver()
        assert await delivered(box) == [1, 2, 3, 4]

    run(steps)


def test_no_token_waits_longer_than_a_person_notices() -> None:
    async def steps(clock: Clock, post: Post, box: Mailbox) -> None:
        busy(clock, box, 10.0)
        post.put(box, piece(0))
        post.deliver()
        await delivered(box)
        clock.now += LONGEST_WAIT_SECONDS
        post.put(box, piece(1))
        post.deliver()
        assert await delivered(box) == [1]

    run(steps)


def test_the_first_and_the_last_token_and_a_failure_leave_at_once_with_all_that_waits() -> None:
    async def steps(clock: Clock, post: Post, box: Mailbox) -> None:
        busy(clock, box, 1.0)
        post.put(box, piece(0))
        post.deliver()
        assert await delivered(box) == [0]
        post.put(box, piece(1))
        post.deliver()
        post.put(box, piece(2, last=True))
        post.deliver()
        assert await delivered(box) == [1, 2]
        post.put(other := Mailbox(), piece(7))
        post.deliver()
        assert await delivered(other) == [7]
        post.put(box, EngineError("broken"))
        post.deliver()
        await asyncio.sleep(0)
        assert [str(one) for one in await box.take()] == ["broken"]

    run(steps)


def test_before_a_long_pause_everything_leaves() -> None:
    async def steps(clock: Clock, post: Post, box: Mailbox) -> None:
        busy(clock, box, 1.0)
        for id in range(3):
            post.put(box, piece(id))
            post.deliver(everything=True)
            assert await delivered(box) == [id]

    run(steps)


def test_a_loop_that_has_ended_is_forgotten() -> None:
    async def make() -> Mailbox:
        return Mailbox()

    post, gone = Post(), asyncio.run(make())
    post.put(gone, piece(0))
    post.deliver()

    async def steps() -> None:
        box = Mailbox()
        post.put(box, piece(1))
        post.deliver()
        assert await delivered(box) == [1]

    asyncio.run(steps())


@given(
    st.lists(
        st.tuples(st.lists(st.integers(0, 3), max_size=6), st.floats(0, 0.2), st.booleans()), min_size=1, max_size=30
    )
)
def test_every_stream_gets_all_its_tokens_in_order(steps: list[tuple[list[int], float, bool]]) -> None:
    """Each step: which streams get a token, the time it takes, whether everything has to leave."""

    async def run() -> None:
        clock = Clock()
        post, boxes = Post(clock), [Mailbox() for _ in range(4)]
        got: list[list[int]] = [[] for _ in boxes]
        sent: list[list[int]] = [[] for _ in boxes]

        async def read(stream: int) -> None:
            while True:
                got[stream] += [one.id for one in await boxes[stream].take() if isinstance(one, Piece)]

        readers = [asyncio.ensure_future(read(stream)) for stream in range(4)]
        for number, (streams, seconds, everything) in enumerate(steps):
            for stream in streams:
                post.put(boxes[stream], piece(number))
                sent[stream].append(number)
            clock.now += seconds
            post.deliver(everything=everything)
            await asyncio.sleep(0)
        post.deliver(everything=True)
        for _ in range(3):
            await asyncio.sleep(0)
        assert got == sent
        for reader in readers:
            reader.cancel()

    asyncio.run(run())
