"""From the configuration to backends that answer: every replica opened, those of one model put into a pool."""

from __future__ import annotations

import os
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import httpx

from openk2.chat.backend import ChatBackend
from openk2.chat.locate import model_directory
from openk2.chat.remote import RemoteBackend
from openk2.chat.remote_tokens import RemoteTokens
from openk2.chat.rendered import RenderedBackend
from openk2.chat.template_check import chat_style
from openk2.chat.tokenizer import load_tokenizer
from openk2.config import K2Config
from openk2.errors import ServerError, UpstreamError
from openk2.server.backends.foreign_server import ForeignServer
from openk2.server.backends.pool import ChatPool, PoolSettings, TokenPool, pooled
from openk2.server.backends.replica import Replica
from openk2.server.backends.sglang import sglang_command
from openk2.server.backends.spec import Spec
from openk2.server.backends.vllm import vllm_command
from openk2.server.configuration.sections import ModelSection, ReplicaSection

OpenOwn = Callable[[str], ChatBackend]
"""Loads a model of ours by name or directory."""

_COMMANDS = {"vllm": vllm_command, "sglang": sglang_command}
_DIALECTS: Mapping[str, Literal["completions", "generate"]] = {"vllm": "completions", "sglang": "generate"}
_PROBE_SECONDS = 5.0


class Opened:
    """What was opened; `close` ends what we started."""

    def __init__(self, open_own: OpenOwn, log_folder: Path) -> None:
        """`log_folder`: where servers that we start write."""
        self._open_own, self._log_folder = open_own, log_folder
        self._servers: list[ForeignServer] = []

    def model(self, section: ModelSection) -> ChatBackend:
        """The backend of one model. Raises OpenK2Error for a replica that cannot be opened."""
        alone = len(section.replica) == 1
        replicas = [self._replica(one, section, alone) for one in section.replica]
        if alone:
            return replicas[0].backend
        settings = PoolSettings(
            route=section.route,
            first_event_seconds=section.first_event_seconds,
            silence_seconds=section.silence_seconds,
            hedge_seconds=section.hedge_seconds,
            probe_seconds=section.probe_seconds,
        )
        return pooled(section.name, replicas, settings)

    def with_urls(self, model: ModelSection) -> ModelSection:
        """The model with the servers that are ours to start started, so that other processes find them by URL. Raises
        OpenK2Error for one that cannot be started."""
        return replace(model, replica=tuple(self._with_url(one, model) for one in model.replica))

    def close(self) -> None:
        """Stop the servers we started."""
        for server in self._servers:
            server.stop()

    def _replica(self, section: ReplicaSection, model: ModelSection, alone: bool) -> Replica[ChatBackend]:
        spec = Spec.read(section.backend)
        label = _label(section, model)
        # A pool tries the next replica instead of the same one again.
        retries = 4 if alone else 0
        tier = 1 if section.fallback else 0
        if spec.kind == "own":
            return Replica(label, self._open_own(spec.model), section.weight, tier)
        key = _key(section)
        if spec.kind == "openai":
            assert spec.url is not None
            remote = RemoteBackend(
                spec.model,
                spec.url,
                key,
                context_length=section.context,
                timeout=section.timeout_seconds,
                retries=retries,
            )
            return Replica(label, remote, section.weight, tier, probe=_probe(spec.url, "/models", key))
        section = self._with_url(section, model)
        spec = Spec.read(section.backend)
        assert spec.url is not None
        directory = model_directory(spec.model)
        root, name = spec.url.rstrip("/").removesuffix("/v1"), section.served_name or spec.model
        context = _context(section, directory)
        tokens = RemoteTokens(
            name,
            root,
            load_tokenizer(directory),
            context,
            dialect=_DIALECTS[spec.kind],
            grammars=True,
            api_key=key,
            timeout=section.timeout_seconds,
            retries=retries,
        )
        backend = RenderedBackend(tokens, chat_style(directory))
        return Replica(label, backend, section.weight, tier, probe=_probe(root, "/health", key))

    def _with_url(self, section: ReplicaSection, model: ModelSection) -> ReplicaSection:
        """The replica with its server started, where it is ours to start."""
        spec = Spec.read(section.backend)
        if spec.kind in ("own", "openai") or spec.url is not None:
            return section
        directory = model_directory(spec.model)
        name, context, label = directory.resolve().name, _context(section, directory), _label(section, model)
        make = _COMMANDS[spec.kind]
        server = ForeignServer(
            label,
            lambda port: make(section.python, str(directory), name, context, port, section.arguments),
            self._log_folder / f"{label.replace('/', '_').replace(':', '-')}.log",
        )
        self._servers.append(server)
        return replace(section, backend=f"{spec.kind}:{spec.model}@{server.url}", served_name=name)


def _label(section: ReplicaSection, model: ModelSection) -> str:
    """A replica's name; those that are written alike are numbered."""
    alike = [one for one in model.replica if one.backend == section.backend]
    number = next((place for place, one in enumerate(alike) if one is section), 0)
    return Spec.read(section.backend).label + (f"#{number + 1}" if len(alike) > 1 else "")


def _context(section: ReplicaSection, directory: Path) -> int:
    return section.context or K2Config.from_json(directory / "config.json").max_position_embeddings


def watchers(backends: Sequence[ChatBackend]) -> list[Callable[[], Coroutine[Any, Any, None]]]:
    """What looks after the replicas of the pools among `backends`."""
    inner = [backend.tokens if isinstance(backend, RenderedBackend) else backend for backend in backends]
    return [pool.watch for pool in inner if isinstance(pool, ChatPool | TokenPool)]


def _key(section: ReplicaSection) -> str | None:
    """Raises ServerError when the variable that is to hold the key does not."""
    if section.api_key_env is None:
        return section.api_key
    key = os.environ.get(section.api_key_env)
    if not key:
        raise ServerError(f"api_key_env is {section.api_key_env!r}, which is not set; accepted: a variable with a key")
    return key


def _probe(url: str, path: str, key: str | None) -> Callable[[], Coroutine[Any, Any, None]]:
    """Whether a server answers at all; a refusal is an answer, a fault is none."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}

    async def probe() -> None:
        try:
            async with httpx.AsyncClient(timeout=_PROBE_SECONDS, headers=headers) as client:
                response = await client.get(url.rstrip("/") + path)
        except httpx.HTTPError as error:
            raise UpstreamError(f"{url}: cannot be reached: {str(error) or type(error).__name__}") from None
        if response.is_server_error:
            raise UpstreamError(f"{url}: {response.status_code}")

    return probe
