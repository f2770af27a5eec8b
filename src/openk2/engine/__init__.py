"""Inference: requests in, tokens out. One step reads `admit → run → emit` (`engine.py`).

`cache.py` owns the latent pages, `scheduler.py` decides what each step computes, `forward.py` computes it, `sampler.py`
draws the next tokens, `backend.py` is the engine's side of the chat seam.
"""

from openk2.engine.engine import Engine
from openk2.engine.results import Choice, Completion, Load, Piece

__all__ = ["Choice", "Completion", "Engine", "Load", "Piece"]
