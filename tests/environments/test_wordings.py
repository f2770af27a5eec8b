"""No training wording is a held-out one, however its pattern is chosen."""

import itertools
from collections.abc import Iterator

from openk2.environments.families import (
    calculations,
    chains,
    copying,
    dates,
    files,
    pipelines,
    recovery,
    several_files,
    source,
    table_changes,
    tables,
    talk,
    whole_files,
)
from openk2.environments.phrasing import Node, _parse


def _expansions(node: Node) -> Iterator[str]:
    """Every text of a pattern, its slots unfilled."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, list):
        for option in node:
            yield from _expansions(option)
    else:
        for parts in itertools.product(*(tuple(_expansions(part)) for part in node)):
            yield "".join(parts)


_MODULES = (
    calculations,
    chains,
    copying,
    dates,
    files,
    pipelines,
    recovery,
    several_files,
    source,
    table_changes,
    tables,
    talk,
    whole_files,
)


def _texts(patterns: tuple[str, ...]) -> set[str]:
    """Expansions without capital letters, double spaces and final punctuation."""
    texts = (text for pattern in patterns for text in _expansions(_parse(pattern)))
    return {" ".join(text.casefold().split()).rstrip(".:;?!, ") for text in texts} - {""}


def _sides() -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """(group, training wordings, held-out wordings)"""
    for module in _MODULES:
        for name, held_out in vars(module).items():
            if name.endswith("_NEW"):
                stem = name.removesuffix("_NEW")
                train = getattr(module, stem) + getattr(module, f"_MORE{stem}", ())
                yield f"{module.__name__}{name}", train, held_out
    for name, kind in {**calculations.BINARY, **calculations._SEVERAL, **calculations._WORDS}.items():
        yield name, kind.nouns, kind.new_nouns
    for operation in pipelines.OPERATIONS:
        yield f"{operation.code} then", operation.then, operation.new_then
        yield f"{operation.code} over", operation.over, operation.new_over
    for name, (train, held_out) in tables._AGGREGATES.items():
        yield name, train, held_out
    for exchange in talk.SMALL_TALK:
        yield exchange.answer, exchange.asks, exchange.new_asks
    yield "write last", whole_files._WRITE_LAST, whole_files._WRITE_NEW
    for ask, new_ask in talk.FACTS:
        yield ask, (ask,), (new_ask,)


def test_no_training_wording_expands_to_a_held_out_one() -> None:
    groups = list(_sides())
    assert len(groups) > 70
    assert not {name: shared for name, train, held_out in groups if (shared := _texts(train) & _texts(held_out))}
