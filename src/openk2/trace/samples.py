"""From a trace to what a trainer takes: the sequences the model saw, and the ids in them that it sampled.

The ids were recorded when they were sampled, so nothing is rendered or tokenised again. One run is one sequence as long
as its context only grows; where the context was rewritten, the sequence ends and another begins with what they share.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from openk2.errors import TraceError
from openk2.trace.records import Record, Step, ToolResult, Verdict


@dataclass(frozen=True)
class Sample:
    """One sequence to train on."""

    token_ids: tuple[int, ...]
    mask: tuple[bool, ...]
    """One per id: True where the model sampled it in this sequence. Every sampled id of a run is True in one sample."""
    logprobs: tuple[float, ...] = ()
    """One per True in mask, natural logarithm at sampling time; empty unless every step of the sequence has them."""
    score: float | None = None
    """The run's last Verdict; None where it was not judged."""


def samples(records: Iterable[Record]) -> list[Sample]:
    """The sequences of one run, in order; those in which nothing was sampled are left out.

    Raises TraceError, counting steps from 1, for a position outside the sequence so far.
    """
    records = list(records)
    scores = [record.score for record in records if isinstance(record, Verdict)]
    score = scores[-1] if scores else None
    sequences = [_Sequence()]
    for number, step in enumerate((record for record in records if isinstance(record, Step)), 1):
        if step.position is not None and step.position != len(sequences[-1].token_ids):
            sequences.append(sequences[-1].branch(step.position, number))
        sequences[-1].extend(step)
    return [sequence.sample(score) for sequence in sequences if any(sequence.mask)]


def conversation(records: Iterable[Record]) -> list[dict[str, Any]]:
    """The messages of a run in the order in which they were said, chat-completions form, tool results included."""
    messages: list[dict[str, Any]] = []
    for record in records:
        if isinstance(record, Step):
            messages.append(record.message)
        elif isinstance(record, ToolResult):
            messages.append(
                {"role": "tool", "content": record.output, "tool_call_id": record.call_id, "name": record.name}
            )
    return messages


class _Sequence:
    """A sequence as it grows, step by step."""

    def __init__(self, shared: Iterable[int] = ()) -> None:
        """`shared`: ids that an earlier sequence has trained already where they were sampled."""
        self.token_ids = list(shared)
        self.mask = [False] * len(self.token_ids)
        self.logprobs: list[float] = []

    def branch(self, position: int, number: int) -> "_Sequence":
        if not 0 <= position <= len(self.token_ids):
            raise TraceError(
                f"step {number}: position is {position}; accepted: 0 to {len(self.token_ids)}, the ids there are"
            )
        return _Sequence(self.token_ids[:position])

    def extend(self, step: Step) -> None:
        self.token_ids.extend(step.token_ids)
        self.mask.extend(step.mask)
        self.logprobs.extend(step.logprobs)

    def sample(self, score: float | None) -> Sample:
        complete = len(self.logprobs) == sum(self.mask)
        return Sample(tuple(self.token_ids), tuple(self.mask), tuple(self.logprobs) if complete else (), score)
