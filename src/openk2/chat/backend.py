"""The seams between whoever asks and whatever answers.

`ChatBackend`: messages in, events out. Implementations: rendering over a token backend (`rendered.py`), any
OpenAI-compatible API (`remote.py`), a script (`scripted.py`). Server, agent, synthesis and judges all speak to this one
interface. `TokenBackend`: prompt ids in, sampled ids out. Implementations: the package's own engine
(`engine/backend.py`), and completions of vLLM and SGLang with token ids (`remote_tokens.py`).
"""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol

from openk2.chat.events import Event, Fold
from openk2.chat.messages import ChatRequest
from openk2.chat.pieces import Pieces
from openk2.chat.sampling import SamplingParams
from openk2.chat.tokenizer import Tokenizer
from openk2.errors import ContextLengthError, RequestError


class ChatBackend(Protocol):
    """Something that answers a conversation."""

    name: str
    """What answers: a model's name, for people and logs."""
    context_length: int | None
    """Most tokens that prompt and answer may have together; None when not known."""

    def stream(self, request: ChatRequest) -> AsyncIterator[Event]:
        """Answer piece by piece; the last two events are Usage and Finished.

        Closing the iterator early cancels the answer. Raises ChatError when the messages cannot be rendered and
        RequestError when the request cannot be served.
        """
        ...


class TokenBackend(Protocol):
    """Something that continues token ids."""

    name: str
    """What answers: a model's name, for people and logs."""
    context_length: int | None
    """Most tokens that prompt and answer may have together; None when not known."""
    tokenizer: Tokenizer
    """What its ids stand for."""
    grammars: bool
    """Whether it keeps to `SamplingParams.grammar`; else a request that has one is refused."""

    def check(self, prompt_ids: Sequence[int]) -> None:
        """Raise RequestError for ids that can be no prompt: none, too many, or outside the vocabulary."""
        ...

    def generate(self, prompt_ids: Sequence[int], sampling: SamplingParams) -> AsyncGenerator[Pieces, None]:
        """Continue the prompt, the `n` answers side by side, each up to its piece with `finish`.

        Closing the generator cancels the request. Raises RequestError when the request cannot be served.
        """
        ...


@asynccontextmanager
async def closing(events: AsyncIterator[Any]) -> AsyncGenerator[None, None]:
    """Close what a backend streams behind whoever reads it, which is what stops the model."""
    try:
        yield
    finally:
        if isinstance(events, AsyncGenerator):
            await events.aclose()


async def complete(backend: ChatBackend, request: ChatRequest) -> Fold:
    """The whole answer at once: `.message`, `.usage`, `.reason`, token ids."""
    folded = Fold()
    async for event in backend.stream(request):
        folded.add(event)
    return folded


def check_prompt(ids: Sequence[int], context_length: int, vocab_size: int) -> None:
    """Raise RequestError unless `ids` can be a prompt: not empty, shorter than the context, in the vocabulary."""
    if not ids:
        raise RequestError("the prompt is empty; accepted: one token or more")
    if len(ids) >= context_length:
        raise ContextLengthError(
            f"the prompt has {len(ids)} tokens; accepted: at most {context_length - 1}, "
            f"one less than the context of {context_length}"
        )
    wrong = next((id for id in ids if not 0 <= id < vocab_size), None)
    if wrong is not None:
        raise RequestError(f"the prompt holds token id {wrong}; accepted: 0 … {vocab_size - 1}")
