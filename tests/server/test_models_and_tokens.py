"""What is served, in both shapes; what a model reads and how many tokens that is."""

from __future__ import annotations

import asyncio
from typing import Any

import anthropic
import httpx
import pytest
from openai import OpenAI
from serving import StagedBackend, running, says
from starlette.types import ASGIApp

from openk2.chat.backend import ChatBackend
from openk2.chat.rendered import RenderedBackend
from openk2.chat.tokenizer import Tokenizer
from openk2.server import create_app
from openk2.server.served import Served, ServedModel

ANTHROPIC = {"anthropic-version": "2023-06-01"}
MANY = Served(
    *(ServedModel(name, says("hi")) for name in ("one", "moonshotai/Kimi-K2", "three")),
    aliases={"claude-openk2": "one"},
    loading=["three"],
)


class Rendering(StagedBackend):
    """Renders as a model of our own does."""

    tokenizer = Tokenizer.bytes_only()
    style = "thinking"
    render = RenderedBackend.render

    def __init__(self) -> None:
        super().__init__(says("x")._reply)


def ask(app: ASGIApp, method: str, path: str, **options: Any) -> httpx.Response:
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.request(method, path, **options)

    return asyncio.run(send())


def get(path: str, served: Served | ChatBackend = MANY, **options: Any) -> httpx.Response:
    return ask(create_app(served), "GET", path, **options)


def post(path: str, body: dict[str, Any]) -> httpx.Response:
    return ask(create_app(Rendering()), "POST", path, json=body)


def test_models_and_aliases_are_listed_loaded_or_not() -> None:
    listed = get("/v1/models").json()
    assert listed["object"] == "list"
    assert [model["id"] for model in listed["data"]] == ["one", "moonshotai/Kimi-K2", "three", "claude-openk2"]
    assert (
        listed["data"][0].items()
        >= {
            "object": "model",
            "owned_by": "openk2",
            "context_length": 4096,
            "max_model_len": 4096,
            "supports_image_in": False,
            "supports_video_in": False,
            "supports_reasoning": False,
        }.items()
    )
    assert get("/v1/models", Rendering()).json()["data"][0]["supports_reasoning"] is True


@pytest.mark.parametrize("path", ["moonshotai/Kimi-K2", "moonshotai%2FKimi-K2", "three", "claude-openk2"])
@pytest.mark.parametrize("prefix", ["/v1", "/v1/v1"])
@pytest.mark.parametrize("headers", [{}, ANTHROPIC])
def test_a_model_is_found_by_name_or_alias_with_slashes_written_either_way(
    path: str, prefix: str, headers: dict[str, str]
) -> None:
    assert get(f"{prefix}/models/{path}", headers=headers).json()["id"] == path.replace("%2F", "/")


def test_an_unknown_model_is_404_in_the_words_of_whoever_asks() -> None:
    openai = get("/v1/models/gpt")
    assert (openai.status_code, openai.json()["error"]["code"]) == (404, "model_not_found")
    other = get("/v1/models/gpt", headers=ANTHROPIC)
    assert (other.status_code, other.json()["error"]["type"]) == (404, "not_found_error")
    assert other.json()["request_id"] == other.headers["request-id"] == other.headers["x-request-id"]


def test_pages_in_anthropics_shape() -> None:
    def page(query: str) -> dict[str, Any]:
        return dict(get(f"/v1/models?{query}", headers=ANTHROPIC).json())

    first = page("limit=2")
    assert [model["id"] for model in first["data"]] == ["one", "moonshotai/Kimi-K2"]
    assert (first["first_id"], first["last_id"], first["has_more"]) == ("one", "moonshotai/Kimi-K2", True)
    rest = page("limit=2&after_id=moonshotai/Kimi-K2")
    assert ([model["id"] for model in rest["data"]], rest["has_more"]) == (["three", "claude-openk2"], False)
    back = page("limit=1&before_id=three")
    assert ([model["id"] for model in back["data"]], back["has_more"]) == (["moonshotai/Kimi-K2"], True)
    assert page("after_id=claude-openk2") == {"data": [], "first_id": None, "last_id": None, "has_more": False}


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "limit=1001", "after_id=gone", "before_id=gone"])
def test_a_wrong_page_is_400_and_named(query: str) -> None:
    response = get(f"/v1/models?{query}", headers=ANTHROPIC)
    assert response.status_code == 400
    assert query.split("=")[0] in response.json()["error"]["message"]


def test_both_official_clients_list_and_find_models() -> None:
    with running(MANY) as address:  # type: ignore[arg-type]
        openai = OpenAI(base_url=f"{address}/v1", api_key="none", _strict_response_validation=True)
        assert [model.id for model in openai.models.list()][1:3] == ["moonshotai/Kimi-K2", "three"]
        assert openai.models.retrieve("moonshotai/Kimi-K2").id == "moonshotai/Kimi-K2"
        other = anthropic.Anthropic(base_url=address, api_key="none", _strict_response_validation=True)
        listed = list(other.models.list(limit=1))
        assert [model.id for model in listed] == ["one", "moonshotai/Kimi-K2", "three", "claude-openk2"]
        assert listed[0].max_input_tokens == 4096
        assert other.models.retrieve("claude-openk2").display_name == "claude-openk2"


@pytest.mark.parametrize("prefix", ["/v1", ""])
def test_text_becomes_tokens_and_tokens_text(prefix: str) -> None:
    text = "é<|im_end|>"
    made = post(f"{prefix}/tokenize", {"prompt": text, "return_token_strs": True, "model": "staged"}).json()
    end = Tokenizer.bytes_only().id("<|im_end|>")
    assert made == {
        "count": 3,
        "tokens": [0xC3, 0xA9, end],
        "max_model_len": 4096,
        "token_strs": ["\ufffd", "\ufffd", "<|im_end|>"],
    }
    assert post(f"{prefix}/detokenize", {"tokens": made["tokens"]}).json() == {"prompt": text}


def test_a_conversation_is_shown_as_the_model_reads_it() -> None:
    body = {
        "model": "staged",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "<|im_end|>"}],
        "tools": [{"type": "function", "function": {"name": "f"}}],
    }
    shown = post("/v1/render", body).json()
    assert shown["prompt"] == (
        '<|im_system|>tool_declare<|im_middle|>[{"function":{"name":"f"},"type":"function"}]<|im_end|>'
        "<|im_system|>system<|im_middle|>Be brief.<|im_end|><|im_user|>user<|im_middle|><|im_end|><|im_end|>"
        "<|im_assistant|>assistant<|im_middle|>"
    )
    end = Tokenizer.bytes_only().id("<|im_end|>")
    assert shown["tokens"].count(end) == 3, "what a user spells is text"
    assert shown["count"] == len(shown["tokens"])
    counted = post("/v1/tokenizers/estimate-token-count", body).json()
    assert counted == {"code": 0, "status": True, "data": {"total_tokens": shown["count"]}}


def test_what_is_known_of_the_tokenizer() -> None:
    info = get("/tokenizer_info", Rendering()).json()
    assert (info["bos_token"], info["eos_token"], info["vocab_size"]) == ("[BOS]", "<|im_end|>", 512)


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("/v1/tokenize", {}, "prompt is missing"),
        ("/v1/tokenize", {"prompt": 5}, "accepted: text"),
        ("/v1/detokenize", {"tokens": [1, 512]}, "0 … 511"),
        ("/v1/detokenize", {"tokens": "a"}, "a list"),
        ("/v1/render", {"model": "staged", "messages": []}, "one message or more"),
    ],
)
def test_a_wrong_field_is_named(path: str, body: dict[str, Any], words: str) -> None:
    response = post(path, body)
    assert response.status_code == 400
    assert words in response.json()["error"]["message"]


@pytest.mark.parametrize("path", ["/v1/tokenize", "/v1/render"])
def test_a_model_whose_tokens_are_not_known_says_so(path: str) -> None:
    body = {"model": "staged", "prompt": "x", "messages": [{"role": "user", "content": "x"}]}
    response = ask(create_app(says("x")), "POST", path, json=body)
    assert response.status_code == 400
    assert "tokens are not known here" in response.json()["error"]["message"]
