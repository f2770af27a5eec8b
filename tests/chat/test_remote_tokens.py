"""Servers that are asked in token ids: vLLM's completions and SGLang's generate, played in this process."""

import asyncio
import json
from collections.abc import Callable, Sequence
from contextlib import aclosing
from typing import Any, Literal

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openk2.chat.backend import complete
from openk2.chat.events import Fold, PromptTokens, Usage
from openk2.chat.messages import ChatRequest, Message, ToolCall, ToolSpec
from openk2.chat.pieces import TokenLogprob, TokenPiece
from openk2.chat.remote_tokens import RemoteTokens
from openk2.chat.rendered import RenderedBackend
from openk2.chat.sampling import GrammarSpec, SamplingParams
from openk2.chat.template import render, render_answer
from openk2.chat.tokenizer import Tokenizer
from openk2.errors import ContextLengthError, RequestError, UpstreamError

URL = "http://models.example:8000/v1"
TOKENIZER = Tokenizer.bytes_only()
TOOLS = (ToolSpec("list_files"),)
ASK = ChatRequest((Message("user", "Which files?"),), TOOLS)
SAID = Message(
    "assistant",
    "Let me look: 世界",
    "Two directories.",
    (ToolCall("functions.list_files:0", "list_files", '{"path": "ü"}'),),
)
IDS = render_answer(SAID, tokenizer=TOKENIZER, style="thinking")
Dialect = Literal["completions", "generate"]
DIALECTS: tuple[Dialect, ...] = ("completions", "generate")
both = pytest.mark.parametrize("dialect", DIALECTS)


class Played:
    """A server that samples given ids, a few in each chunk."""

    def __init__(
        self,
        dialect: Dialect,
        ids: Sequence[int] = IDS,
        *,
        cuts: Sequence[int] = (3,),
        reason: str | None = "stop",
        apart: bool = False,
        incremental: bool = False,
    ) -> None:
        """`cuts`: ids in each chunk, over and over; `apart`: the reason comes in a chunk of its own; `incremental`:
        SGLang's chunks hold only what is new."""
        self.bodies: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.dialect, self.ids, self.cuts, self.reason = dialect, list(ids), list(cuts), reason
        self.apart, self.incremental = apart, incremental

    def __call__(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        self.bodies.append(body)
        self.paths.append(request.url.path)
        chunks = self._completions(body) if self.dialect == "completions" else self._generate(body)
        text = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + "data: [DONE]\n\n"
        return httpx.Response(200, headers={"content-type": "text/event-stream"}, content=text.encode())

    def _parts(self) -> list[tuple[list[int], str | None]]:
        parts: list[tuple[list[int], str | None]] = []
        rest, number = self.ids, 0
        while rest:
            size = self.cuts[number % len(self.cuts)]
            parts.append((rest[:size], None))
            rest, number = rest[size:], number + 1
        if self.apart:
            return [*parts, ([], self.reason)]
        return [*parts[:-1], (parts[-1][0], self.reason)]

    def _completions(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        chunks: list[dict[str, Any]] = []
        for number in range(body.get("n", 1)):
            for ids, reason in self._parts():
                choice: dict[str, Any] = {"index": number, "text": "…", "token_ids": ids, "finish_reason": reason}
                if "logprobs" in body:
                    choice["logprobs"] = {
                        "tokens": [f"token_id:{id}" for id in ids],
                        "token_logprobs": [-0.5 for _ in ids],
                        "top_logprobs": [{f"token_id:{id}": -0.5, "token_id:7": -2.0} for id in ids],
                    }
                chunks.append({"choices": [choice]})
        usage = {"prompt_tokens": 1, "completion_tokens": 1, "prompt_tokens_details": {"cached_tokens": 16}}
        return [*chunks, {"choices": [], "usage": usage}]

    def _generate(self, body: dict[str, Any]) -> list[dict[str, Any]]:
        chunks = []
        for number in range(body["sampling_params"].get("n", 1)):
            seen: list[int] = []
            for ids, reason in self._parts():
                seen += ids
                meta: dict[str, Any] = {"completion_tokens": len(seen), "cached_tokens": 16}
                meta["finish_reason"] = None if reason is None else {"type": reason}
                if body.get("return_logprob"):
                    meta["output_token_logprobs"] = [[-0.5, id, None] for id in seen]
                    meta["output_top_logprobs"] = [[[-0.5, id, None], [-2.0, 7, None]] for id in seen]
                    meta["input_token_logprobs"] = [[None, 1, None], [-1.0, 2, None]]
                    meta["input_top_logprobs"] = [None, [[-1.0, 2, None]]]
                chunks.append(
                    {"index": number, "output_ids": ids if self.incremental else list(seen), "meta_info": meta}
                )
        return chunks


def tokens(handler: Callable[[httpx.Request], httpx.Response], dialect: Dialect, **options: Any) -> RemoteTokens:
    return RemoteTokens(
        "k2",
        URL,
        options.pop("tokenizer", TOKENIZER),
        options.pop("context_length", 4096),
        dialect=dialect,
        api_key="",
        retries=0,
        transport=httpx.MockTransport(handler),
        **options,
    )


def pieces(backend: RemoteTokens, **sampling: Any) -> list[TokenPiece]:
    async def collect() -> list[TokenPiece]:
        return [piece async for pieces in backend.generate([1, 2], SamplingParams(**sampling)) for piece in pieces]

    return asyncio.run(collect())


def ask(handler: Callable[[httpx.Request], httpx.Response], dialect: Dialect) -> Fold:
    return asyncio.run(complete(RenderedBackend(tokens(handler, dialect), "thinking"), ASK))


@both
@given(cuts=st.lists(st.integers(1, 9), min_size=1, max_size=4), apart=st.booleans(), incremental=st.booleans())
def test_an_answer_is_parsed_here_however_its_ids_arrive(
    dialect: Dialect, cuts: list[int], apart: bool, incremental: bool
) -> None:
    answer = ask(Played(dialect, cuts=cuts, apart=apart, incremental=incremental), dialect)
    assert answer.message == SAID
    assert answer.token_ids == IDS
    assert answer.reason == "tool_calls"
    assert isinstance(answer.usage, Usage)
    assert (answer.usage.cached_tokens, answer.usage.completion_tokens) == (16, len(IDS))


@both
def test_the_prompt_is_rendered_here(dialect: Dialect) -> None:
    server = Played(dialect)
    answer = ask(server, dialect)
    prompt = render(ASK.messages, TOOLS, tokenizer=TOKENIZER, style="thinking")
    assert list(answer.prompt_ids) == prompt
    body = server.bodies[0]
    assert body["prompt" if dialect == "completions" else "input_ids"] == prompt
    assert server.paths == ["/v1/completions" if dialect == "completions" else "/generate"]


@both
def test_what_ends_an_answer_and_how_long_it_may_be_is_always_said(dialect: Dialect) -> None:
    """Servers have defaults of their own: 16 or 128 tokens, one stop id of the two."""
    server = Played(dialect)
    pieces(tokens(server, dialect, context_length=100))
    pieces(tokens(server, dialect, context_length=100), max_tokens=5, ignore_eos=True, stop_token_ids=(9,))
    first, second = (
        (body, "max_tokens") if dialect == "completions" else (body["sampling_params"], "max_new_tokens")
        for body in server.bodies
    )
    assert first[0][first[1]] == 98
    assert first[0]["stop_token_ids"] == sorted(TOKENIZER.stop_ids)
    assert second[0][second[1]] == 5
    assert second[0]["stop_token_ids"] == [9]


@both
def test_every_setting_of_sampling_is_asked_for(dialect: Dialect) -> None:
    server = Played(dialect)
    pieces(
        tokens(server, dialect, grammars=True),
        n=1,
        top_k=5,
        min_p=0.1,
        top_p=0.9,
        seed=0,
        presence_penalty=0.5,
        frequency_penalty=0.25,
        repetition_penalty=1.5,
        min_tokens=2,
        logit_bias={3: 1.0},
        stop=("x",),
        priority=2,
        grammar=GrammarSpec("lark", 'start: "a"'),
    )
    body = server.bodies[0]
    said = body if dialect == "completions" else body["sampling_params"]
    wanted: dict[str, Any] = {"top_k": 5, "min_p": 0.1, "top_p": 0.9}
    wanted |= {"presence_penalty": 0.5, "frequency_penalty": 0.25}
    wanted |= {"repetition_penalty": 1.5, "logit_bias": {"3": 1.0}, "stop": ["x"]}
    if dialect == "completions":
        assert body["priority"] == -2, "vLLM serves smaller numbers earlier"
        wanted |= {"seed": 0, "min_tokens": 2, "structured_outputs": {"grammar": 'start: "a"'}}
    else:
        assert body["priority"] == 2
        wanted |= {"sampling_seed": 0, "min_new_tokens": 2, "ebnf": 'start: "a"'}
    assert said.items() >= wanted.items()


@both
def test_log_probabilities_come_with_their_tokens(dialect: Dialect) -> None:
    told = pieces(tokens(Played(dialect), dialect), logprobs=True, top_logprobs=2)
    assert [piece.id for piece in told] == IDS
    assert all(piece.logprob == -0.5 and piece.top_logprobs == ((piece.id, -0.5), (7, -2.0)) for piece in told)
    assert [piece.finish for piece in told] == [None] * (len(IDS) - 1) + ["stop"]


def test_several_answers_come_side_by_side() -> None:
    for dialect in DIALECTS:
        told = pieces(tokens(Played(dialect), dialect), n=3)
        for choice in range(3):
            assert [piece.id for piece in told if piece.choice == choice] == IDS
            assert [piece.finish for piece in told if piece.choice == choice][-1] == "stop"


def test_an_answer_cut_by_the_limit_says_so() -> None:
    for dialect in DIALECTS:
        assert ask(Played(dialect, reason="length"), dialect).reason == "length"


def test_log_probabilities_of_the_prompt_come_with_a_whole_completion() -> None:
    def server(request: httpx.Request) -> httpx.Response:
        assert json.loads(request.content)["stream"] is False
        own = {"2": {"logprob": -1.0, "rank": 2}, "9": {"logprob": -0.5, "rank": 1}}
        choice = {"index": 0, "token_ids": [5], "finish_reason": "length"}
        choice |= {"prompt_token_ids": [1, 2], "prompt_logprobs": [None, own]}
        return httpx.Response(200, json={"choices": [choice]})

    (piece,) = pieces(tokens(server, "completions"), prompt_logprobs=True)
    assert piece.prompt_logprobs == (TokenLogprob(2, -1.0, ((9, -0.5), (2, -1.0))),)


def test_log_probabilities_of_the_prompt_come_with_sglangs_first_token() -> None:
    first, *others = pieces(tokens(Played("generate"), "generate"), prompt_logprobs=True, top_logprobs=1)
    assert first.prompt_logprobs == (TokenLogprob(2, -1.0, ((2, -1.0),)),)
    assert not any(piece.prompt_logprobs for piece in others)


def test_ids_are_also_read_from_the_names_of_tokens() -> None:
    def server(request: httpx.Request) -> httpx.Response:
        choice: dict[str, Any] = {"index": 0, "text": "hi", "finish_reason": "stop"}
        choice |= {"logprobs": {"tokens": ["token_id:104", "token_id:105"], "token_logprobs": [-1.0, -2.0]}}
        return httpx.Response(200, json={"choices": [choice]})

    assert [piece.id for piece in pieces(tokens(server, "completions"), logprobs=True)] == [104, 105]


def test_cached_tokens_are_known_at_the_end_at_the_latest() -> None:
    async def events(dialect: Dialect) -> list[Any]:
        backend = RenderedBackend(tokens(Played(dialect), dialect), "thinking")
        return [event async for event in backend.stream(ASK)]

    for dialect, early in (("completions", 0), ("generate", 16)):
        told = asyncio.run(events(dialect))  # type: ignore[arg-type]
        assert isinstance(told[0], PromptTokens)
        assert told[0].cached_tokens == early
        assert told[-2].cached_tokens == 16


@pytest.mark.parametrize(
    ("chunk", "complaint"),
    [
        ({"choices": [{"index": 0, "text": "hi", "finish_reason": None}]}, "text without token ids"),
        ({"choices": [{"index": 0, "token_ids": [512], "finish_reason": None}]}, "token id 512; accepted: 0 … 511"),
        ({"choices": [{"index": 0, "token_ids": ["a"], "finish_reason": None}]}, "'a' for a token id"),
        ({"choices": [{"index": 3, "token_ids": [1], "finish_reason": None}]}, "answer 3 of 1"),
        ({"choices": [{"index": 0, "token_ids": [1], "finish_reason": None}]}, "ended before the answer was finished"),
        ({"choices": [{"index": 0, "token_ids": [], "finish_reason": "stop"}]}, "without a token"),
        ({"error": {"message": "out of memory"}}, "broke off: out of memory"),
        ({"choices": [{"index": 0, "token_ids": [1], "logprobs": {"top_logprobs": [{"x": 1}]}}]}, "'x' for a token"),
        ([], "accepted: a JSON object"),
    ],
)
def test_an_answer_that_makes_no_sense_is_the_servers_fault(chunk: object, complaint: str) -> None:
    def server(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=chunk)

    with pytest.raises(UpstreamError, match=complaint) as caught:
        pieces(tokens(server, "completions"))
    assert "models.example" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("chunk", "complaint"),
    [
        ({"text": "hi", "meta_info": {}}, "no output_ids"),
        ({"output_ids": [1], "meta_info": {"output_token_logprobs": [3], "completion_tokens": 1}}, "another form"),
        ({"output_ids": [], "meta_info": {"finish_reason": {"type": "abort", "message": "too long"}}}, "too long"),
    ],
)
def test_so_is_one_of_sglang(chunk: object, complaint: str) -> None:
    def server(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=chunk)

    with pytest.raises(UpstreamError, match=complaint):
        pieces(tokens(server, "generate"), logprobs=True)


def test_what_cannot_be_asked_is_refused_before_anything_is_sent() -> None:
    def server(request: httpx.Request) -> httpx.Response:
        raise AssertionError("nothing is sent")

    with pytest.raises(RequestError, match="grammar is given, which k2 behind"):
        pieces(tokens(server, "completions"), grammar=GrammarSpec("regex", "a"))
    with pytest.raises(ContextLengthError, match="one less than the context of 2"):
        pieces(tokens(server, "completions", context_length=2))


def test_leaving_early_closes_the_connection() -> None:
    async def leave() -> list[int]:
        async with aclosing(tokens(Played("completions"), "completions").generate([1], SamplingParams())) as told:
            return [(await anext(told))[0].id]

    assert asyncio.run(leave()) == IDS[:1]
