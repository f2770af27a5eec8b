"""Loading takes the memory of the model as it will be held, and a few pieces; measured from outside, on a real file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from released_files import write_release

from openk2.config import K2Config

SHAPE = K2Config.preset("k2-debug").replace(
    hidden_size=1024, moe_intermediate_size=512, n_routed_experts=96, num_hidden_layers=3, vocab_size=8192
)
PIECES = 160 * 2**20
"""Bytes allowed beside the model; far less than the file, so holding file and model at once would show."""

LOAD = """
import sys, openk2
from openk2.checkpoint.reader import load
from openk2.model import K2Model

def memory(field):
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith(field))

before = memory("VmRSS")
model = load(sys.argv[1], weights=sys.argv[2], dtype="bfloat16")
print(sum(t.nbytes for t in model.state_dict().values()), memory("VmHWM") - before)
"""


@pytest.mark.slow
@pytest.mark.parametrize("format", ["fp8", "int4"])
def test_loading_takes_the_memory_of_what_is_held(tmp_path: Path, format: str) -> None:
    write_release(tmp_path, format, SHAPE)
    size = (tmp_path / "model.safetensors").stat().st_size
    assert size > PIECES
    for weights in ("stored", "float", "int8"):
        command = [sys.executable, "-c", LOAD, str(tmp_path), weights]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        held, peak = map(int, done.stdout.split())
        assert peak <= held + PIECES, (weights, peak, held)
        assert peak >= held * 0.9, weights  # or the measure would prove nothing
