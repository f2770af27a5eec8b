"""How much of a load of agents comes out of the prefix cache, beside what could.

    python benchmarks/prefix_replay.py              a cache that fits, and tighter ones
    python benchmarks/prefix_replay.py --hybrid     of a model with Kimi Delta Attention: states come from snapshots

Agents of a few kinds share a system prompt with tools; each has a dialogue that grows by an answer of the model and a
tool's output per turn; so many are active at once, and a new one begins when one ends. The engine's own scheduler, page
pool and prefix tree serve the load; in place of the network the answers are given. Every figure is a count, so they
are the same on any machine.

The ideal is a cache without limit that serves the requests one after another in the order of their arrival: of a prompt
it has the longest beginning that some request before, prompt and answer, has in common with it. That depends on the
load alone: not on how requests overlap, which can only hide a beginning that is not computed yet, nor on any eviction.
In tokens the last token of a prompt does not count, since its result is wanted; in pages only whole pages before it do.
A tight cache is compared with a plain list of pages, least recently used out first, that also serves one after another.
"""

from __future__ import annotations

import argparse
import heapq
import json
import random
from collections import OrderedDict
from collections.abc import Sequence as Ids
from dataclasses import asdict, dataclass, field

from openk2.config import K2Config
from openk2.config.parts import LinearAttention
from openk2.engine.cache import PAGE_TOKENS, SNAPSHOT_TOKENS, PagePool
from openk2.engine.scheduler import Scheduler, Sequence

LATENT = K2Config.preset("k2-debug").replace(num_hidden_layers=1, kv_lora_rank=1, qk_rope_head_dim=2)
HYBRID = LATENT.replace(
    num_hidden_layers=2,
    model_type="kimi_linear",
    linear_attn_config=LinearAttention(kda_layers=(1,), num_heads=1, head_dim=1, short_conv_kernel_size=2),
)
"""Shapes whose caches take next to no memory."""


@dataclass(frozen=True)
class Load:
    """What the agents do; ranges are drawn from evenly."""

    kinds: int = 4
    """Different system prompts."""
    sessions: int = 64
    at_once: int = 16
    system: tuple[int, int] = (1500, 3000)
    """Tokens of a system prompt with its tools."""
    question: tuple[int, int] = (20, 300)
    turns: tuple[int, int] = (4, 12)
    """Requests of a dialogue."""
    answer: tuple[int, int] = (20, 200)
    tool: tuple[int, int] = (30, 600)
    """Tokens of a tool's output."""
    pause: tuple[int, int] = (0, 30)
    """Steps of the engine while a tool runs."""
    seed: int = 0


@dataclass(frozen=True)
class Turn:
    """One request: what is new in its prompt, and the answer."""

    new: list[int]
    answer: list[int]
    pause: int
    """Steps before it comes."""


def sessions(load: Load) -> list[list[Turn]]:
    """The dialogues of a load, a pure function of it."""
    draw = random.Random(load.seed)

    def tokens(between: tuple[int, int]) -> list[int]:
        return [draw.randrange(100_000) for _ in range(draw.randint(*between))]

    systems = [tokens(load.system) for _ in range(load.kinds)]
    return [
        [
            Turn(
                [*draw.choice(systems), *tokens(load.question)] if number == 0 else tokens(load.tool),
                tokens(load.answer),
                draw.randint(*load.pause),
            )
            for number in range(draw.randint(*load.turns))
        ]
        for _ in range(load.sessions)
    ]


class Everything:
    """All that was ever computed, to find the longest common beginning."""

    def __init__(self, block: int = 32) -> None:
        self._block = block
        self._tree: dict[tuple[int, ...], dict] = {}

    def longest(self, ids: Ids[int]) -> int:
        """How many of the first of `ids` were computed before."""
        after, known = self._tree, 0
        while (block := tuple(ids[known : known + self._block])) in after:
            after, known = after[block], known + self._block
        return known + max((_common(block, other) for other in after), default=0)

    def add(self, ids: Ids[int]) -> None:
        after = self._tree
        for begin in range(0, len(ids), self._block):
            after = after.setdefault(tuple(ids[begin : begin + self._block]), {})


class LeastRecentlyUsed:
    """So many pages, whole requests one after another, no tree: a page is known by all tokens up to its end."""

    def __init__(self, pages: int, page_tokens: int) -> None:
        self._pages, self._size = pages, page_tokens
        self._kept: OrderedDict[int, None] = OrderedDict()

    def serve(self, prompt: Ids[int], computed: Ids[int]) -> int:
        """Tokens of the prompt that were there; afterwards all that was computed is."""
        keys, key = [], 0
        for begin in range(0, len(computed) - self._size + 1, self._size):
            key = hash((key, tuple(computed[begin : begin + self._size])))
            keys.append(key)
        most = (len(prompt) - 1) // self._size
        found = next((number for number, key in enumerate(keys[:most]) if key not in self._kept), most)
        for key in reversed(keys):
            self._kept[key] = None
            self._kept.move_to_end(key)
        while len(self._kept) > self._pages:
            self._kept.popitem(last=False)
        return found * self._size


@dataclass
class Report:
    """Counts of one replay; rates are of prompt tokens."""

    cache_tokens: int
    requests: int = 0
    prompt_tokens: int = 0
    cached: int = 0
    ideal_tokens: int = 0
    ideal_pages: int = 0
    least_recently_used: int = 0
    computed: int = 0
    """Tokens the steps computed, again after a preemption too."""
    must_compute: int = 0
    """Those the ideal, in pages, computes."""
    preemptions: int = 0
    steps: int = 0
    rates: dict[str, float] = field(default_factory=dict)

    def finish(self) -> Report:
        names = ("cached", "ideal_tokens", "ideal_pages", "least_recently_used")
        self.rates = {name: round(100 * getattr(self, name) / self.prompt_tokens, 2) for name in names}
        return self


def replay(load: Load, scheduler: Scheduler) -> Report:
    """Serve a load; every request that ends brings its session's next one after the pause."""
    pool = scheduler.pool
    size = pool.page_tokens
    report = Report(pool.pages * size)
    everything, plain = Everything(), LeastRecentlyUsed(pool.pages, size)
    dialogues = sessions(load)
    history: list[list[int]] = [[] for _ in dialogues]
    upcoming = list(range(len(dialogues)))[::-1]
    due: list[tuple[int, int, int]] = []
    running: dict[Sequence, tuple[int, int, list[int]]] = {}

    def begin(session: int, turn: int) -> None:
        heapq.heappush(due, (report.steps + dialogues[session][turn].pause, session, turn))

    def arrive(session: int, turn: int) -> None:
        this = dialogues[session][turn]
        prompt = history[session] + this.new
        computed = prompt + this.answer[:-1]
        report.requests += 1
        report.prompt_tokens += len(prompt)
        known = min(everything.longest(prompt), len(prompt) - 1)
        report.ideal_tokens += known
        report.ideal_pages += known // size * size
        report.must_compute += len(computed) - known // size * size
        report.least_recently_used += plain.serve(prompt, computed)
        everything.add(computed)
        history[session] = prompt + this.answer
        sequence = Sequence(prompt)
        running[sequence] = (session, turn, this.answer[::-1])
        scheduler.add(sequence)

    def leave(sequence: Sequence) -> None:
        session, turn, _ = running.pop(sequence)
        report.cached += sequence.cached_tokens or 0
        report.preemptions += sequence.preemptions
        scheduler.remove(sequence)
        if turn + 1 < len(dialogues[session]):
            begin(session, turn + 1)
        elif upcoming:
            begin(upcoming.pop(), 0)

    for _ in range(min(load.at_once, len(dialogues))):
        begin(upcoming.pop(), 0)
    while due or running:
        while due and due[0][0] <= report.steps:
            arrive(*heapq.heappop(due)[1:])
        step = scheduler.plan()
        report.steps += 1
        report.computed += sum(work.tokens for work in step)
        complete = [work.sequence for work in step if work.completes]
        scheduler.advance(step)
        for sequence in complete:
            answer = running[sequence][2]
            sequence.ids.append(answer.pop())
            if not answer:
                leave(sequence)
    scheduler.check_integrity()
    return report.finish()


def make_scheduler(
    config: K2Config, tokens: int, at_once: int, *, states: int = 64, page_tokens: int = PAGE_TOKENS, step_tokens: int
) -> Scheduler:
    """The engine's own, over a pool whose latents are two numbers."""
    pool = PagePool(config, tokens, page_tokens=page_tokens, states=states, snapshot_tokens=SNAPSHOT_TOKENS)
    return Scheduler(pool, max_batch=at_once, step_tokens=step_tokens)


def _common(a: Ids[int], b: Ids[int]) -> int:
    return next((place for place, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=Load.sessions)
    parser.add_argument("--at-once", type=int, default=Load.at_once)
    parser.add_argument("--seed", type=int, default=Load.seed)
    parser.add_argument("--step-tokens", type=int, default=256)
    parser.add_argument("--cache-tokens", type=int, nargs="*", default=[1_000_000, 128_000, 96_000, 64_000, 32_000])
    parser.add_argument("--hybrid", action="store_true", help="a model with Kimi Delta Attention")
    parser.add_argument("--states", type=int, default=64, help="state slots of a hybrid, live ones included")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    load = Load(sessions=given.sessions, at_once=given.at_once, seed=given.seed)
    config = HYBRID if given.hybrid else LATENT
    if not given.json:
        print(
            "cache tokens  requests  prompt tokens   cached  ideal (tokens)  (pages)   LRU   computed / must  preempted"
        )
    for tokens in given.cache_tokens:
        scheduler = make_scheduler(config, tokens, load.at_once, states=given.states, step_tokens=given.step_tokens)
        report = replay(load, scheduler)
        if given.json:
            print(json.dumps(asdict(report)))
            continue
        rates = report.rates
        print(
            f"{report.cache_tokens:12,}  {report.requests:8}  {report.prompt_tokens:13,}  {rates['cached']:6.2f}%"
            f"  {rates['ideal_tokens']:13.2f}%  {rates['ideal_pages']:6.2f}%  {rates['least_recently_used']:5.2f}%"
            f"  {report.computed / report.must_compute:13.3f}  {report.preemptions:9}"
        )


if __name__ == "__main__":
    main()
