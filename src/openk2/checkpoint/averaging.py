"""The mean of models of one shape: weights of one run's last stages, averaged, often do better than each of them
(model soups, arXiv 2203.05482).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch

from openk2.checkpoint.reader import load
from openk2.errors import CheckpointError
from openk2.model import K2Model


def mean_of(sources: Sequence[str | Path]) -> K2Model:
    """The model whose every weight is the plain mean, in float32, over `sources` (names, directories, training runs).

    Raises CheckpointError: fewer than two sources, one that cannot be loaded, or one of another shape.
    """
    if len(sources) < 2:
        raise CheckpointError(f"{len(sources)} model given; accepted: two or more, whose weights are averaged")
    mean = load(sources[0], dtype="float32")
    state = mean.state_dict()
    with torch.no_grad():
        for source in sources[1:]:
            other = load(source, dtype="float32")
            if other.config != mean.config:
                raise CheckpointError(f"{source}: is not of the shape of {sources[0]}; only like models have a mean")
            for name, tensor in other.state_dict().items():
                state[name] += tensor
        for tensor in state.values():
            tensor /= len(sources)
    return mean
