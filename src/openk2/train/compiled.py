"""Small operations of the network fused by `torch.compile`: norms, rotations, gates and the router.

The large products stay as they are. Needs a C++ compiler; each shape is compiled once and kept on disk.
"""

from __future__ import annotations

from openk2.errors import TrainError
from openk2.model import K2Model
from openk2.model.attention import Attention
from openk2.model.experts import Router, SwiGLU
from openk2.model.norm import RMSNorm


def compile_small_operations(model: K2Model) -> None:
    """Replace the forward passes in place; raises TrainError where no C++ compiler is found."""
    import torch._dynamo.config  # heavy, and most runs do without
    from torch._inductor.cpp_builder import get_cpp_compiler

    try:
        get_cpp_compiler()
    except RuntimeError:
        raise TrainError("compute.compile needs a C++ compiler; install g++ or set it to false") from None
    torch._dynamo.config.recompile_limit = 256  # past it a shape would silently run, and round, differently
    for module in model.modules():
        if isinstance(module, RMSNorm | SwiGLU | Router):
            module.compile(dynamic=False)
        elif isinstance(module, Attention):
            module.queries = torch.compile(module.queries, dynamic=False)  # type: ignore[method-assign]
            module.latents = torch.compile(module.latents, dynamic=False)  # type: ignore[method-assign]
