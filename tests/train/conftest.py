"""A corpus of a few thousand tokens and a recipe for it: everything a run needs, made in a moment."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from openk2.chat.tokenizer import Tokenizer
from openk2.data.shard_writer import write_trajectories
from openk2.data.tokenise import tokenizer_hash

MakeRecipe = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("corpus")
    tokenizer = Tokenizer.bytes_only()
    tokenizer.save(root / "tokenizer")
    rng = random.Random(0)
    words = ["".join(rng.choices("abcdefgh", k=rng.randint(1, 6))) for _ in range(40)]

    def text() -> str:
        return " ".join(rng.choices(words, k=rng.randint(5, 9)))

    trajectories = []
    for _ in range(600):
        ids = tokenizer.encode(text())
        trajectories.append((ids, [place >= len(ids) // 2 for place in range(len(ids))]))
    write_trajectories(
        root / "shards" / "talk",
        trajectories,
        kind="talk",
        vocab_size=tokenizer.vocab_size,
        eos_id=tokenizer.eos_id,
        pad_id=tokenizer.pad_id,
        tokenizer_sha256=tokenizer_hash(root / "tokenizer"),
    )
    (root / "holdout").mkdir()
    lines = [json.dumps({"text": text(), "source": "words", "kind": "talk"}) for _ in range(20)]
    (root / "holdout" / "talk.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return root


@pytest.fixture
def make_recipe(corpus: Path, tmp_path: Path) -> MakeRecipe:
    def make(**changes: dict[str, Any]) -> dict[str, Any]:
        table: dict[str, Any] = {
            "name": "tiny",
            "output": str(tmp_path / "run"),
            "tokenizer": str(corpus / "tokenizer"),
            "source": [{"path": "talk", "weight": 1}],
            "model": {"preset": "k2-debug"},
            "data": {"root": str(corpus / "shards"), "sequence": 64},
            "optimizer": {"lr": 3e-3},
            "schedule": {"tokens": 256 * 12, "warmup": 256, "decay": 256 * 4},
            "batch": {"tokens": 256, "micro": 1},
            "compute": {"workers": 2, "dtype": "float32"},
            "watch": {"checkpoint_every": 4, "eval_every": 6, "holdout": str(corpus / "holdout"), "eval_tokens": 256},
        }
        for section, values in changes.items():
            table[section] = {**table[section], **values} if isinstance(values, dict) else values
        return table

    return make
