"""From what a person calls a model to something that answers: a name, a directory, or `openai:MODEL@BASE_URL`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openk2.chat.backend import ChatBackend
from openk2.errors import RequestError

if TYPE_CHECKING:
    from openk2.engine import Engine

REMOTE = "openai:"

SMALL = 2 * 2**30
"""Bytes of safetensors up to which a model is computed in float32: there bfloat16 is slower on most CPUs, and only
float32 gives the same tokens in any batch. Weights of larger models stay in the number format of their files."""


def open_backend(model: str, *, max_batch: int = 32) -> ChatBackend:
    """What `model` names, ready to answer; loads weights where it is one of our own, and computes at most `max_batch`
    requests at once there.

    Raises RequestError for a malformed remote address, CheckpointError or ChatError for a model that cannot be loaded.
    """
    if model.startswith(REMOTE):
        from openk2.chat.remote import RemoteBackend

        name, at, base_url = model.removeprefix(REMOTE).partition("@")
        if not (name and at and base_url):
            raise RequestError(
                f"model is {model!r}; accepted: openai:MODEL@BASE_URL, as openai:k2@http://localhost:8000/v1"
            )
        return RemoteBackend(name, base_url)
    from openk2.chat.locate import model_directory
    from openk2.chat.template_check import chat_style
    from openk2.engine.backend import EngineBackend

    name = model_directory(model).resolve().name
    return EngineBackend(open_engine(model, max_batch=max_batch), name, chat_style(model))


def open_engine(model: str, *, max_batch: int = 32) -> Engine:
    """An engine for a name or directory. Small models are computed in float32; others in their checkpoint's own type,
    from weights as their files hold them.

    Raises CheckpointError or ChatError, and RequestError for a remote model: only messages can be sent there.
    """
    if model.startswith(REMOTE):
        raise RequestError(f"model is {model!r}; accepted here: a name or a directory, whose weights can be loaded")
    from openk2.chat.locate import model_directory
    from openk2.chat.tokenizer import load_tokenizer
    from openk2.checkpoint.reader import load
    from openk2.engine import Engine

    size = sum(file.stat().st_size for file in model_directory(model).glob("*.safetensors"))
    loaded = load(model, dtype="float32") if size <= SMALL else load(model, weights="stored")
    return Engine(loaded, load_tokenizer(model), max_batch=max_batch)
