"""A token backend over HTTP: prompt ids go out, sampled ids come back, so that rendering and parsing are ours.

Two dialects: completions of OpenAI's form with the extensions of vLLM (`remote_completions.py`; openk2's own server
speaks it too), and SGLang's `/generate` (`remote_generate.py`). Such servers tell that an answer is over with its last
token or after it, and how much of the prompt was cached at the very end: an answer's last token waits for both, which
holds every token back until the next one is there.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Literal

import httpx

from openk2.chat.backend import check_prompt
from openk2.chat.events import FinishReason
from openk2.chat.pieces import Pieces, TokenLogprob, TokenPiece
from openk2.chat.remote_completions import CompletionsDialect
from openk2.chat.remote_generate import GenerateDialect
from openk2.chat.sampling import SamplingParams
from openk2.chat.token_dialect import Arrived, TokenDialect, WrongAnswer
from openk2.chat.tokenizer import Tokenizer
from openk2.chat.upstream import Upstream, checked_address
from openk2.errors import RequestError, UpstreamError

DIALECTS: Mapping[str, Callable[[str], TokenDialect]] = {
    "completions": CompletionsDialect,
    "generate": GenerateDialect,
}
"""Name → what makes it of a model's name."""


class RemoteTokens:
    """A model behind vLLM's or SGLang's HTTP server, asked in token ids."""

    def __init__(
        self,
        model: str,
        base_url: str,
        tokenizer: Tokenizer,
        context_length: int,
        *,
        dialect: Literal["completions", "generate"] = "completions",
        grammars: bool = False,
        api_key: str | None = None,
        timeout: float = 300.0,
        retries: int = 4,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """`base_url`: with or without `/v1`; `tokenizer`: the model's own, here; `context_length`: most tokens of
        prompt and answer together there; `grammars`: whether the server's grammars are llguidance's, so that ours mean
        the same there (vLLM: `--structured-outputs-config.backend guidance`; SGLang: `--grammar-backend llguidance`).
        The rest as `Upstream` has it. Raises RequestError when the address or the key cannot be one."""
        self.name, self.tokenizer, self.grammars = model, tokenizer, grammars
        self.context_length: int | None = context_length
        self._longest = context_length
        self._dialect = DIALECTS[dialect](model)
        self._upstream = Upstream(
            checked_address(base_url).removesuffix("/v1") + self._dialect.path,
            api_key,
            timeout=timeout,
            retries=retries,
            transport=transport,
            sleep=sleep,
        )

    def check(self, prompt_ids: Sequence[int]) -> None:
        """See `TokenBackend.check`."""
        check_prompt(prompt_ids, self._longest, self.tokenizer.vocab_size)

    async def generate(self, prompt_ids: Sequence[int], sampling: SamplingParams) -> AsyncGenerator[Pieces, None]:
        """See `TokenBackend.generate`. Raises UpstreamError where the server fails or does not tell its ids."""
        self.check(prompt_ids)
        if sampling.grammar is not None and not self.grammars:
            raise RequestError(f"grammar is given, which {self.name} behind {self._upstream.shown} is not asked for")
        room = self._longest - len(prompt_ids)
        most = room if sampling.max_tokens is None else min(sampling.max_tokens, room)
        ends = () if sampling.ignore_eos else sorted(self.tokenizer.stop_ids)
        stops = tuple(dict.fromkeys((*sampling.stop_token_ids, *ends)))
        body = self._dialect.body(prompt_ids, replace(sampling, max_tokens=most, stop_token_ids=stops))
        answers = _Answers(sampling.n, sampling.top_logprobs, self.tokenizer.vocab_size)
        reader = self._dialect.reader()
        async with aclosing(self._upstream.post(body)) as chunks:
            try:
                async for data in chunks:
                    for arrived in reader.take(data):
                        if pieces := list(answers.take(arrived, reader.cached_tokens)):
                            yield pieces
                yield list(answers.finish(reader.cached_tokens))
            except WrongAnswer as error:
                raise UpstreamError(f"{self._upstream.shown}: {error}") from None
            except (LookupError, TypeError, ValueError) as error:
                raise UpstreamError(f"{self._upstream.shown}: the answer has another form: {error}") from None


class _Answers:
    """Keeps the last token of each answer until it is known whether, and why, it is the last."""

    def __init__(self, n: int, alternatives: int, vocab_size: int) -> None:
        """`alternatives`: how many were asked for; servers add the sampled token to them."""
        self._n, self._alternatives, self._vocab_size = n, alternatives, vocab_size
        self._last: dict[int, TokenPiece] = {}
        self._reasons: dict[int, FinishReason] = {}
        self._prompt_logprobs: tuple[TokenLogprob, ...] = ()
        """Of the prompt, until the first answer's first token takes them."""

    def take(self, arrived: Arrived, cached: int) -> Iterator[TokenPiece]:
        """The tokens that others follow; `cached`: tokens of the prompt that came out of the cache, as far as known."""
        choice = arrived.choice
        if choice >= self._n:
            raise WrongAnswer(f"the server sent answer {choice} of {self._n}")
        self._prompt_logprobs = arrived.prompt_logprobs or self._prompt_logprobs
        for one in arrived.sampled:
            if one.id >= self._vocab_size:
                raise WrongAnswer(f"the server sent token id {one.id}; accepted: 0 … {self._vocab_size - 1}")
            if choice in self._last:
                yield replace(self._last[choice], cached_tokens=cached)
            told = () if choice or choice in self._last else self._prompt_logprobs
            self._last[choice] = TokenPiece(
                choice, one.id, one.logprob, one.top[: self._alternatives], prompt_logprobs=told
            )
        if arrived.finish is not None:
            self._reasons[choice] = arrived.finish

    def finish(self, cached: int) -> Iterator[TokenPiece]:
        """The last token of each answer."""
        for choice in range(self._n):
            if choice not in self._reasons:
                raise WrongAnswer("the connection ended before the answer was finished")
            if choice not in self._last:
                raise WrongAnswer("the answer came without a token")
            yield replace(self._last[choice], finish=self._reasons[choice], cached_tokens=cached)
