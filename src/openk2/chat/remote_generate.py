"""SGLang's `/generate` with `input_ids`.

A streamed chunk repeats everything so far, or, where the server is started so, only what is new: `completion_tokens`
tells which.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from openk2.chat.events import FinishReason
from openk2.chat.pieces import Alternatives, TokenLogprob
from openk2.chat.sampling import GrammarSpec, SamplingParams
from openk2.chat.token_dialect import REASONS, Arrived, Sampled, WrongAnswer, checked_id, chunk_object
from openk2.chat.token_dialect import count as _count
from openk2.chat.token_dialect import items as _items
from openk2.chat.token_dialect import mapping as _mapping

_GRAMMARS = {"json_schema": "json_schema", "regex": "regex", "lark": "ebnf"}


class GenerateDialect:
    """SGLang."""

    path = "/generate"

    def __init__(self, model: str) -> None:
        """`model`: not asked for; a server of this kind has one."""

    def body(self, prompt_ids: Sequence[int], sampling: SamplingParams) -> dict[str, Any]:
        """See `TokenDialect.body`."""
        drawn: dict[str, Any] = {
            "max_new_tokens": sampling.max_tokens,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "top_k": sampling.top_k or -1,
            "skip_special_tokens": False,
        }
        optional = {
            "n": sampling.n if sampling.n > 1 else None,
            "min_p": sampling.min_p,
            "stop": list(sampling.stop),
            "stop_token_ids": list(sampling.stop_token_ids),
            "ignore_eos": sampling.ignore_eos,
            "min_new_tokens": sampling.min_tokens,
            "presence_penalty": sampling.presence_penalty,
            "frequency_penalty": sampling.frequency_penalty,
            "repetition_penalty": sampling.repetition_penalty if sampling.repetition_penalty != 1.0 else None,
            "logit_bias": {str(id): bias for id, bias in sampling.logit_bias.items()},
            **_grammar(sampling.grammar),
        }
        drawn |= {name: value for name, value in optional.items() if value}
        if sampling.seed is not None:
            drawn["sampling_seed"] = sampling.seed
        body: dict[str, Any] = {"input_ids": list(prompt_ids), "sampling_params": drawn, "stream": True}
        if sampling.logprobs or sampling.prompt_logprobs:
            body["return_logprob"] = True
            body["top_logprobs_num"] = sampling.top_logprobs
        if sampling.prompt_logprobs:
            body["logprob_start_len"] = 0
        if sampling.priority:
            body["priority"] = sampling.priority
        return body

    def reader(self) -> "GenerateReader":
        """See `TokenDialect.reader`."""
        return GenerateReader()


class GenerateReader:
    """Chunks of one answer."""

    def __init__(self) -> None:
        self.cached_tokens = 0
        self._seen: dict[int, int] = {}
        """Answer → its tokens so far."""

    def take(self, data: str) -> Iterator[Arrived]:
        """See `ChunkReader.take`."""
        chunk = chunk_object(data)
        meta = _mapping(chunk.get("meta_info"))
        self.cached_tokens = max(self.cached_tokens, _count(meta.get("cached_tokens")))
        choice = _count(chunk.get("index"))
        seen, total = self._seen.get(choice, 0), _count(meta.get("completion_tokens"))
        if not isinstance(chunk.get("output_ids"), list):
            raise WrongAnswer("the server sends no output_ids; accepted: those of the tokens it sampled")
        ids = _new(chunk["output_ids"], seen, total)
        own = _new(_items(meta.get("output_token_logprobs")), seen, total)
        tops = _new(_items(meta.get("output_top_logprobs")), seen, total)
        prompt = [] if seen else _items(meta.get("input_token_logprobs"))
        prompt_tops = _items(meta.get("input_top_logprobs"))
        self._seen[choice] = seen + len(ids)
        yield Arrived(
            choice,
            [
                Sampled(
                    checked_id(id),
                    float(own[i][0]) if i < len(own) else None,
                    _alternatives(tops[i]) if i < len(tops) else (),
                )
                for i, id in enumerate(ids)
            ],
            _finish(_mapping(meta.get("finish_reason"))),
            tuple(
                TokenLogprob(
                    checked_id(entry[1]),
                    float(entry[0]),
                    _alternatives(prompt_tops[i]) if i < len(prompt_tops) else (),
                )
                for i, entry in enumerate(prompt)
                if entry[0] is not None
            ),
        )


def _new(told: Sequence[Any], seen: int, total: int) -> Sequence[Any]:
    """What is new of a list that holds everything so far or only what is new."""
    return told[seen:] if len(told) == total else told


def _finish(reason: Mapping[str, Any]) -> FinishReason | None:
    kind = reason.get("type")
    if kind == "abort" and reason.get("message"):
        raise WrongAnswer(f"the server broke off: {reason['message']}")
    return None if kind is None else REASONS.get(str(kind), "stop")


def _alternatives(top: object) -> Alternatives:
    """`[[logarithm, id, text], …]`, the most probable first."""
    return tuple((checked_id(entry[1]), float(entry[0])) for entry in _items(top))


def _grammar(grammar: GrammarSpec | None) -> dict[str, str]:
    return {} if grammar is None else {_GRAMMARS[grammar.kind]: grammar.text}
