"""Weights in bricks, the order in which the kernels read them (`cpp/bricks.h`), and the operations on them.

Packing keeps every code as it is. Outputs are filled up to 16 and inputs to 32 with zeros.

Shapes: O outputs, I inputs, P panels of 16 outputs, b bricks of 32 inputs, N rows, E experts, K chosen, H heads.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from openk2.errors import KernelError
from openk2.kernels.native.interface import Chunk, FeedForward, Latents, Layout, Matrix, Operations
from openk2.kernels.native.library import Level

PANEL, BRICK = 16, 32
FP8_BLOCK = 128

BYTES_OF_BRICK = {
    Layout.F32: 2048,
    Layout.BF16: 1024,
    Layout.FP8: 512,
    Layout.INT8: 512,
    Layout.INT4: 256,
    Layout.INT8_A16: 512,
    Layout.INT4_A16: 256,
}
"""Without scales."""


def code_bytes(layout: Layout, outputs: int, inputs: int) -> int:
    """Of a packed weight, without scales."""
    return -(-outputs // PANEL) * -(-inputs // BRICK) * BYTES_OF_BRICK[layout]


@dataclass(frozen=True)
class Packed:
    """One weight `[outputs, inputs]` in bricks."""

    layout: Layout
    outputs: int
    inputs: int
    codes: Tensor
    """Bytes, 64-byte aligned."""
    scales: Tensor | None

    @property
    def matrix(self) -> Matrix:
        """For the kernels; valid while `codes` and `scales` live."""
        scales = None if self.scales is None else self.scales.data_ptr()
        return Matrix(self.layout, self.outputs, self.inputs, 0, self.codes.data_ptr(), scales)

    @property
    def bytes(self) -> int:
        """That a product reads."""
        return self.codes.nbytes + (0 if self.scales is None else self.scales.nbytes)


def operations(level: Level) -> Operations:
    """The functions of a level."""
    return Operations.from_address(level.table)


def pack_into(level: Level, layout: Layout, rows_OI: Tensor, out: Tensor, inputs: int) -> None:
    """Bricks of one weight, from rows as checkpoints hold them (int4: words, a row whole bytes), into bytes `out`."""
    rows_OI = rows_OI.detach()
    rows_OI = rows_OI if rows_OI.stride(-1) == 1 else rows_OI.contiguous()
    nibbles = layout in (Layout.INT4, Layout.INT4_A16)
    stride = rows_OI.stride(0) * (rows_OI.element_size() if nibbles else 1)
    matrix = Matrix(layout, rows_OI.shape[0], inputs, 0, None, None)
    operations(level).pack(ctypes.byref(matrix), rows_OI.data_ptr(), stride, out.data_ptr())


def pack(
    level: Level, layout: Layout, rows_OI: Tensor, scales: Tensor | None = None, inputs: int | None = None
) -> Packed:
    """Pack one weight; `scales` as `quantization.formats` has them: FP8 `[o, i]` blocks, INT8 `[O]`, INT4 `[O, b]`.

    `inputs` is needed for INT4 alone, whose rows are words.
    """
    outputs, inputs = rows_OI.shape[0], inputs or rows_OI.shape[1]
    codes = torch.empty(code_bytes(layout, outputs, inputs), dtype=torch.uint8)
    pack_into(level, layout, rows_OI, codes, inputs)
    return Packed(
        layout, outputs, inputs, codes, None if scales is None else pack_scales(layout, scales, outputs, inputs)
    )


def pack_scales(layout: Layout, scales: Tensor, outputs: int, inputs: int) -> Tensor:
    """Scales in the kernels' order. Raises KernelError for INT4 scales that are not bfloat16."""
    panels = -(-outputs // PANEL)
    missing = panels * PANEL - outputs
    if layout == Layout.FP8:
        rows_P = torch.arange(panels) * PANEL // FP8_BLOCK
        return scales.float()[rows_P].contiguous()
    if layout in (Layout.INT8, Layout.INT8_A16):
        return F.pad(scales.float(), (0, missing))
    if scales.dtype != torch.bfloat16:
        raise KernelError(f"INT4 scales are {scales.dtype}; the kernels accept torch.bfloat16")
    filled = F.pad(scales, (0, 0, 0, missing))
    return filled.view(panels, PANEL, -1).transpose(1, 2).contiguous()


def linear(level: Level, weight: Packed, x_NI: Tensor) -> Tensor:
    """`x @ weightᵀ` `[N, O]` float32 of float32 rows."""
    x_NI = x_NI.detach().float().contiguous()
    y_NO = torch.empty(x_NI.shape[0], weight.outputs)
    matrix = weight.matrix
    check(operations(level).linear(ctypes.byref(matrix), x_NI.data_ptr(), x_NI.shape[0], y_NO.data_ptr()))
    return y_NO


def routed_experts(
    level: Level, experts: Sequence[tuple[Packed, Packed, Packed]], x_ND: Tensor, experts_NK: Tensor, weights_NK: Tensor
) -> Tensor:
    """As `kernels.reference.routed_experts`, over packed gate, up and down of every expert."""
    x_ND = x_ND.detach().float().contiguous()
    chosen_NK, weights_NK = experts_NK.int().contiguous(), weights_NK.detach().float().contiguous()
    table = (FeedForward * len(experts))(*(FeedForward(*(one.matrix for one in three)) for three in experts))
    y_ND = torch.empty_like(x_ND)
    N, D = x_ND.shape
    chosen, weights = chosen_NK.data_ptr(), weights_NK.data_ptr()
    K = chosen_NK.shape[1]
    check(operations(level).experts(table, len(experts), x_ND.data_ptr(), N, D, chosen, weights, K, y_ND.data_ptr()))
    return y_ND


@dataclass(frozen=True)
class Lookup:
    """The tokens of one sequence whose queries look at its latents."""

    start: int
    """Position of the first."""
    tokens: int
    pages: Tensor
    """Pages of the sequence, int32."""


def latent_attention(
    level: Level, latents_SC: Tensor, rank: int, page_tokens: int, lookups: Sequence[Lookup], q_NHC: Tensor
) -> Tensor:
    """Mixed latents `[N, H, R]` of scaled, absorbed queries, each over the positions up to its own.

    `latents_SC`: slots of all pages, bfloat16 or float32; q's rows are those of the lookups one after the other.
    """
    q_NHC = q_NHC.detach().float().contiguous()
    N, H, C = q_NHC.shape
    chunks = (Chunk * len(lookups))()
    row = 0
    for chunk, lookup in zip(chunks, lookups, strict=True):
        chunk.row, chunk.tokens, chunk.start, chunk.state = row, lookup.tokens, lookup.start, -1
        chunk.pages = lookup.pages.data_ptr()
        row += lookup.tokens
    latents = Latents(latents_SC.data_ptr(), latents_SC.dtype == torch.bfloat16, C, rank, page_tokens)
    out_NHR = torch.empty(N, H, rank)
    call = operations(level).attention
    check(call(ctypes.byref(latents), chunks, len(chunks), q_NHC.data_ptr(), H, out_NHR.data_ptr()))
    return out_NHR


def check(status: int) -> None:
    """Raises KernelError for what an operation answers when it failed."""
    if status:
        raise KernelError("the kernels found no memory to work in")
