"""`openk2 serve`: the HTTP server and its chat page over one or more models, local or remote."""

from __future__ import annotations

import ipaddress
import os
import socket
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from openk2.chat.backend import ChatBackend
from openk2.chat.locate import model_directory
from openk2.cli.models import EXPERT_MEMORY_HELP, open_backend
from openk2.errors import ServerError
from openk2.server import LOOPBACK_HOSTS, ServerSettings, bind, serve
from openk2.server.accounts.opening import check_database
from openk2.server.assembly import Assembly
from openk2.server.backends.routing import RouteName
from openk2.server.backends.spec import Spec
from openk2.server.configuration.reader import Configuration, read_configuration
from openk2.server.configuration.sections import ModelSection, ReplicaSection, ServeSection
from openk2.server.configuration.values import from_text
from openk2.server.data_home import data_home
from openk2.server.observe.logs import configure_logs

app = typer.Typer(add_completion=False, rich_markup_mode=None)

DEFAULT_MODEL = "k2-nano"


@app.command(name="serve")
def serve_command(
    model: Annotated[
        str | None,
        typer.Argument(
            help="A name, a directory, openai:MODEL@URL, vllm:PATH[@URL] or sglang:PATH[@URL]. "
            f"Without it: what openk2.toml says, else {DEFAULT_MODEL}."
        ),
    ] = None,
    backend: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=SPEC",
            help="Serve also what SPEC (as MODEL) stands for, under a name; several of one name share its requests.",
        ),
    ] = None,
    fallback: Annotated[
        list[str] | None, typer.Option(metavar="SPEC", help="What answers for MODEL when it cannot; may be repeated.")
    ] = None,
    route: Annotated[
        str | None, typer.Option(help="Which of several gets a request: cache (the default), least or weighted.")
    ] = None,
    config: Annotated[
        Path | None, typer.Option(help="A TOML file; without it openk2.toml of this directory, if there is one.")
    ] = None,
    host: Annotated[
        str | None, typer.Option(help="Address to listen on; 127.0.0.1, reached from this machine only, by default.")
    ] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on, 8000 by default; 0 takes a free one.")] = None,
    workers: Annotated[
        int | None, typer.Option(help="Processes that speak HTTP, 1 by default; more share one engine.")
    ] = None,
    max_batch: Annotated[int | None, typer.Option(help="Most requests a local model computes at once; 32.")] = None,
    expert_memory: Annotated[str | None, typer.Option(help=EXPERT_MEMORY_HELP)] = None,
    max_requests: Annotated[
        int | None, typer.Option(help="Most requests in progress and waiting, 256 by default; more are refused.")
    ] = None,
    allow_host: Annotated[
        list[str] | None, typer.Option(help="Another host name the server is reached by; may be repeated.")
    ] = None,
    allow_origin: Annotated[
        list[str] | None, typer.Option(help="Another site whose pages may use the server; may be repeated.")
    ] = None,
    drain: Annotated[float | None, typer.Option(help="Seconds that running answers may take after a stop; 30.")] = None,
    response_cache: Annotated[
        str | None, typer.Option(help="Keep answers of requests without randomness: memory, or a Redis URL.")
    ] = None,
    require_keys: Annotated[
        bool | None,
        typer.Option("--require-keys", help="Ask for an API key (openk2 keys) or to sign in (openk2 users)."),
    ] = None,
    database: Annotated[
        str | None,
        typer.Option(
            help="Keep accounts, usage and conversations in sqlite:///FILE, a file, or postgresql://…; with "
            "--require-keys alone in a file among this user's data."
        ),
    ] = None,
    prices: Annotated[
        str | None, typer.Option(metavar="FILE", help="What tokens cost, in TOML; the platform's K2 prices are known.")
    ] = None,
    redis: Annotated[
        str | None, typer.Option(metavar="URL", help="Where several servers keep their callers' limits together.")
    ] = None,
    open_to_all: Annotated[
        bool | None, typer.Option("--open", help="Listen beyond this machine although no keys are asked for.")
    ] = None,
    data_dir: Annotated[
        Path | None, typer.Option(help="Where uploaded files stay; by default among this user's data.")
    ] = None,
    search_url: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="Where the tool $web_search searches: URL?q=…&format=json, as SearXNG has it."
        ),
    ] = None,
    moonshot_strict: Annotated[
        bool | None, typer.Option("--moonshot-strict", help="Refuse what Moonshot's platform refuses, in its words.")
    ] = None,
    always_usage: Annotated[
        bool | None, typer.Option("--always-usage", help="End every stream with token counts, asked for or not.")
    ] = None,
    reasoning_alias: Annotated[
        bool | None, typer.Option("--reasoning-alias", help="Send reasoning also as `reasoning`, as vLLM does.")
    ] = None,
    log_prompts: Annotated[
        bool | None, typer.Option("--log-prompts", help="Log what people write and models say.")
    ] = None,
    log_format: Annotated[str | None, typer.Option(help="json, console, or auto: console on a terminal.")] = None,
) -> None:
    """Start the HTTP server and its chat page."""
    flags = {
        "host": host,
        "port": port,
        "workers": workers,
        "max_batch": max_batch,
        "expert_memory": expert_memory,
        "max_requests": max_requests,
        "allow_host": None if allow_host is None else tuple(allow_host),
        "allowed_origins": None if allow_origin is None else tuple(allow_origin),
        "drain_seconds": drain,
        "response_cache": response_cache,
        "require_keys": require_keys,
        "database": database,
        "prices": prices,
        "redis": redis,
        "open": open_to_all,
        "data_dir": data_dir,
        "search_url": search_url,
        "moonshot_strict": moonshot_strict,
        "always_usage": always_usage,
        "reasoning_alias": reasoning_alias,
        "log_prompts": log_prompts,
        "log_format": log_format,
    }
    configuration = read_configuration(config, os.environ, flags)
    section = configuration.section(ServeSection)
    # The port first: one in use is known before a large model is loaded.
    with bind(section.host, section.port) as bound:
        _check_openness(bound, section)
        kept_in = check_database(section)
        hosts = _allowed_hosts(bound, section.host, section.allow_host)
        settings = configuration.section(ServerSettings, allowed_hosts=hosts)
        settings = replace(settings, data_dir=settings.data_dir or data_home())
        models = _models(configuration, model, backend or [], fallback or [], route)
        for one in models:
            _check(one)
        configure_logs(section.log_format)
        names = ", ".join(one.name for one in models)
        _say(f"loading {names}")

        def open_own(name: str) -> ChatBackend:
            return open_backend(name, max_batch=section.max_batch, expert_memory=section.expert_memory)

        def announce() -> None:
            _announce(names, bound, section, kept_in)

        if section.workers > 1:
            from openk2.server.workers.supervisor import serve_with_workers

            serve_with_workers(configuration, models, settings, bound, open_own, announce)
        else:
            parts = Assembly(configuration, models, settings, open_own, announce)
            try:
                serve(
                    parts.app,
                    bound,
                    drain_seconds=settings.drain_seconds,
                    on_ready=lambda: None,
                    beside=[parts.load],
                )
            finally:
                parts.close()
    _say("stopped")


def _models(
    configuration: Configuration, model: str | None, named: Sequence[str], fallback: Sequence[str], route: str | None
) -> tuple[ModelSection, ...]:
    """What is served: what the command line names, else the file's models, else K2-nano."""
    replicas: dict[str, list[ReplicaSection]] = {}
    if model is not None or not (named or configuration.models):
        spec = model or DEFAULT_MODEL
        replicas[_name(Spec.read(spec))] = [ReplicaSection(spec)]
    for one in named:
        name, equals, spec = one.partition("=")
        if not (name and equals and spec):
            raise ServerError(f"--backend is {one!r}; accepted: NAME=SPEC, as k2=openai:kimi-k2@http://host:8000/v1")
        replicas.setdefault(name, []).append(ReplicaSection(spec))
    models = tuple(ModelSection(name, tuple(of)) for name, of in replicas.items()) or configuration.models
    extra = tuple(ReplicaSection(spec, fallback=True) for spec in fallback)
    models = (replace(models[0], replica=models[0].replica + extra), *models[1:])
    if route is None:
        return models
    chosen = from_text(RouteName, route, "--route")
    return tuple(replace(one, route=chosen) for one in models)


def _name(spec: Spec) -> str:
    """Under what name a model is served that was given none."""
    return spec.model if spec.kind == "openai" else model_directory(spec.model).resolve().name


def _check(model: ModelSection) -> None:
    """Find what cannot be opened before anything is loaded."""
    for replica in model.replica:
        spec = Spec.read(replica.backend)
        if spec.kind != "openai":
            model_directory(spec.model)


def _allowed_hosts(bound: socket.socket, host: str, more: Sequence[str]) -> tuple[str, ...] | None:
    """On loopback only its own names; elsewhere any, unless names are given."""
    if _is_loopback(bound):
        return (*LOOPBACK_HOSTS, host, *more)
    return (*LOOPBACK_HOSTS, host, *more) if more else None


def _is_loopback(bound: socket.socket) -> bool:
    return ipaddress.ip_address(bound.getsockname()[0]).is_loopback


def _check_openness(bound: socket.socket, section: ServeSection) -> None:
    """Without keys the server is for this machine only, unless told otherwise. Raises ServerError."""
    if not (section.require_keys or section.open or _is_loopback(bound)):
        raise ServerError(
            f"host is {section.host!r} and no keys are asked for; accepted: --require-keys, --open (everybody who "
            "reaches the port may use the models), or an address of this machine only"
        )


def _announce(name: str, bound: socket.socket, section: ServeSection, kept_in: str | None) -> None:
    address, port = bound.getsockname()[:2]
    if ipaddress.ip_address(address).is_unspecified:
        address = "127.0.0.1"
    site = f"http://[{address}]:{port}" if ":" in address else f"http://{address}:{port}"
    _say(f"{name}: chat page {site}  OpenAI API {site}/v1  (Ctrl-C ends it)")
    if kept_in is not None:
        _say(f"accounts: {kept_in}")
    if section.require_keys:
        return
    if _is_loopback(bound):
        _say("no keys are asked for: the server is reached from this machine only")
    else:
        _say("everyone who can reach this port can use the models: no keys are asked for")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
