"""The tables of `openk2.toml`: `[server]`, whose keys are those of `ServeSection` and `ServerSettings`, and `[[model]]`
with its `[[model.replica]]`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

SECRET = {"secret": True}
"""Metadata of a key whose value is never shown."""


@dataclass(frozen=True)
class ServeSection:
    """What the process is, beside what the application allows (`ServerSettings`)."""

    host: str = "127.0.0.1"
    """Address to listen on; the default is reached from this machine only."""
    port: int = 8000
    """Port to listen on; 0 takes a free one."""
    workers: int = 1
    """Processes that speak HTTP; from 2 on, the engine is a process of its own that they share."""
    max_batch: int = 32
    """Most requests a model of ours computes at once."""
    expert_memory: str | None = None
    """Most memory for routed experts, as `8GB`; see `openk2 serve --help`."""
    allow_host: tuple[str, ...] = ()
    """Host names, besides those of this machine, that the server is reached by."""
    log_format: Literal["auto", "json", "console"] = "auto"
    """Form of log lines; auto: console on a terminal, else JSON."""
    log_folder: str = "logs"
    """Where servers that we start (vLLM, SGLang) write."""
    require_keys: bool = False
    """Ask everybody for an API key, or to sign in; see `openk2 keys` and `openk2 users`."""
    open: bool = False
    """Listen on other addresses than loopback although no keys are asked for."""
    database: str | None = field(default=None, metadata=SECRET)
    """Accounts, usage and conversations: `sqlite:///FILE`, a file, or `postgresql://…`; None: nothing is kept, or with
    `require_keys` in a file among this user's data."""
    prices: str | None = None
    """A TOML file with what tokens cost, laid over the platform's prices for its K2 models."""
    redis: str | None = field(default=None, metadata=SECRET)
    """Where several servers keep their callers' limits together, as `redis://HOST:PORT/DB`; None: each its share."""
    servers: int = 1
    """How many servers, each with `workers` processes, share the callers' limits where no Redis keeps them."""


@dataclass(frozen=True)
class ReplicaSection:
    """One that answers for a model."""

    backend: str
    """A model's name or directory, `openai:MODEL@URL`, `vllm:PATH[@URL]` or `sglang:PATH[@URL]`."""
    weight: float = 1.0
    """How much it can do, compared with the others."""
    fallback: bool = False
    """Asked only when no other replica answers."""
    api_key_env: str | None = None
    """The environment variable that holds the key for a URL."""
    api_key: str | None = field(default=None, metadata=SECRET)
    """The key itself; None: `$OPENAI_API_KEY` where that is set."""
    timeout_seconds: float = 300.0
    """A remote answer that is silent for so long is broken off."""
    context: int | None = None
    """Most tokens of prompt and answer together; None: what the model was made for."""
    served_name: str | None = None
    """The model's name at a vLLM or SGLang that runs already; None: its path."""
    python: str = "python3"
    """The interpreter of the environment that has vLLM or SGLang, where we start it."""
    arguments: tuple[str, ...] = ()
    """Further flags for it, as `["--tensor-parallel-size", "8"]`."""


@dataclass(frozen=True)
class ModelSection:
    """A model and its replicas."""

    name: str
    """As clients call it."""
    replica: tuple[ReplicaSection, ...]
    aliases: tuple[str, ...] = ()
    """Other names for it."""
    route: Literal["cache", "least", "weighted"] = "cache"
    """Which replica gets a request."""
    first_event_seconds: float | None = None
    """A replica that has not begun to answer by then has failed; None: no limit."""
    silence_seconds: float | None = None
    """An answer in which nothing came for so long is broken off; None: no limit."""
    hedge_seconds: float | None = None
    """After which a second replica is asked too; None: never."""
    probe_seconds: float = 10.0
    """Between two looks at whether replicas are alive."""
