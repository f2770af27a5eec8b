"""`openk2 config`: what `openk2 serve` would be set up with, and where each value comes from."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path
from typing import Annotated, Any

import typer

from openk2.server.configuration.reader import Configuration, read_configuration

app = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True)


@app.callback()
def main() -> None:
    """Show the server's configuration."""


@app.command()
def show(
    file: Annotated[
        Path | None, typer.Option("--config", help="A TOML file; without it openk2.toml of this directory, if any.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object on standard output.")] = False,
) -> None:
    """Print every setting with its value and its source; secrets are masked."""
    configuration = read_configuration(file, os.environ, {})
    if as_json:
        print(json.dumps(_as_json(configuration), ensure_ascii=False, default=str))
        return
    width = max(len(name) for name in configuration.settings)
    for name, setting in configuration.settings.items():
        print(f"server.{name:<{width}}  {_text(setting.shown)}  ({setting.source})")
    for model in configuration.models:
        print(f"model {model.name}  ({configuration.models_source})")
        for replica in model.replica:
            print("  replica  " + "  ".join(f"{key}={_text(value)}" for key, value in _masked(replica).items()))


def _as_json(configuration: Configuration) -> dict[str, Any]:
    settings = {
        name: {"value": setting.shown, "source": setting.source} for name, setting in configuration.settings.items()
    }
    models = [
        {**_masked(model), "replica": [_masked(replica) for replica in model.replica]} for model in configuration.models
    ]
    return {"server": settings, "model": models}


def _masked(section: Any) -> dict[str, Any]:
    """A section's values that are not left out, without its secrets."""
    shown = {}
    for field in dataclasses.fields(section):
        value = getattr(section, field.name)
        if value not in (None, (), False):
            shown[field.name] = "***" if field.metadata.get("secret") else value
    return shown


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
