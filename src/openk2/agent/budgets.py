"""What a run may use, and what it has used."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from openk2.chat.events import Fold
from openk2.errors import AgentError

Status = Literal[
    "done", "limit_steps", "limit_tokens", "limit_seconds", "limit_repeats", "failed", "denied", "cancelled"
]
"""How a run ended, as the trace's End says it."""


@dataclass(frozen=True)
class Budgets:
    """The most that one run may use; what it was doing when it reached a limit is in the trace."""

    steps: int | None = 50
    """Messages of the model."""
    tokens: int | None = None
    """Tokens the model samples, in all messages together."""
    seconds: float | None = None
    """Wall-clock time."""
    repeats: int = 3
    """Messages in a row that make the same calls and get the same results, the last of which ends the run; 0: any
    number."""

    def __post_init__(self) -> None:
        for name in ("steps", "tokens", "seconds"):
            value = getattr(self, name)
            if value is not None and value <= 0:
                raise AgentError(f"the budget of {name} is {value}; accepted: above 0, or none for no limit")
        if self.repeats < 0 or self.repeats == 1:
            raise AgentError(f"the budget of repeats is {self.repeats}; accepted: 2 or more, or 0 for no limit")


class Spent:
    """What a run has used so far."""

    def __init__(self, budgets: Budgets, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock`: seconds, from anywhere."""
        self.budgets = budgets
        self.steps = 0
        self.prompt_tokens = 0
        self.completion_tokens = 0
        self._clock = clock
        self._started = clock()

    @property
    def seconds(self) -> float:
        """Since the run began."""
        return self._clock() - self._started

    @property
    def tokens_left(self) -> int | None:
        """None: no limit."""
        return None if self.budgets.tokens is None else self.budgets.tokens - self.completion_tokens

    @property
    def seconds_left(self) -> float | None:
        """None: no limit."""
        return None if self.budgets.seconds is None else self.budgets.seconds - self.seconds

    def add(self, answer: Fold) -> None:
        """Count what one answer cost, also one that broke off."""
        if answer.usage is None:
            self.prompt_tokens += len(answer.prompt_ids)
            self.completion_tokens += len(answer.token_ids)
        else:
            self.prompt_tokens += answer.usage.prompt_tokens
            self.completion_tokens += answer.usage.completion_tokens

    def exceeded(self) -> tuple[Status, str] | None:
        """The limit that forbids another step, in words; None while none does."""
        limits = self.budgets
        if limits.steps is not None and self.steps >= limits.steps:
            return "limit_steps", f"the budget of {limits.steps} steps is used up"
        if self.tokens_left is not None and self.tokens_left <= 0:
            return "limit_tokens", f"the budget of {limits.tokens} tokens is used up"
        if self.seconds_left is not None and self.seconds_left <= 0:
            return "limit_seconds", f"the budget of {limits.seconds:g} seconds is used up"
        return None
