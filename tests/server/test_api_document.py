"""`docs/api.md` against the code: nothing is missing in it, and nothing is told that is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from serving import StagedBackend, says
from starlette.routing import Route

from openk2.server import ServerSettings, create_app
from openk2.server.accounts.accounts import Accounts
from openk2.server.accounts.prices import Prices
from openk2.server.accounts.scopes import needed
from openk2.server.configuration.reader import read_configuration
from openk2.server.configuration.sections import ModelSection, ReplicaSection
from openk2.server.cors import READ_HEADERS
from openk2.server.dialect import ANTHROPIC_TYPES
from openk2.server.observe.engines import EngineCollector
from openk2.server.observe.metrics import Metrics
from openk2.server.served import Served
from openk2.server.store import Database

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
ENDPOINTS = dict(re.findall(r"^\| `([A-Z]+ /[^`]*)` \| ([^|]*) \|", DOCUMENT, re.MULTILINE))
"""Endpoint → scope, as the tables have them."""


def routes(app: Any) -> Iterator[Route]:
    """The routes of an application, whatever stands before it."""
    while not hasattr(app, "routes"):
        app = getattr(app, "_app", None) or app.app
    yield from (route for route in app.routes if isinstance(route, Route))


def test_every_endpoint_is_in_a_table_and_every_row_is_an_endpoint(tmp_path: Path) -> None:
    accounts = Accounts(Database(f"sqlite:///{tmp_path / 'openk2.db'}"), Prices.load())
    served = {
        f"{method} {route.path.replace(':path', '')}"
        for route in routes(create_app(says("yes"), ServerSettings(), accounts))
        for method in route.methods or ()
        if method != "HEAD"
    }
    assert ENDPOINTS.keys() == served


@pytest.mark.parametrize("endpoint", [name for name, scope in ENDPOINTS.items() if scope != "—"])
def test_the_scope_of_an_endpoint_is_the_one_that_is_asked_for(endpoint: str) -> None:
    assert ENDPOINTS[endpoint] == (needed(endpoint.split()[1]) or "any key")


def test_every_setting_is_told_with_its_default() -> None:
    told = dict(re.findall(r"^\| `([a-z_.]+)` \| (—|`[^`]*`|made anew) \|", DOCUMENT, re.MULTILINE))
    settings = read_configuration(None, {}, {}).settings
    assert told.keys() == settings.keys()
    for name, setting in settings.items():
        if setting.source == "default" and isinstance(setting.value, bool | int | float):
            assert told[name].strip("`") == str(setting.value).lower(), name
    for section in (ModelSection, ReplicaSection):
        for field in fields(section):
            assert f"`{field.name}`" in DOCUMENT or f"`[[model.{field.name}]]`" in DOCUMENT, field.name


def test_every_metric_is_told() -> None:
    page = Metrics(EngineCollector(Served.of(StagedBackend(lambda request: [])))).page().decode()
    counters = {"counter": "_total"}
    metrics = {
        family.name + counters.get(family.type, "")
        for family in text_string_to_metric_families(page)
        if not family.name.endswith("_created")
    }
    assert len(metrics) > 25
    assert set(re.findall(r"`(openk2(?::|_cache_)[a-z0-9_]+)`", DOCUMENT)) == metrics


def test_every_header_and_every_kind_of_error_is_told() -> None:
    for header in READ_HEADERS:
        if not header.startswith("x-ratelimit-"):
            assert header in DOCUMENT, header
    for kind in ANTHROPIC_TYPES.values():
        assert f"`{kind}`" in DOCUMENT, kind
