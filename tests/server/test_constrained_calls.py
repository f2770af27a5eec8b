"""Tool calls cannot go wrong: a model of random weights, behind the real server, calls declared tools with arguments
that satisfy their schemas, whatever the schema, streamed or whole."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import jsonschema
import pytest
from serving import running
from tool_schemas import FLAG, Schema, closed, open_ended, tool_schemas

from openk2.chat.tokenizer import load_tokenizer
from openk2.config import K2Config
from openk2.engine import Engine
from openk2.engine.backend import EngineBackend
from openk2.model import K2Model
from openk2.server import ServerSettings

ALL, SAMPLE = 300, 60
CONTEXT = 8192


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    tokenizer = load_tokenizer("weights/k2-nano")
    config = K2Config.preset("k2-debug").replace(
        vocab_size=tokenizer.vocab_size, initializer_range=0.1, max_position_embeddings=CONTEXT
    )
    with Engine(K2Model(config).initialize(0).eval(), tokenizer, max_batch=16) as engine:
        yield engine


@pytest.fixture(scope="module")
def address(engine: Engine) -> Iterator[str]:
    with running(EngineBackend(engine, "random"), ServerSettings(max_requests=64)) as address:
        yield address


def tool(name: str, schema: Schema) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "description": "One of several.", "parameters": schema}}


def ask(address: str, tools: Sequence[dict[str, Any]], *, stream: bool, seed: int, **more: Any) -> dict[str, Any]:
    """The answer's message, with its `finish_reason`."""
    body = {
        "model": "random",
        "messages": [{"role": "user", "content": "Call."}],
        "tools": list(tools),
        "tool_choice": "required",
        "stream": stream,
        "temperature": 1.0,
        "seed": seed,
        **more,
    }
    response = httpx.post(f"{address}/v1/chat/completions", json=body, timeout=1800)
    assert response.status_code == 200, response.text
    if not stream:
        choice = response.json()["choices"][0]
        return {**choice["message"], "finish_reason": choice["finish_reason"]}
    told: dict[str, Any] = {"content": None, "tool_calls": []}
    for line in response.text.splitlines():
        if line.startswith("data: {"):
            for choice in json.loads(line.removeprefix("data: "))["choices"]:
                told["finish_reason"] = choice["finish_reason"]
                told["content"] = (told["content"] or "") + (choice["delta"].get("content") or "") or None
                for piece in choice["delta"].get("tool_calls") or ():
                    if piece["index"] == len(told["tool_calls"]):
                        told["tool_calls"].append(piece)
                    else:
                        call = told["tool_calls"][piece["index"]]["function"]
                        call["arguments"] += piece["function"]["arguments"]
    return told


def complaints(message: dict[str, Any], schemas: dict[str, Schema]) -> list[str]:
    """What is wrong with an answer: nothing is right without a call."""
    found = [] if message["finish_reason"] == "tool_calls" else [f"it ended by {message['finish_reason']}"]
    found += [] if message["tool_calls"] else ["it makes no call"]
    for number, call in enumerate(message["tool_calls"] or ()):
        name = call["function"]["name"]
        if name not in schemas:
            found.append(f"{name} is not declared")
            continue
        if call["id"] != f"functions.{name}:{number}":
            found.append(f"call {number} to {name} has id {call['id']}")
        validator = jsonschema.validators.validator_for(schemas[name], default=jsonschema.Draft202012Validator)
        arguments = json.loads(call["function"]["arguments"])
        found += [f"{error.message} in {arguments}" for error in validator(schemas[name]).iter_errors(arguments)]
        found += [] if isinstance(arguments, dict) else [f"{arguments} is no object"]
    return found


def check(address: str, schemas: Sequence[Schema]) -> None:
    """Ask once streamed and once whole for a call of each schema's tool, another one beside it."""

    def one(number: int) -> list[str]:
        declared = {f"tool_{number}": schemas[number], "数.other-one": closed({"a": FLAG})}
        tools = [tool(name, schema) for name, schema in declared.items()]
        wrong = []
        for stream in (False, True):
            message = ask(address, tools, stream=stream, seed=number)
            wrong += [f"{problem}: {schemas[number]}" for problem in complaints(message, declared)]
        return wrong

    with ThreadPoolExecutor(16) as pool:
        assert [problem for wrong in pool.map(one, range(len(schemas))) for problem in wrong] == []


def test_calls_of_a_sample_of_schemas_are_valid(address: str) -> None:
    ending_soon = [schema for schema in tool_schemas(ALL) if not open_ended(schema)]
    check(address, ending_soon[:: len(ending_soon) // SAMPLE][:SAMPLE])


@pytest.mark.slow
def test_calls_of_every_schema_are_valid(address: str) -> None:
    check(address, tool_schemas(ALL))
