"""From what a person calls a model to something that answers: a name, a directory, or `openai:MODEL@BASE_URL`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from openk2.chat.backend import ChatBackend
from openk2.errors import EngineError, RequestError

if TYPE_CHECKING:
    from openk2.engine import Engine
    from openk2.engine.expert_cache import ExpertCache

REMOTE = "openai:"

SMALL = 2 * 2**30
"""Bytes of safetensors up to which a model is computed in float32: there bfloat16 is slower on most CPUs, and only
float32 gives the same tokens in any batch. Weights of larger models stay in the number format of their files."""


RESERVE = 2 * 2**30
"""Bytes of memory left for latents, work in progress and other programs when a model is loaded."""

EXPERT_MEMORY_HELP = (
    "Most memory for routed experts, as 8GB; the rest of them stay on disk and are read when a token needs them. "
    "Without it: all of them where they fit, else what is free."
)

_UNITS = {"": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_UNITS |= {unit.replace("B", "iB"): 1024**power for power, unit in enumerate(("KB", "MB", "GB", "TB"), 1)}


def open_backend(model: str, *, max_batch: int = 32, expert_memory: str | None = None) -> ChatBackend:
    """What `model` names, ready to answer; loads weights where it is one of our own, and computes at most `max_batch`
    requests at once there. `expert_memory`: see `open_engine`.

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
    return EngineBackend(open_engine(model, max_batch=max_batch, expert_memory=expert_memory), name, chat_style(model))


def open_engine(model: str, *, max_batch: int = 32, expert_memory: str | None = None) -> Engine:
    """An engine for a name or directory. Small models are computed in float32; others in their checkpoint's own type,
    from weights as their files hold them.

    `expert_memory` is the most that routed experts may take, as `8GB`; what does not fit stays on disk. None: they stay
    there where the model would not fit into the memory that is free, and may take what is left of it.

    Raises CheckpointError or ChatError, EngineError where even the other weights do not fit, and RequestError for an
    unusable size or a remote model: only messages can be sent there.
    """
    if model.startswith(REMOTE):
        raise RequestError(f"model is {model!r}; accepted here: a name or a directory, whose weights can be loaded")
    from openk2.chat.locate import model_directory
    from openk2.chat.tokenizer import load_tokenizer
    from openk2.checkpoint.reader import load
    from openk2.engine import Engine

    size = sum(file.stat().st_size for file in model_directory(model).glob("*.safetensors"))
    experts = _experts_on_disk(model, size, None if expert_memory is None else memory_size(expert_memory))
    dtype, weights = ("float32", "float") if size <= SMALL else (None, "stored")
    loaded = load(model, dtype=dtype, weights=weights, experts_on_disk=experts is not None)
    return Engine(loaded, load_tokenizer(model), max_batch=max_batch, consume=True, experts=experts)


def memory_size(text: str) -> int:
    """Bytes of a size a person writes, as `8GB` or `8GiB`. Raises RequestError."""
    number = text.rstrip("KMGTiB ")
    unit = text[len(number) :].strip()
    try:
        return int(float(number) * _UNITS[unit])
    except (ValueError, KeyError, OverflowError):
        raise RequestError(f"a size of memory is {text!r}; accepted: a number and KB, MB, GB, TB, KiB, …") from None


def _experts_on_disk(model: str, size: int, limit: int | None) -> ExpertCache | None:
    """A cache for the routed experts of a model of `size` bytes; None where they go into memory with all else."""
    from openk2.checkpoint.expert_files import ExpertFiles
    from openk2.engine.expert_cache import ExpertCache
    from openk2.engine.memory import available_memory

    free = available_memory()
    if limit is None and size + RESERVE <= free:
        return None
    files = ExpertFiles(model)
    everything, beside = files.bytes, size - files.bytes
    room = free - beside - RESERVE if limit is None else limit
    if not files.layouts or room >= everything:
        files.close()
        return None
    if room < files.expert_bytes:
        files.close()
        what = f"{free / 1e9:.1f} GB of memory are free" if limit is None else f"expert memory is {limit:,} bytes"
        raise EngineError(
            f"{model}: {what}; needed: {(beside + RESERVE) / 1e9:.1f} GB for all but the routed experts, and more than "
            f"{files.expert_bytes:,} bytes for those"
        )
    cache = ExpertCache(files, room)
    held = f"up to {cache.size / everything:.0%} of them in memory at a time"
    print(f"{model}: routed experts stay on disk ({everything / 1e9:.1f} GB), {held}", file=sys.stderr, flush=True)
    return cache
