"""Every task family by name, how many calls its oracle makes, and the splits evaluation reports apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType

from openk2.environments.families import chains, copying, recovery, several_files, table_changes, talk, whole_files
from openk2.environments.families.calculations import calculation, word_question
from openk2.environments.families.dates import today_source
from openk2.environments.families.files import count_lines, find_file, read_field
from openk2.environments.families.pipelines import pipeline
from openk2.environments.families.source import Source
from openk2.environments.families.tables import sql_number, sql_text
from openk2.environments.task import Turn
from openk2.environments.values import Draw

SPLITS = MappingProxyType(
    {
        "train": "what trajectories for training are made of",
        "new_values": "values, numbers and file names never trained on",
        "new_phrasings": "new values, in wordings never trained on",
        "new_tool_names": "new values, and every tool under a name never trained on",
        "new_combinations": "new values, in combinations of steps never trained on",
    }
)
"""Name → what is new in it."""


@dataclass(frozen=True)
class Family:
    """One kind of turn."""

    name: str
    draw: Callable[[Draw], Turn]
    calls: int
    """Calls the oracle makes, at least; 0: answered without tools."""
    trained: bool = True
    """False: kept for the split `new_combinations`."""


def _read_any(draw: Draw) -> Source:
    return read_field(draw, numeric=draw.chance(0.5))


def _read_number(draw: Draw) -> Source:
    return read_field(draw, numeric=True)


def _sql_any(draw: Draw) -> Source:
    return sql_number(draw) if draw.chance(0.6) else sql_text(draw)


FAMILIES = MappingProxyType(
    {
        family.name: family
        for family in (
            Family("chat", talk.chat, 0),
            Family("repeat", copying.repeat, 0),
            Family("pick", copying.pick, 0),
            Family("calc", pipeline("calc", calculation), 1),
            Family("word", pipeline("word", word_question), 1),
            Family("read", pipeline("read", _read_any), 1),
            Family("show", whole_files.show_file, 1),
            Family("list", whole_files.list_folder, 1),
            Family("search", pipeline("search", count_lines), 1),
            Family("find", pipeline("find", find_file), 1),
            Family("write", whole_files.write_text, 1),
            Family("sql", pipeline("sql", _sql_any), 1),
            Family("sql_change", table_changes.sql_change, 1),
            Family("date", pipeline("date", today_source), 1),
            Family("division_by_zero", recovery.division_by_zero, 1),
            Family("read_calc", pipeline("read_calc", _read_number, calculate=True), 2),
            Family("search_calc", pipeline("search_calc", count_lines, calculate=True), 2),
            Family("sql_calc", pipeline("sql_calc", sql_number, calculate=True), 2),
            Family("search_read", several_files.search_read, 2),
            Family("read_read", pipeline("read_read", chains.read_read), 2),
            Family("list_read", pipeline("list_read", chains.list_read), 2),
            Family("sql_search", pipeline("sql_search", chains.sql_search), 2),
            Family("read_write", pipeline("read_write", _read_any, write=True), 2),
            Family("sql_write", pipeline("sql_write", _sql_any, write=True), 2),
            Family("calc_write", pipeline("calc_write", calculation, write=True), 2),
            Family("word_write", pipeline("word_write", word_question, write=True), 2),
            Family("date_write", pipeline("date_write", today_source, write=True), 2),
            Family("copy_file", whole_files.copy_file, 2),
            Family("missing_file", recovery.missing_file, 2),
            Family("reads_calc", several_files.reads_calc, 3),
            Family("wrong_path", recovery.wrong_path, 3),
            Family("wrong_table", recovery.wrong_table, 3),
            Family("search_calc_write", pipeline("search_calc_write", count_lines, calculate=True, write=True), 3),
            Family("sql_calc_write", pipeline("sql_calc_write", sql_number, calculate=True, write=True), 3),
            Family("list_reads_calc", several_files.list_reads_calc, 4),
            Family("reads_calc_write", several_files.reads_calc_write, 5),
            Family("search_write", pipeline("search_write", count_lines, write=True), 2, trained=False),
            Family("find_write", pipeline("find_write", find_file, write=True), 2, trained=False),
            Family("sql_read", pipeline("sql_read", chains.sql_read), 2, trained=False),
            Family("read_search", pipeline("read_search", chains.read_search), 2, trained=False),
            Family(
                "read_calc_write",
                pipeline("read_calc_write", _read_number, calculate=True, write=True),
                3,
                trained=False,
            ),
        )
    }
)
"""Name → family."""

DIALOGUE = "dialogue"
"""The family name of tasks with several turns."""
TRAINED = tuple(name for name, family in FAMILIES.items() if family.trained)
COMBINATIONS = tuple(name for name, family in FAMILIES.items() if not family.trained)
