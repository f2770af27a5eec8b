"""Suite `text`: bits per byte on held-out documents, beside gzip and two interpolated 5-gram models.

Bits per byte do not depend on the tokenizer, so models and baselines compare. The held-out documents of a kind are read
as one stream, as in training, in windows that overlap by half: every token but those of the first window is predicted
from half a window of context at least. The 5-gram models are trained on all training text of the same kind, one over
bytes, one over the tokens of the corpus's own tokenizer, which sees about three times as far.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from openk2.chat.tokenizer import Tokenizer
from openk2.data.documents import read_documents
from openk2.data.fetch import sha256_file, write_atomically
from openk2.data.shards import TokenShards
from openk2.errors import EvaluationError
from openk2.evaluation.ngram import KneserNey
from openk2.model import K2Model

ORDER = 5
_BATCH_TOKENS = 4096

Say = Callable[[str], None]


def measure(
    model: K2Model,
    tokenizer: Tokenizer,
    corpus: Path,
    maximum_bytes: int = 300_000,
    context: int = 512,
    *,
    baselines: bool = True,
    seen: Mapping[str, int] = MappingProxyType({}),
    say: Say = lambda line: None,
) -> dict[str, dict[str, Any]]:
    """Kind → bytes and bits per byte of `model` and of the baselines `gzip`, `byte_5gram`, `token_5gram`.

    `seen`: kind → how many of its tokens the model was trained on; adds the baseline `seen_5gram`, which reads as many.
    Baselines are kept in `baselines.json` of the corpus. Raises EvaluationError when there are no held-out documents,
    or for a kind in `seen` that the corpus does not have.
    """
    files = sorted((corpus / "holdout").glob("*.jsonl"))
    if not files:
        raise EvaluationError(f"{corpus / 'holdout'}: no .jsonl files; make them with `openk2 data build`")
    if unknown := sorted(set(seen) - {file.stem for file in files}):
        raise EvaluationError(f"no kind {unknown[0]!r}; the corpus holds {', '.join(file.stem for file in files)}")
    kinds: dict[str, dict[str, Any]] = {}
    for file in files:
        texts = held_out_texts(file, maximum_bytes)
        size = sum(len(text.encode()) for text in texts)
        row: dict[str, Any] = {"bytes": size, "documents": len(texts)}
        row["model"] = round(model_bits(model, tokenizer, texts, context) / size, 4)
        say(f"{file.stem}: model {row['model']}")
        if baselines:
            row |= _baselines(corpus, file, texts, maximum_bytes, seen.get(file.stem), say)
        kinds[file.stem] = row
    return kinds


def _baselines(
    corpus: Path, file: Path, texts: list[str], maximum_bytes: int, seen: int | None, say: Say
) -> dict[str, float]:
    """Bits per byte of the baselines, each computed once for a kind's training and held-out text."""
    shards, store = corpus / "shards" / file.stem, corpus / "baselines.json"
    parts = [file.stem, sha256_file(file), str(maximum_bytes), sha256_file(shards / "manifest.json")]
    key = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    size = sum(len(text.encode()) for text in texts)
    makers: dict[str, Callable[[], float]] = {
        "gzip": lambda: gzip_bits(texts),
        "byte_5gram": lambda: byte_ngram_bits(corpus / "documents" / file.name, texts),
        "token_5gram": lambda: token_ngram_bits(corpus / "tokenizer", shards, texts),
    }
    if seen is not None:
        makers["seen_5gram"] = lambda: token_ngram_bits(corpus / "tokenizer", shards, texts, seen)
    row: dict[str, float] = {}
    for name, bits in makers.items():
        known: dict[str, dict[str, float]] = json.loads(store.read_text("utf-8")) if store.is_file() else {}
        stored = f"{name}:{seen}" if name == "seen_5gram" else name
        if stored not in known.setdefault(key, {}):
            say(f"{file.stem}: computing {name}")
            known[key][stored] = round(bits() / size, 4)
            write_atomically(store, json.dumps(known, indent=1) + "\n")
        row[name] = known[key][stored]
    return row


def held_out_texts(file: Path, maximum_bytes: int) -> list[str]:
    """The first documents of a held-out file, up to so many bytes; they lie in hash order. At least one."""
    texts: list[str] = []
    size = 0
    for document in read_documents(file):
        size += len(document.text.encode())
        if texts and size > maximum_bytes:
            break
        texts.append(document.text)
    if not texts:
        raise EvaluationError(f"{file}: holds no document")
    return texts


def stream_of(tokenizer: Tokenizer, texts: list[str]) -> list[int]:
    """All texts as training reads them: [EOS] before each, so that every token of text has something before it."""
    return [id for text in texts for id in (tokenizer.eos_id, *tokenizer.encode(text))]


@torch.inference_mode()
def model_bits(model: K2Model, tokenizer: Tokenizer, texts: list[str], context: int) -> float:
    """Bits the model needs for the texts; the [EOS] between them are context and cost nothing."""
    ids = torch.tensor(stream_of(tokenizer, texts))
    step = context // 2
    starts = [0, *range(step, max(step + 1, len(ids) - 1 - step), step)] if len(ids) > context + 1 else [0]
    total = 0.0
    rows = max(1, _BATCH_TOKENS // context)
    for first in range(0, len(starts), rows):
        windows = starts[first : first + rows]
        ids_BT = torch.full((len(windows), context + 1), tokenizer.eos_id)
        for row, start in enumerate(windows):
            piece = ids[start : start + context + 1]
            ids_BT[row, : len(piece)] = piece
        counted_BT = ids_BT[:, 1:] != tokenizer.eos_id
        for row, start in enumerate(windows):
            counted_BT[row, : 0 if start == 0 else context - step] = False
        total += _nats(model, ids_BT, counted_BT)
    return total / math.log(2)


def _nats(model: K2Model, ids_BT: Tensor, counted_BT: Tensor) -> float:
    """Summed negative log-likelihood of the counted targets, [B, T] over ids [B, T + 1]."""
    device = model.lm_head.weight.device
    x_BTD = model.hidden(ids_BT[:, :-1].to(device))
    logits_NV = model.lm_head(x_BTD[counted_BT.to(device)]).float()
    return float(functional.cross_entropy(logits_NV, ids_BT[:, 1:][counted_BT].to(device), reduction="sum"))


def gzip_bits(texts: list[str]) -> float:
    """Bits of the texts compressed together with gzip -9."""
    return 8.0 * len(gzip.compress("\n".join(texts).encode(), compresslevel=9, mtime=0))


def byte_ngram_bits(documents: Path, texts: list[str]) -> float:
    """Bits a 5-gram model over bytes needs, trained on all training documents of the kind; a zero byte ends each."""
    training = b"".join(document.text.encode() + b"\0" for document in read_documents(documents))
    model = KneserNey(np.frombuffer(training, np.uint8), 256, ORDER)
    ids = np.frombuffer(b"".join(b"\0" + text.encode() for text in texts), np.uint8)
    return -float(model.log2_probabilities(ids)[ids != 0].sum())


def token_ngram_bits(
    tokenizer_directory: Path, shards: Path, texts: list[str], tokens: int | None = None, row: int = 1024
) -> float:
    """Bits a 5-gram model over the corpus's own tokens needs, trained on all training tokens of the kind, or on about
    `tokens` of them: rows at even distances."""
    tokenizer = Tokenizer.from_directory(tokenizer_directory)
    training = TokenShards(shards)
    rows = len(training) // row
    if tokens is None or tokens // row >= rows:
        stream = training.read(0, len(training))
    else:
        starts = np.linspace(0, rows - 1, max(1, tokens // row)).astype(int) * row
        stream = np.concatenate([training.read(int(start), int(start) + row) for start in starts])
    ids = np.asarray(stream_of(tokenizer, texts))
    model = KneserNey(stream, tokenizer.vocab_size, ORDER)
    return -float(model.log2_probabilities(ids)[ids != tokenizer.eos_id].sum())
