"""A bar for who watches: on a terminal, for what takes long; nothing otherwise."""

import io
import sys
from pathlib import Path

import pytest
from released_files import write_release

from openk2 import progress
from openk2.checkpoint import load


class Screen(io.StringIO):
    """Standard error that is, or is not, a terminal."""

    def __init__(self, terminal: bool) -> None:
        super().__init__()
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


@pytest.mark.parametrize(("terminal", "long", "shown"), [(True, 0, True), (False, 0, False), (True, 2**31, False)])
def test_loading_shows_a_bar_only_on_a_terminal_and_for_large_models(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, terminal: bool, long: int, shown: bool
) -> None:
    write_release(tmp_path, "int4")
    screen = Screen(terminal)
    monkeypatch.setattr(progress, "LONG", long)
    monkeypatch.setattr(sys, "stderr", screen)
    load(tmp_path)
    assert ("loading" in screen.getvalue()) == shown
    assert shown or not screen.getvalue()
