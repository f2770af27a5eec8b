"""The engine's side of the chat seams: its tokens, and conversations rendered for them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence

from openk2.chat.pieces import Pieces
from openk2.chat.rendered import RenderedBackend
from openk2.chat.sampling import SamplingParams
from openk2.engine.engine import Engine


class EngineTokens:
    """An engine as a `TokenBackend`."""

    grammars = True

    def __init__(self, engine: Engine, name: str) -> None:
        """`name`: the model's, for people."""
        self.engine, self.name = engine, name
        self.tokenizer = engine.tokenizer
        self.context_length: int | None = engine.max_context

    def check(self, prompt_ids: Sequence[int]) -> None:
        """See `TokenBackend.check`."""
        self.engine.check(prompt_ids)

    def generate(self, prompt_ids: Sequence[int], sampling: SamplingParams) -> AsyncGenerator[Pieces, None]:
        """See `TokenBackend.generate`; a failing step is an EngineError."""
        return self.engine.batches(prompt_ids, sampling)


class EngineBackend(RenderedBackend):
    """Answers conversations with an engine."""

    def __init__(self, engine: Engine, name: str, style: str = "instruct") -> None:
        """`name`: the model's, for people; `style`: the chat template's, `instruct` or `thinking`."""
        super().__init__(EngineTokens(engine, name), style)
        self.engine = engine
