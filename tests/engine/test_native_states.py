"""Models with Kimi Delta Attention on the kernels in C++: the numbers of the PyTorch path, and states of its shape."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from openk2.config import K2Config
from openk2.config.parts import LinearAttention
from openk2.engine.cache import PagePool, PageTable
from openk2.engine.compute import Compute, compute
from openk2.engine.forward import Chunk
from openk2.engine.native_forward import NativeForward
from openk2.kernels.native import native
from openk2.model import K2Model

CONFIG = K2Config.preset("k2-debug").replace(
    model_type="kimi_linear",
    mla_use_nope=True,
    q_lora_rank=None,
    vocab_size=96,
    eos_token_id=3,
    num_hidden_layers=4,
    linear_attn_config=LinearAttention(kda_layers=(1, 2, 4), num_heads=3, head_dim=20),
)
IDS = torch.randint(0, 96, (60,), generator=torch.Generator().manual_seed(1)).tolist()

pytestmark = pytest.mark.skipif(native() is None, reason="no native kernels here")


def opened(kernels: str, threads: int = 1) -> tuple[Compute, PagePool]:
    """The model by some kernels, with a cache of its own."""
    pool = PagePool(CONFIG, 512, states=3)
    model = K2Model(CONFIG).initialize(seed=3).eval()
    return compute(model, pool, 128, kernels=kernels, threads=threads), pool


def logits(forward: Compute, pool: PagePool, ends: list[int]) -> tuple[Tensor, PageTable]:
    """Of all tokens, computed up to each of `ends` in turn, and where their states are."""
    table = PageTable()
    assert pool.extend(table, len(IDS))
    parts = []
    with torch.inference_mode():
        for begin, end in zip([0, *ends], ends, strict=False):
            parts.append(forward([Chunk(table, IDS[begin:end], begin, end - begin)]))
    return torch.cat(parts), table


def test_logits_and_states_are_those_of_the_pytorch_path() -> None:
    (ours, our_pool), (theirs, their_pool) = opened("auto"), opened("reference")
    assert isinstance(ours, NativeForward)
    our_NV, our_table = logits(ours, our_pool, [40, 41, 60])
    their_NV, their_table = logits(theirs, their_pool, [60])
    assert (our_NV - their_NV).abs().max() <= 1e-5 * their_NV.abs().max()
    assert our_pool.states is not None
    assert their_pool.states is not None
    for name in ("memory_LSHdd", "tails_LSJX"):
        our_state = getattr(our_pool.states, name)[:, our_table.state]
        their_state = getattr(their_pool.states, name)[:, their_table.state]
        assert (our_state - their_state).abs().max() <= 1e-5 * their_state.abs().max()


@pytest.mark.parametrize("threads", [1, 2])
def test_where_a_prompt_is_cut_changes_no_bit(threads: int) -> None:
    forward, pool = opened("auto", threads)
    whole_NV, whole = logits(forward, pool, [60])
    cut_NV, cut = logits(forward, pool, [1, 2, 19, 50, 51, 60])
    assert torch.equal(cut_NV, whole_NV)
    assert pool.states is not None
    for state in (pool.states.memory_LSHdd, pool.states.tails_LSJX):
        assert torch.equal(state[:, cut.state], state[:, whole.state])


def test_other_sequences_in_the_step_change_no_bit() -> None:
    forward, pool = opened("auto")
    alone_NV, _ = logits(forward, pool, [60])
    tables = [PageTable(), PageTable()]
    assert all(pool.extend(table, len(IDS)) for table in tables)
    with torch.inference_mode():
        forward([Chunk(tables[0], IDS[:0:-1], 0, 0), Chunk(tables[1], IDS[:30], 0, 0)])
        together_NV = forward([Chunk(tables[0], [7], 59, 0), Chunk(tables[1], IDS[30:], 30, 30)])
    assert torch.equal(together_NV, alone_NV[30:])
