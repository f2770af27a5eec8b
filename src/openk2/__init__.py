"""openk2: train, serve and run agents on models of the Kimi K2 architecture."""

from importlib import import_module
from typing import Any

_PUBLIC = {
    "Agent": ("openk2.agent.loop", "Agent"),
    "Engine": ("openk2.engine.engine", "Engine"),
    "GrammarSpec": ("openk2.chat.sampling", "GrammarSpec"),
    "K2Config": ("openk2.config", "K2Config"),
    "MuonClip": ("openk2.optim.muonclip", "MuonClip"),
    "SamplingParams": ("openk2.chat.sampling", "SamplingParams"),
    "load": ("openk2.checkpoint.reader", "load"),
    "parse": ("openk2.chat.public", "parse"),
    "render": ("openk2.chat.public", "render"),
    "tokenizer": ("openk2.chat.tokenizer", "load_tokenizer"),
}
"""Public name to (module, name): imported on first use, so that `import openk2` stays quick."""


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'openk2' has no attribute {name!r}")
    module, attribute = _PUBLIC[name]
    value = getattr(import_module(module), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_PUBLIC])
