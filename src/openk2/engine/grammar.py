"""Grammars: which tokens may come next, so that the output is in the language that was asked for.

llguidance follows the text token by token and says for every id of the vocabulary whether it may come (a mask). The
engine has the masks computed in a thread while the model runs. Special tokens are no text: they come only where a Lark
grammar names them, and the ids that end a turn where the output may end.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
import torch
from llguidance import LLMatcher, LLTokenizer
from llguidance.numpy import allocate_token_bitmask, fill_next_token_bitmask
from llguidance.tiktoken import lltokenizer_from_encoding
from numpy.typing import NDArray
from torch import Tensor

from openk2.chat.sampling import JSON_SPACE, GrammarSpec
from openk2.chat.tokenizer import Tokenizer
from openk2.errors import EngineError, RequestError

COMPILED_KEPT = 64
"""Compiled grammars kept for the next request that asks for the same."""
LONGEST_COMPLAINT = 300


class Matcher:
    """One output on its way through a grammar."""

    def __init__(self, matcher: LLMatcher, usable_V: NDArray[np.bool_]) -> None:
        """`usable_V`: ids that stand for something."""
        self._matcher, self._usable_V = matcher, usable_V

    def fork(self) -> Matcher:
        """A second output that begins like this one."""
        return Matcher(self._matcher.deep_copy(), self._usable_V)

    def allowed_of(self, ids: Sequence[int]) -> int:
        """How many of `ids` may come next, in this order."""
        return self._matcher.validate_tokens(list(ids))

    def forced(self) -> list[int]:
        """Tokens that come next whatever the model says, possibly none."""
        return self._matcher.compute_ff_tokens()

    def masks(self, draft: Sequence[int]) -> Tensor:
        """What may come next, and after each token of an allowed `draft`: bool `[1 + draft, V]`. Raises EngineError
        when the grammar cannot tell, or nothing may come."""
        V = len(self._usable_V)
        words = allocate_token_bitmask(1 + len(draft), V)
        # A copy goes ahead: a matcher that is taken back over a draft does not always go on as before.
        ahead = self._matcher.deep_copy() if draft else self._matcher
        for row in range(1 + len(draft)):
            fill_next_token_bitmask(ahead, words, row)
            if row < len(draft):
                ahead.consume_token(draft[row])
        if ahead.is_error():
            raise EngineError(f"the grammar cannot go on: {_line(ahead.get_error())}")
        bits = np.unpackbits(words.view(np.uint8), axis=1, count=V, bitorder="little")
        # By numpy: torch would share these operations out to the threads that the model needs.
        allowed_NV = np.logical_and(bits.view(np.bool_), self._usable_V)
        if not allowed_NV.any(-1).all():
            raise EngineError("the grammar wants a token that cannot come: a reserved or padding id")
        return torch.from_numpy(allowed_NV)

    def push(self, id: int) -> None:
        """The token that came; it was allowed."""
        self._matcher.consume_token(id)


class Grammars:
    """Compiles grammars for one vocabulary. Usable from any thread."""

    def __init__(self, tokenizer: Tokenizer, banned_V: Tensor) -> None:
        """`banned_V`: of all columns of the logits, the ids that stand for nothing."""
        self._tokenizer = tokenizer
        self._usable_V = ~banned_V.cpu().numpy()
        self._vocabulary: LLTokenizer | None = None
        self._compiled: OrderedDict[GrammarSpec, LLMatcher] = OrderedDict()
        self._lock = threading.Lock()

    def open(self, spec: GrammarSpec) -> Matcher:
        """A matcher at the beginning of an output. Raises RequestError for a grammar that is wrong or says what cannot
        be enforced. The first call takes a second where the vocabulary is large."""
        with self._lock:
            if spec not in self._compiled:
                self._compiled[spec] = self._compile(spec)
            self._compiled.move_to_end(spec)
            if len(self._compiled) > COMPILED_KEPT:
                self._compiled.popitem(last=False)
            return Matcher(self._compiled[spec].deep_copy(), self._usable_V)

    def _compile(self, spec: GrammarSpec) -> LLMatcher:
        if self._vocabulary is None:
            self._vocabulary = lltokenizer_from_encoding(
                self._tokenizer.encoding, n_vocab=len(self._usable_V), eos_token=sorted(self._tokenizer.stop_ids)
            )
        name = {"json_schema": "JSON schema", "regex": "regular expression", "lark": "Lark grammar"}[spec.kind]
        try:
            matcher = LLMatcher(self._vocabulary, _written(spec), log_level=0)
            complaint = matcher.get_error()
        except ValueError as error:
            complaint = str(error)
        if complaint:
            raise RequestError(f"grammar: this {name} cannot be enforced: {_line(complaint)}")
        return matcher


def _written(spec: GrammarSpec) -> str:
    """The grammar in llguidance's own form; raises ValueError for text that is no JSON."""
    if spec.kind == "json_schema":
        return LLMatcher.grammar_from_json_schema(spec.text, overrides={"whitespace_pattern": JSON_SPACE})
    return LLMatcher.grammar_from_regex(spec.text) if spec.kind == "regex" else LLMatcher.grammar_from_lark(spec.text)


def _line(complaint: str) -> str:
    """A complaint of several lines as one, without advice about options that are not ours."""
    text = " ".join(complaint.split("Enable 'coerce_one_of'")[0].split())
    return text if len(text) <= LONGEST_COMPLAINT else f"{text[:LONGEST_COMPLAINT]} …"
