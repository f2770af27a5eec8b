"""The network. Knows nothing of training, serving or parallelism: those are applied to it from outside."""

from openk2.model.cache import ContiguousCache, DeltaState, LatentCache, ModelCache
from openk2.model.transformer import K2Model

__all__ = ["ContiguousCache", "DeltaState", "K2Model", "LatentCache", "ModelCache"]
