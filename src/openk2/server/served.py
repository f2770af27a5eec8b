"""Which models a server answers for, by name."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from openk2.chat.backend import ChatBackend, TokenBackend
from openk2.chat.tokenizer import Tokenizer
from openk2.server.errors import ApiError

Piece = Callable[[int], bytes]
"""The bytes of a token id."""


@dataclass(frozen=True)
class ServedModel:
    """One model and what answers for it."""

    name: str
    backend: ChatBackend
    created: int = field(default_factory=lambda: int(time.time()))
    owner: str = "openk2"

    @property
    def tokenizer(self) -> Tokenizer | None:
        """The model's tokenizer; None for a backend that keeps its own to itself."""
        tokenizer = getattr(self.backend, "tokenizer", None)
        return tokenizer if isinstance(tokenizer, Tokenizer) else None

    @property
    def thinks(self) -> bool:
        """Whether the model reasons before it answers, unless told not to."""
        return getattr(self.backend, "style", None) == "thinking"

    @property
    def temperature(self) -> float:
        """The releases' advice, where a client asks for none: 1.0 for models that reason, else 0.6."""
        return 1.0 if self.thinks else 0.6

    def tokens(self) -> TokenBackend:
        """What continues token ids; raises ApiError for a model that takes conversations only."""
        tokens: TokenBackend | None = getattr(self.backend, "tokens", None)
        if tokens is None:
            raise ApiError(
                400,
                f"model is {self.name!r}, which takes conversations only; accepted: models served from here",
                param="model",
            )
        return tokens

    def piece(self) -> Piece:
        """How to spell the model's token ids; raises ApiError where it reports none and so no log-probabilities."""
        if self.tokenizer is None:
            raise ApiError(400, f"logprobs is true, but {self.name} reports none; accepted: false", param="logprobs")
        return self.tokenizer.piece


class Served:
    """The table of models; the first is the one the chat page begins with."""

    def __init__(
        self, *models: ServedModel, aliases: Mapping[str, str] | None = None, loading: Iterable[str] = ()
    ) -> None:
        """`aliases`: other names → names of `models`, for clients that insist on a name of their own; `loading`: those
        whose backend comes later, see `loaded`."""
        self._models = {model.name: model for model in models}
        self._aliases = dict(aliases or {})
        self.loading = set(loading)
        """Models that are listed and cannot answer yet."""

    @classmethod
    def of(cls, backend: ChatBackend) -> Served:
        """One backend under its own name."""
        return cls(ServedModel(backend.name, backend))

    def __iter__(self) -> Iterator[ServedModel]:
        return iter(self._models.values())

    @property
    def default(self) -> ServedModel:
        """The first model."""
        return next(iter(self))

    def names(self) -> Iterator[tuple[str, ServedModel]]:
        """Every name that a model is found under, aliases behind the models' own."""
        yield from self._models.items()
        for alias, name in self._aliases.items():
            yield alias, self._models[name]

    def loaded(self, name: str, backend: ChatBackend) -> None:
        """A model that was loading can answer from now on."""
        self._models[name] = replace(self._models[name], backend=backend)
        self.loading.discard(name)

    def find(self, name: str) -> ServedModel:
        """The model of a name or an alias, ready to answer; raises ApiError: 404 naming those that are served, 503
        while it is loading."""
        model = self.named(name)
        if model.name in self.loading:
            raise ApiError(503, f"{model.name} is loading; try again soon", code="model_loading", retry_after=3)
        return model

    def named(self, name: str) -> ServedModel:
        """The model of a name or an alias, whether it is loaded or not; raises ApiError (404) naming those that are
        served."""
        model = self._models.get(self._aliases.get(name, name))
        if model is None:
            raise ApiError(
                404,
                f"model is {name!r}, which is not served here; accepted: {', '.join(self._models)}",
                param="model",
                code="model_not_found",
            )
        return model
