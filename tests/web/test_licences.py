"""The licences of what is built into the page lie beside it, in the package and on the server."""

from __future__ import annotations

import json
import re
from pathlib import Path

from openk2.server.page import STATIC, load_page

WEB = Path(__file__).parents[2] / "web"
NOTICE = (STATIC / "licences.txt").read_text(encoding="utf-8")
PARTS = dict(part.strip().split("\n\n", 1) for part in NOTICE.split(f"\n{'-' * 80}\n"))
"""Heading → text: `katex 0.19.1 (MIT)`."""


def test_every_runtime_dependency_is_named_in_its_version_with_its_licence() -> None:
    locked = json.loads((WEB / "package-lock.json").read_text())["packages"]
    for name in json.loads((WEB / "package.json").read_text())["dependencies"]:
        package = locked[f"node_modules/{name}"]
        assert f"{name} {package['version']} ({package['license']})" in PARTS


def test_so_is_what_the_built_files_have_of_what_they_depend_on_and_of_the_builder() -> None:
    assert {heading.split()[0] for heading in PARTS} >= {"@preact/signals-core", "vite", "rolldown"}


def test_every_licence_is_there_in_its_words() -> None:
    for heading, text in PARTS.items():
        assert re.search(r"copyright|permission is hereby granted", text, re.IGNORECASE), heading
        assert "Licensed under" not in text.partition("\n")[0], "the package has no file of its licence"


def test_the_fonts_licence_names_every_family_that_is_shipped() -> None:
    text = PARTS["KaTeX's fonts (OFL-1.1)"]
    assert "SIL OPEN FONT LICENSE" in text
    families = {file.name.partition("-")[0] for file in STATIC.glob("*.woff2")}
    assert families
    assert families == set(re.findall(r"KaTeX_\w+", text))


def test_the_server_sends_it() -> None:
    assert load_page()["licences.txt"].body.decode() == NOTICE
