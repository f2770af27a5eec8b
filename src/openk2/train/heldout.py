"""Held-out loss during training: the first tokens of each kind's held-out documents, read in rows like the rest."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from openk2.chat.tokenizer import Tokenizer
from openk2.data.documents import read_documents
from openk2.kernels.cross_entropy import linear_cross_entropy
from openk2.model import K2Model


@dataclass(frozen=True)
class Kind:
    """Held-out text of one kind."""

    name: str
    ids_RT: Tensor
    """[R, T + 1] token ids in rows; neighbouring rows share one token."""
    bytes: int
    """UTF-8 bytes of everything predicted."""


@dataclass(frozen=True)
class HeldOut:
    """All kinds of a directory."""

    kinds: tuple[Kind, ...] = ()

    @torch.no_grad()
    def measure(self, model: K2Model, rank: int, workers: int) -> Tensor:
        """[K, 2] float64: Σ loss in nats and predictions over this worker's rows of each kind."""
        totals_K2 = torch.zeros(max(len(self.kinds), 1), 2, dtype=torch.float64)
        for number, kind in enumerate(self.kinds):
            for row in range(rank, kind.ids_RT.shape[0], workers):
                ids_1T = kind.ids_RT[row : row + 1]
                x_ND = model.hidden(ids_1T[:, :-1]).flatten(0, 1)
                weights_N = torch.ones(x_ND.shape[0])
                loss = linear_cross_entropy(x_ND, model.lm_head.weight.detach(), ids_1T[0, 1:], weights_N)
                totals_K2[number] += torch.tensor([float(loss), weights_N.numel()], dtype=torch.float64)
        return totals_K2


def load_heldout(directory: Path, tokenizer: Tokenizer, tokens: int, sequence: int) -> HeldOut:
    """Read `KIND.jsonl` files up to about `tokens` tokens each; raises DataError for a damaged file."""
    kinds = []
    for path in sorted(directory.glob("*.jsonl")):
        ids: list[int] = []
        for document in read_documents(path):
            ids += [*tokenizer.encode(document.text), tokenizer.eos_id]
            if len(ids) > tokens:
                break
        rows = (min(len(ids), tokens + 1) - 1) // sequence
        if rows < 1:
            continue
        ids_RT = torch.tensor([ids[row * sequence : (row + 1) * sequence + 1] for row in range(rows)])
        read = ids[1 : rows * sequence + 1]
        predicted = sum(len(tokenizer.piece(id)) for id in read if id != tokenizer.eos_id)
        kinds.append(Kind(path.stem, ids_RT, predicted))
    return HeldOut(tuple(kinds))
