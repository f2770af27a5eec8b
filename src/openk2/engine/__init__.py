"""Inference: requests in, tokens out. One step reads `admit → run → emit` (`engine.py`).

`cache.py` owns the latent pages, `scheduler.py` decides what each step computes, `forward.py` computes it, `sampler.py`
draws the next tokens, `backend.py` is the engine's side of the chat seam.
"""

from openk2.engine.engine import Completion, Engine, Piece

__all__ = ["Completion", "Engine", "Piece"]
