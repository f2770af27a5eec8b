"""How an answer is drawn: the sampling parameters of OpenAI's API, with top_k and min_p, and the grammar it must keep
to. Plain data; what they do is in `engine/sampler.py` and `engine/grammar.py`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from openk2.errors import RequestError

MOST_ALTERNATIVES = 20
"""Most alternatives per token that are reported, as in OpenAI's API."""
MOST_CHOICES = 128
"""Most answers to one prompt, as in OpenAI's API."""

JSON_SPACE = r"( |\n[ ]{0,40})?"
"""What may stand between the parts of JSON that a grammar has written: a space, or a line break and an indent. Where
any amount is allowed, a model can lose itself in it."""

GrammarKind = Literal["json_schema", "regex", "lark"]


@dataclass(frozen=True)
class GrammarSpec:
    """What an answer must look like, from its first token to its end."""

    kind: GrammarKind
    text: str
    """JSON text of a schema, a regular expression (Rust's syntax, matched as a whole), or a grammar in llguidance's
    Lark, in which special tokens are written by their names: `<|tool_call_begin|>`."""

    def __post_init__(self) -> None:
        if self.kind not in ("json_schema", "regex", "lark"):
            raise RequestError(f"grammar kind is {self.kind!r}; accepted: json_schema, regex, lark")
        if not isinstance(self.text, str) or not self.text:
            raise RequestError("grammar text is empty; accepted: a JSON schema, a regular expression or a Lark grammar")

    @classmethod
    def json_schema(cls, schema: Mapping[str, Any]) -> GrammarSpec:
        """The grammar of the JSON texts that a schema describes."""
        return cls("json_schema", json.dumps(dict(schema)))


@dataclass(frozen=True)
class SamplingParams:
    """How tokens are drawn. The defaults are Kimi K2's own advice: temperature 0.6, nothing cut off."""

    temperature: float = 0.6
    """0 takes the most probable token."""
    top_p: float = 1.0
    """Keep the smallest set of tokens whose probabilities sum to this."""
    top_k: int = 0
    """Keep this many most probable tokens; 0 keeps all."""
    max_tokens: int | None = None
    """Stop after this many new tokens; None: as many as the context holds."""
    stop: tuple[str, ...] = ()
    """Texts that end the output where they appear; they are not part of it."""
    seed: int | None = None
    """The same seed, request and model draw the same tokens; None draws afresh."""
    logprobs: bool = False
    """Also report the log-probability of each sampled token: the model's own, at temperature 1, before everything below
    and above that changes what is drawn."""
    top_logprobs: int = 0
    """Also report this many most probable tokens at each place that reports a log-probability, 20 at most."""
    prompt_logprobs: bool = False
    """Also report the log-probability of each prompt token but the first. The prompt is then computed whole, whatever
    is in the cache."""
    n: int = 1
    """Answers to the one prompt. Each has random numbers of its own, the first those it would have alone."""
    min_p: float = 0.0
    """Keep tokens at least this many times as probable as the most probable one."""
    presence_penalty: float = 0.0
    """Subtracted from the logit of every token that the answer has already."""
    frequency_penalty: float = 0.0
    """Subtracted from the logit of every token as often as the answer has it already."""
    repetition_penalty: float = 1.0
    """Divides the logit, or multiplies it where it is negative, of every token that prompt or answer has already (CTRL,
    arXiv 1909.05858, section 4.1)."""
    logit_bias: Mapping[int, float] = field(default_factory=dict, hash=False)
    """Added to the logits of these token ids."""
    stop_token_ids: tuple[int, ...] = ()
    """Token ids that end the output besides the model's own; they are among its ids and not in its text."""
    ignore_eos: bool = False
    """Go on where the model ends its turn (to measure speed)."""
    min_tokens: int = 0
    """No end before this many tokens: ids that end the output are not drawn, unless a grammar leaves nothing else, and
    stop texts are looked for in what comes after."""
    priority: int = 0
    """Requests of higher priority are served earlier."""
    grammar: GrammarSpec | None = None
    """What the answer must look like."""

    def __post_init__(self) -> None:
        for holds, what in (
            (0.0 <= self.temperature <= 100.0, f"temperature is {self.temperature}; accepted: 0 (greedy) or more"),
            (0.0 < self.top_p <= 1.0, f"top_p is {self.top_p}; accepted: above 0 up to 1"),
            (self.top_k >= 0, f"top_k is {self.top_k}; accepted: 0 (all) or more"),
            (0.0 <= self.min_p <= 1.0, f"min_p is {self.min_p}; accepted: 0 (all) … 1"),
            (
                self.max_tokens is None or self.max_tokens >= 1,
                f"max_tokens is {self.max_tokens}; accepted: 1 or more, or none for no limit",
            ),
            (
                0 <= self.min_tokens <= (self.max_tokens or self.min_tokens),
                f"min_tokens is {self.min_tokens}; accepted: 0 … max_tokens ({self.max_tokens})",
            ),
            (all(self.stop), "stop holds an empty text; accepted: texts of one character or more"),
            (1 <= self.n <= MOST_CHOICES, f"n is {self.n}; accepted: 1 … {MOST_CHOICES}"),
            (
                0 <= self.top_logprobs <= MOST_ALTERNATIVES,
                f"top_logprobs is {self.top_logprobs}; accepted: 0 … {MOST_ALTERNATIVES}",
            ),
            (
                not self.top_logprobs or self.logprobs or self.prompt_logprobs,
                f"top_logprobs is {self.top_logprobs} without logprobs; accepted: only with logprobs true",
            ),
            (
                -2.0 <= self.presence_penalty <= 2.0,
                f"presence_penalty is {self.presence_penalty}; accepted: -2 … 2",
            ),
            (
                -2.0 <= self.frequency_penalty <= 2.0,
                f"frequency_penalty is {self.frequency_penalty}; accepted: -2 … 2",
            ),
            (
                0.0 < self.repetition_penalty <= 10.0,
                f"repetition_penalty is {self.repetition_penalty}; accepted: above 0 up to 10, 1 for none",
            ),
        ):
            if not holds:
                raise RequestError(what)
        for id, bias in self.logit_bias.items():
            if not math.isfinite(bias) or id < 0:
                raise RequestError(f"logit_bias gives {bias} to token id {id}; accepted: a finite number to 0 or more")

    @property
    def counts_tokens(self) -> bool:
        """Whether what is drawn depends on how often tokens came before."""
        return bool(self.presence_penalty or self.frequency_penalty or self.repetition_penalty != 1.0)
