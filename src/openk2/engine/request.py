"""What the engine's worker keeps of a request beside the scheduler's sequences: one `Answer` for each of its `n`."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from torch import Tensor

from openk2.chat.events import FinishReason
from openk2.chat.pieces import TokenLogprob
from openk2.chat.sampling import SamplingParams
from openk2.chat.stopping import StopText
from openk2.chat.tokenizer import IncrementalDecoder, Tokenizer
from openk2.engine import scheduler as scheduling
from openk2.engine.grammar import Matcher
from openk2.engine.results import Piece
from openk2.engine.sampler import Draw, Wish
from openk2.engine.speculation import Pace, Proposer

Outcome = Piece | Exception
Sink = Callable[[Outcome], None]


@dataclass(eq=False)
class Request:
    """One prompt and what became of it."""

    prompt: tuple[int, ...]
    params: SamplingParams
    limit: int
    """Tokens that prompt and answer may have together."""
    sink: Sink
    matcher: Matcher | None
    """The grammar at the beginning of an answer."""
    cacheable: int
    """Tokens of the prompt that stay in the cache, whole pages of them."""
    answers: list[Answer] = field(default_factory=list)
    """Those begun, in order."""
    prompt_logprobs: list[TokenLogprob] = field(default_factory=list)
    """Those known so far, where they are asked for."""
    cancelled: bool = False
    came: float = field(default_factory=time.perf_counter)
    """When, in seconds of the performance counter."""
    taken_up: float | None = None
    """When a step first computed something of it."""

    def send(self, outcome: Outcome) -> None:
        """To whoever waits for it."""
        if not self.cancelled:
            self.sink(outcome)

    @property
    def wants_prompt(self) -> bool:
        """Whether log-probabilities of the prompt are still missing."""
        return self.params.prompt_logprobs and len(self.prompt_logprobs) < len(self.prompt) - 1


class Answer:
    """One of a request's answers on its way: everything that its next token depends on besides logits."""

    def __init__(
        self, request: Request, sequence: scheduling.Sequence, tokenizer: Tokenizer, proposer: Proposer | None
    ) -> None:
        """The next answer of `request`, written into `sequence`."""
        params = request.params
        self.request, self.sequence, self.proposer = request, sequence, proposer
        self.choice = len(request.answers)
        request.answers.append(self)
        self.sampled = 0
        self.matcher = request.matcher.fork() if request.matcher else None
        self.pace = Pace()
        self.proposed = self.accepted = 0
        self._tokenizer = tokenizer
        self._random = random.Random(_seed(params.seed, self.choice))
        self._counts = dict.fromkeys(request.prompt, 0) if params.counts_tokens else {}
        own = () if params.ignore_eos else tokenizer.stop_ids
        self._ends = frozenset((*own, *params.stop_token_ids))
        self._decoder = IncrementalDecoder(tokenizer)
        self._stop = StopText(params.stop)

    def wish(self, allowed_V: Tensor | None) -> Wish:
        """What the next token depends on; takes a random number, so it is to be called once for each token."""
        params = self.request.params
        return Wish(
            params,
            self._random.random() if params.temperature else 0.0,
            self._counts,
            tuple(self._ends) if self.sampled < params.min_tokens else (),
            allowed_V,
        )

    def guess(self, hurdle: float) -> list[int]:
        """Tokens worth computing although nobody knows yet whether they come; all of them allowed by the grammar."""
        most = self.pace.most(hurdle) if self.proposer else 0
        most = min(most, self.request.limit - len(self.sequence.ids) - 1)
        if most < 1 or self.proposer is None:
            return []
        forced = self.matcher.forced()[:most] if self.matcher else []
        draft = forced or self.proposer.propose(self.sequence.ids, most)[:most]
        usable = [0 <= id < self._tokenizer.vocab_size and id not in self._ends for id in draft]
        draft = draft[: [*usable, False].index(False)]
        return draft[: self.matcher.allowed_of(draft)] if self.matcher and draft else draft

    def push(self, draw: Draw) -> Piece:
        """Take the next token."""
        self.sampled += 1
        if self.request.params.counts_tokens:
            self._counts[draw.id] = self._counts.get(draw.id, 0) + 1
        if self.matcher:
            self.matcher.push(draw.id)
        text, finish = self._read(draw.id)
        return Piece(
            choice=self.choice,
            id=draw.id,
            logprob=draw.report.logprob if draw.report else None,
            top_logprobs=draw.report.top if draw.report else (),
            text=text,
            finish=finish,
            cached_tokens=self.sequence.cached_tokens or 0,
            written_tokens=max(0, self.request.cacheable - (self.sequence.cached_tokens or 0)),
            proposed=self.proposed,
            accepted=self.accepted,
            prompt_logprobs=tuple(self.request.prompt_logprobs) if (self.choice, self.sampled) == (0, 1) else (),
        )

    def _read(self, id: int) -> tuple[str, FinishReason | None]:
        """The text that became certain with a token, and whether the answer ends with it."""
        decoder, stop, params = self._decoder, self._stop, self.request.params
        silent = id >= self._tokenizer.base_size or id in params.stop_token_ids
        text = decoder.flush() if silent else decoder.push(id)
        if self.sampled > params.min_tokens:
            text = stop.push(text)
        finish: FinishReason | None = None
        if id in self._ends or stop.stopped:
            finish = "stop"
        elif len(self.request.prompt) + self.sampled == self.request.limit:
            finish = "length"
        if finish and not stop.stopped:
            text += stop.push(decoder.flush()) + stop.flush()
            finish = "stop" if stop.stopped else finish
        return text, finish


def _seed(seed: int | None, choice: int) -> int | str | None:
    """Answers of one request have random numbers of their own, the first those it would have alone."""
    return seed if seed is None or not choice else f"{seed}/{choice}"
