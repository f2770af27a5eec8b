"""What tokens cost: a table in TOML, a price per model for input, cached input and output.

    currency = "USD"
    [models."my-model"]
    input = 0.60          # per million prompt tokens
    cached_input = 0.15   # per million of those that came out of a cache; as `input` where not given
    output = 2.50         # per million completion tokens, reasoning included

Shipped are the published prices of the platform's K2 models (`prices.toml`); everything else costs 0 unless a file says
otherwise.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from openk2.chat.events import Usage
from openk2.errors import ServerError
from openk2.server.accounts import money

_PER_MILLION = money.UNIT // 10**6
"""Billionths per token of a price of 1 per million tokens."""


@dataclass(frozen=True)
class Price:
    """Of one model, in billionths of the currency per token."""

    input: int = 0
    cached_input: int = 0
    output: int = 0

    def of(self, usage: Usage) -> int:
        """What the tokens cost, in billionths."""
        fresh = max(0, usage.prompt_tokens - usage.cached_tokens)
        return fresh * self.input + usage.cached_tokens * self.cached_input + usage.completion_tokens * self.output


FREE = Price()


@dataclass(frozen=True)
class Prices:
    """The table."""

    currency: str
    models: Mapping[str, Price]

    @classmethod
    def load(cls, file: Path | None = None) -> Prices:
        """The shipped table, and over it that of `file`. Raises ServerError naming the file and the key at fault."""
        shipped = files("openk2.server.accounts") / "prices.toml"
        table = _read(shipped.read_text(encoding="utf-8"), "prices.toml")
        if file is None:
            return table
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not text in UTF-8"
            raise ServerError(f"{file}: cannot be read: {reason}") from None
        own = _read(text, str(file))
        # Prices of another currency mean nothing beside these.
        base = table.models if own.currency == table.currency else {}
        return cls(own.currency, {**base, **own.models})

    def of(self, *names: str) -> Price:
        """The price of the first of a model's names that has one; 0 where none has."""
        return next((self.models[name] for name in names if name in self.models), FREE)


def _read(text: str, where: str) -> Prices:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ServerError(f"{where}: not valid TOML: {error}") from None
    _only(data, {"currency", "models"}, where)
    currency, models = data.get("currency", "USD"), data.get("models", {})
    if not isinstance(currency, str) or not currency:
        raise ServerError(f"{where}: currency is {currency!r}; accepted: its letters, such as 'USD'")
    if not isinstance(models, dict):
        raise ServerError(f'{where}: models is {models!r}; accepted: tables [models."NAME"]')
    return Prices(currency, {name: _price(price, f'{where}: models."{name}"') for name, price in models.items()})


def _price(data: Any, where: str) -> Price:
    if not isinstance(data, dict):
        raise ServerError(f"{where} is {data!r}; accepted: a table of input, cached_input and output")
    _only(data, {"input", "cached_input", "output"}, where)
    per_token = {}
    for key, amount in data.items():
        valid = isinstance(amount, int | float) and not isinstance(amount, bool) and 0 <= amount <= 10**6
        billionths = round(amount * _PER_MILLION) if valid else -1
        if not valid or abs(billionths - amount * _PER_MILLION) > 1e-6:
            raise ServerError(f"{where}.{key} is {amount!r}; accepted: 0 … 1000000 in steps of 0.001")
        per_token[key] = billionths
    fresh = per_token.get("input", 0)
    return Price(fresh, per_token.get("cached_input", fresh), per_token.get("output", 0))


def _only(data: Mapping[str, Any], accepted: set[str], where: str) -> None:
    if unknown := sorted(data.keys() - accepted):
        raise ServerError(f"{where}: {unknown[0]} is unknown; accepted: {', '.join(sorted(accepted))}")
