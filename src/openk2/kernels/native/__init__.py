"""Kernels in C++, called through ctypes: compiled when first needed, tested before they may serve.

`native()` is the level to use on this machine, or None where the reference must do.
"""

from openk2.kernels.native.choice import native
from openk2.kernels.native.library import Level

__all__ = ["Level", "native"]
