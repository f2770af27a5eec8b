"""How log lines look: JSON for programs, one object a line, or aligned for a person at a terminal.

The package logs through the standard library; structlog renders, so that what libraries log looks the same.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Literal, TextIO

import orjson
import structlog

LogForm = Literal["auto", "json", "console"]


def configure_logs(form: LogForm = "auto", stream: TextIO | None = None) -> None:
    """Send what the package has to say (INFO and above) to `stream`, standard error where not given; `auto` is the form
    for people where that is a terminal."""
    stream = stream or sys.stderr
    for_people = form == "console" or (form == "auto" and stream.isatty())
    renderer: Any = structlog.dev.ConsoleRenderer(colors=stream.isatty()) if for_people else _json
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper("iso", utc=not for_people),
        structlog.processors.format_exc_info,
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer], foreign_pre_chain=shared
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    logging.getLogger("openk2").setLevel(logging.INFO)


def _json(_logger: object, _name: str, fields: MutableMapping[str, Any]) -> str:
    return orjson.dumps(fields, default=str).decode()
