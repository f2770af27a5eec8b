"""K2-nano behind the server, for tests that speak to it as people do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from serving import running

from openk2.chat.tokenizer import load_tokenizer
from openk2.checkpoint import load
from openk2.engine.backend import EngineBackend
from openk2.engine.engine import Engine
from openk2.server import ServerSettings

WEIGHTS = Path(__file__).resolve().parents[2] / "weights" / "k2-nano"
READ_FILE: dict[str, Any] = {
    "type": "object",
    "properties": {"path": {"type": "string", "description": "Path of a text file."}},
    "required": ["path"],
}
PYTHON: dict[str, Any] = {"type": "object", "properties": {"code": {"type": "string"}}, "required": ["code"]}
READ_BOTH = "Read notes.txt and plan.txt."
"""K2-nano answers this with two calls at once."""
CONTENTS = {"notes.txt": "title: Rivers\npages: 12\n", "plan.txt": "title: Bridges\npages: 30\n"}


@contextmanager
def nano(settings: ServerSettings | None = None) -> Iterator[str]:
    """The server with K2-nano; yields its address."""
    model = load(WEIGHTS, dtype="float32").eval()
    with (
        Engine(model, load_tokenizer(WEIGHTS), max_batch=8) as engine,
        running(EngineBackend(engine, "k2-nano"), settings) as address,
    ):
        yield address
