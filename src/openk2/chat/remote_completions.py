"""`/v1/completions` with a prompt of token ids, as vLLM extends OpenAI's form (`return_token_ids`, streamed as
`choices[].token_ids`; log-probabilities of tokens named `token_id:N`)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from openk2.chat.pieces import Alternatives, TokenLogprob
from openk2.chat.sampling import GrammarSpec, SamplingParams
from openk2.chat.token_dialect import REASONS, Arrived, Sampled, WrongAnswer, checked_id, chunk_object
from openk2.chat.token_dialect import count as _count
from openk2.chat.token_dialect import items as _items
from openk2.chat.token_dialect import mapping as _mapping

_ID = "token_id:"
_GRAMMARS = {"json_schema": "json", "regex": "regex", "lark": "grammar"}


class CompletionsDialect:
    """vLLM, and openk2's own server."""

    path = "/v1/completions"

    def __init__(self, model: str) -> None:
        """`model`: its name there."""
        self._model = model

    def body(self, prompt_ids: Sequence[int], sampling: SamplingParams) -> dict[str, Any]:
        """See `TokenDialect.body`. Log-probabilities of the prompt are not streamed, so neither is their answer."""
        streamed = not sampling.prompt_logprobs
        body: dict[str, Any] = {
            "model": self._model,
            "prompt": list(prompt_ids),
            "max_tokens": sampling.max_tokens,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "return_token_ids": True,
            "stream": streamed,
        }
        optional = {
            "stream_options": {"include_usage": True} if streamed else None,
            "n": sampling.n if sampling.n > 1 else None,
            "top_k": sampling.top_k,
            "min_p": sampling.min_p,
            "stop": list(sampling.stop),
            "stop_token_ids": list(sampling.stop_token_ids),
            "ignore_eos": sampling.ignore_eos,
            "min_tokens": sampling.min_tokens,
            "presence_penalty": sampling.presence_penalty,
            "frequency_penalty": sampling.frequency_penalty,
            "repetition_penalty": sampling.repetition_penalty if sampling.repetition_penalty != 1.0 else None,
            "logit_bias": {str(id): bias for id, bias in sampling.logit_bias.items()},
            # vLLM serves smaller numbers earlier.
            "priority": -sampling.priority,
            "structured_outputs": _structured(sampling.grammar),
            "return_tokens_as_token_ids": sampling.logprobs,
        }
        body |= {name: value for name, value in optional.items() if value}
        for name, value in (
            ("seed", sampling.seed),
            ("logprobs", sampling.top_logprobs if sampling.logprobs else None),
            ("prompt_logprobs", sampling.top_logprobs if sampling.prompt_logprobs else None),
        ):
            if value is not None:
                body[name] = value
        return body

    def reader(self) -> "CompletionsReader":
        """See `TokenDialect.reader`."""
        return CompletionsReader()


class CompletionsReader:
    """Chunks of one streamed completion, or the completion as one chunk."""

    def __init__(self) -> None:
        self.cached_tokens = 0

    def take(self, data: str) -> Iterator[Arrived]:
        """See `ChunkReader.take`."""
        chunk = chunk_object(data)
        details = _mapping(_mapping(chunk.get("usage")).get("prompt_tokens_details"))
        self.cached_tokens = max(self.cached_tokens, _count(details.get("cached_tokens")))
        for choice in map(_mapping, _items(chunk.get("choices"))):
            reason = choice.get("finish_reason")
            yield Arrived(
                _count(choice.get("index")),
                _sampled(choice),
                None if reason is None else REASONS.get(str(reason), "stop"),
                _prompt_logprobs(_items(choice.get("prompt_logprobs")), _items(choice.get("prompt_token_ids"))),
            )


def _structured(grammar: GrammarSpec | None) -> dict[str, str] | None:
    return None if grammar is None else {_GRAMMARS[grammar.kind]: grammar.text}


def _sampled(choice: Mapping[str, Any]) -> list[Sampled]:
    """The ids of a choice, with their log-probabilities where there are some."""
    logprobs = _mapping(choice.get("logprobs"))
    named = _items(logprobs.get("tokens"))
    ids = choice.get("token_ids")
    if ids is None and named and all(isinstance(name, str) and name.startswith(_ID) for name in named):
        ids = [_named_id(name) for name in named]
    if ids is None and choice.get("text"):
        raise WrongAnswer("the server sends text without token ids; accepted: one that knows return_token_ids")
    own, tops = _items(logprobs.get("token_logprobs")), _items(logprobs.get("top_logprobs"))
    return [
        Sampled(checked_id(id), own[i] if i < len(own) else None, _alternatives(tops[i]) if i < len(tops) else ())
        for i, id in enumerate(_items(ids))
    ]


def _named_id(name: object) -> int:
    number = name.removeprefix(_ID) if isinstance(name, str) else ""
    if not (number.isascii() and number.isdigit()):
        raise WrongAnswer(f"the server sent {name!r} for a token; accepted: {_ID}N")
    return int(number)


def _alternatives(top: object) -> Alternatives:
    """`{"token_id:N": logarithm}`, the most probable first."""
    pairs = ((_named_id(name), float(value)) for name, value in _mapping(top).items())
    return tuple(sorted(pairs, key=lambda pair: (-pair[1], pair[0])))


def _prompt_logprobs(given: Sequence[Any], ids: Sequence[Any]) -> tuple[TokenLogprob, ...]:
    """`[null, {id: {"logprob", "rank"}}, …]`, one object per prompt token: its own entry, and the most probable."""
    told = []
    for entry, id in list(zip(map(_mapping, given), ids, strict=False))[1:]:
        values = {int(key): float(_mapping(value).get("logprob", "-inf")) for key, value in entry.items()}
        if checked_id(id) not in values:
            raise WrongAnswer(f"the server gives no log-probability for token id {id} of the prompt")
        ranked = sorted(values.items(), key=lambda pair: (-pair[1], pair[0]))
        told.append(TokenLogprob(id, values[id], tuple(ranked)))
    return tuple(told)
