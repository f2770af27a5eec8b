"""The errand on which every client is sent, and how its outcome is told.

K2-nano, asked to read two files, calls a tool twice at once. A client passes when it chats, streams, gets both calls
with the arguments they must have, returns their results, gets an answer that was made with them, and reads the token
counts of both turns. This file is run by the Python of each client's own environment and needs nothing but it.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
from typing import Any

ADDRESS = os.environ.get("OPENK2_ADDRESS", "http://127.0.0.1:8000")
"""Where the server is."""
MODEL = os.environ.get("OPENK2_MODEL", "k2-nano")
GREETING = "Hello!"
QUESTION = "Read notes.txt and plan.txt."
"""K2-nano answers this with two calls of `read_file` at once."""
FILES = {"notes.txt": "title: Rivers\npages: 12\n", "plan.txt": "title: Bridges\npages: 30\n"}
READ_FILE: dict[str, Any] = {
    "type": "object",
    "properties": {"path": {"type": "string", "description": "Path of a text file."}},
    "required": ["path"],
}
PYTHON: dict[str, Any] = {"type": "object", "properties": {"code": {"type": "string"}}, "required": ["code"]}
OPENAI_TOOLS: list[dict[str, Any]] = [
    {
        "type": "function",
        "function": {"name": "read_file", "description": "Read a text file.", "parameters": READ_FILE},
    },
    {
        "type": "function",
        "function": {
            "name": "python",
            "description": "Run Python code and return what it prints.",
            "parameters": PYTHON,
        },
    },
]
ANTHROPIC_TOOLS: list[dict[str, Any]] = [
    {
        "name": tool["function"]["name"],
        "description": tool["function"]["description"],
        "input_schema": tool["function"]["parameters"],
    }
    for tool in OPENAI_TOOLS
]


def check_calls(calls: list[tuple[str, dict[str, Any]]]) -> None:
    """Raise AssertionError unless these are the two calls that the question asks for."""
    wanted = [("read_file", {"path": path}) for path in FILES]
    assert calls == wanted, f"calls are {calls}, not {wanted}"


def check_counts(prompt: int, answer: int, what: str) -> None:
    """Raise AssertionError unless both are counts of tokens."""
    assert isinstance(prompt, int) and prompt > 0, f"{what}: the prompt has {prompt} tokens"  # noqa: PT018
    assert isinstance(answer, int) and answer > 0, f"{what}: the answer has {answer} tokens"  # noqa: PT018


def check_stream(pieces: list[str], whole: str) -> None:
    """Raise AssertionError unless a text came in several pieces that add up to the whole one."""
    assert len(pieces) > 1, f"the stream has {len(pieces)} piece"
    assert "".join(pieces) == whole, f"the stream says {''.join(pieces)!r}, the whole answer {whole!r}"


def passed(*packages: str, **figures: Any) -> None:
    """Tell the outcome as the last line of standard output."""
    versions = {package: importlib.metadata.version(package) for package in packages}
    print(json.dumps({"passed": True, "versions": versions, **figures}))
