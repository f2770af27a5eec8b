"""Suite `text`: bits per byte on held-out documents, beside gzip and an interpolated 5-gram model.

Bits per byte do not depend on the tokenizer, so models and baselines compare. The held-out documents of a kind are read
as one stream, as in training, in windows that overlap by half: every token but those of the first window is predicted
from half a window of context at least. The 5-gram is trained on the training shards of the same kind.
"""

from __future__ import annotations

import gzip
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from openk2.chat.tokenizer import Tokenizer
from openk2.data.documents import read_documents
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
    say: Say = lambda line: None,
) -> dict[str, dict[str, Any]]:
    """Kind → bytes and bits per byte of `model`, `gzip` and `ngram` (where the corpus has shards of that kind).

    Raises EvaluationError when the corpus has no held-out documents.
    """
    files = sorted((corpus / "holdout").glob("*.jsonl"))
    if not files:
        raise EvaluationError(f"{corpus / 'holdout'}: no .jsonl files; make them with `openk2 data build`")
    kinds: dict[str, dict[str, Any]] = {}
    for file in files:
        texts = held_out_texts(file, maximum_bytes)
        size = sum(len(text.encode()) for text in texts)
        row: dict[str, Any] = {"bytes": size, "documents": len(texts)}
        row["model"] = round(model_bits(model, tokenizer, texts, context) / size, 4)
        if baselines:
            row["gzip"] = round(gzip_bits(texts) / size, 4)
            shards = corpus / "shards" / file.stem
            if shards.is_dir():
                row["ngram"] = round(ngram_bits(corpus / "tokenizer", shards, texts) / size, 4)
        kinds[file.stem] = row
        say(f"{file.stem}: {', '.join(f'{name} {row[name]}' for name in ('model', 'gzip', 'ngram') if name in row)}")
    return kinds


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


def ngram_bits(tokenizer_directory: Path, shards: Path, texts: list[str]) -> float:
    """Bits a 5-gram model over the corpus's own tokens needs, trained on all training tokens of the kind."""
    tokenizer = Tokenizer.from_directory(tokenizer_directory)
    training = TokenShards(shards)
    ids = np.asarray(stream_of(tokenizer, texts))
    model = KneserNey(training.read(0, len(training)), tokenizer.vocab_size, ORDER)
    log2 = model.log2_probabilities(ids)
    return -float(log2[ids != tokenizer.eos_id].sum())
