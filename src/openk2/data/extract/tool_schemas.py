"""Generated tool declarations and calls in the chat template's JSON: random tools, a request in words, the call that
answers it. Names, parameters and values are invented, so a call can only be read off the declaration and the request.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

from openk2.data.extract import Inputs
from openk2.data.extract.words import PEOPLE, PLACES, TOPICS, code_name, file_name, invented, number, split, value

VERBS = split(
    "get read find list count open fetch load show save send write make add remove delete update search look check "
    "run call ask query sum sort copy move rename print compute convert start stop"
)
THINGS = split(
    "file files folder text line lines note notes row rows table record user order price date time weather city "
    "message mail page list value number sum word image name report item task event map road ticket room"
)
PARAMETERS = split(
    "path text query code name city date number value count limit start end database content user id key title "
    "message language unit amount word line folder command url topic"
)
TYPES = {"string": 0.75, "integer": 0.15, "number": 0.05, "boolean": 0.05}


def tool_schemas(inputs: Inputs) -> Iterator[str]:
    """Documents of one declaration list and a few requests with their calls, without end."""
    index = 0
    while True:
        yield _document(random.Random(f"tools:{inputs.seed}:{index}"))
        index += 1


def _document(rng: random.Random) -> str:
    tools = {tool["function"]["name"]: tool for tool in (_tool(rng) for _ in range(rng.randint(1, 5)))}
    declared = json.dumps(list(tools.values()), ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    lines = [declared]
    for _ in range(rng.randint(1, 4)):
        name = rng.choice(list(tools))
        properties = tools[name]["function"]["parameters"]["properties"]
        arguments = {key: _value(rng, key, schema["type"]) for key, schema in properties.items()}
        wishes = " and ".join(f"{key} {json.dumps(entry, ensure_ascii=False)}" for key, entry in arguments.items())
        asked = rng.choice(
            (f"Call {name} with {wishes}.", f"Use {name}: {wishes}", f"{name}, {wishes}", f"Run {name} for {wishes}.")
        )
        called = json.dumps(arguments, ensure_ascii=False)
        lines.append(f"{asked if arguments else f'Call {name}.'}\nfunctions.{name} {called}")
    return "\n".join(lines)


def _tool(rng: random.Random) -> dict[str, Any]:
    name = rng.choice(
        (
            f"{rng.choice(VERBS)}_{rng.choice(THINGS)}",
            f"{rng.choice(VERBS)}_{invented(rng)}",
            f"{invented(rng)}_{rng.choice(THINGS)}",
            rng.choice(VERBS),
            code_name(rng).lower().replace("-", "_"),
        )
    )
    keys = rng.sample(PARAMETERS, rng.randint(0, 3))
    kinds = rng.choices(list(TYPES), list(TYPES.values()), k=len(keys))
    properties = {key: {"type": kind} for key, kind in zip(keys, kinds, strict=True)}
    described = f"{rng.choice(VERBS).capitalize()} the {rng.choice(THINGS)} of a {rng.choice(THINGS)}."
    required = [key for key in keys if rng.random() < 0.85]
    parameters = {"properties": properties, "required": required, "type": "object"}
    return {"type": "function", "function": {"name": name, "description": described, "parameters": parameters}}


def _value(rng: random.Random, key: str, kind: str) -> object:
    if kind == "integer":
        return rng.randint(0, 10 ** rng.randint(1, 4))
    if kind == "number":
        return rng.randint(1, 9999) / 100
    if kind == "boolean":
        return rng.random() < 0.5
    chosen: dict[str, object] = {
        "path": file_name(rng),
        "city": rng.choice(PLACES),
        "name": rng.choice(PEOPLE),
        "user": rng.choice(PEOPLE),
        "topic": rng.choice(TOPICS),
        "code": f"{number(rng)} {rng.choice('+-*')} {number(rng)}",
        "id": code_name(rng),
        "key": code_name(rng),
        "query": f"SELECT {rng.choice(THINGS)} FROM {rng.choice(TOPICS)}",
        "text": f"{value(rng)} {value(rng)}",
    }
    return str(chosen.get(key, value(rng)))
