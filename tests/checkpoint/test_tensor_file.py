"""The file format: what is written by rows is what the safetensors library reads, and torn files are told."""

from __future__ import annotations

import hashlib
import json
import random
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from openk2.checkpoint.tensor_file import DTYPES, Entry, RowWriter, hash_file, read_header
from openk2.errors import CheckpointError

ENTRIES = st.lists(
    st.tuples(st.sampled_from(sorted(DTYPES)), st.lists(st.integers(1, 5), max_size=3).map(tuple)), max_size=6
).map(lambda some: [Entry(f"tensor.{i}", dtype, shape) for i, (dtype, shape) in enumerate(some)])


def values_of(entry: Entry, seed: int) -> torch.Tensor:
    """Random bytes as the entry's tensor, `[rows, row]`."""
    generator = torch.Generator().manual_seed(seed)
    raw = torch.randint(0, 2 if entry.dtype == "BOOL" else 256, (entry.bytes,), dtype=torch.uint8, generator=generator)
    return raw.view(DTYPES[entry.dtype]).view(entry.rows, -1)


@given(ENTRIES, st.integers(0, 1000))
def test_rows_written_in_any_order_are_what_the_library_reads(entries: list[Entry], seed: int) -> None:
    content = {entry.name: values_of(entry, seed + i) for i, entry in enumerate(entries)}
    rows = [(entry.name, row) for entry in entries for row in range(entry.rows)]
    random.Random(seed).shuffle(rows)
    with TemporaryDirectory() as directory:
        file = Path(directory) / "a.safetensors"
        with RowWriter(file, entries) as out:
            for name, row in rows:
                out.write(name, content[name][row], row)
        places = read_header(file)
        assert sorted((place.entry for place in places), key=lambda entry: entry.name) == entries
        assert all(place.begin % DTYPES[place.entry.dtype].itemsize == 0 for place in places)
        read = load_file(file)
        assert read.keys() == content.keys()
        for entry in entries:
            assert tuple(read[entry.name].shape) == entry.shape
            assert torch.equal(
                read[entry.name].reshape(-1).view(torch.uint8), content[entry.name].reshape(-1).view(torch.uint8)
            )
        with safe_open(file, "pt") as opened:
            assert opened.metadata() == {"format": "pt"}


@given(ENTRIES.filter(bool), st.data())
def test_a_file_that_ends_early_or_late_is_not_complete(entries: list[Entry], data: st.DataObject) -> None:
    with TemporaryDirectory() as directory:
        file = Path(directory) / "a.safetensors"
        with RowWriter(file, entries) as out:
            for i, entry in enumerate(entries):
                out.write(entry.name, values_of(entry, i))
        whole = file.read_bytes()
        kept = data.draw(st.integers(0, len(whole) - 1))
        for torn in (whole[:kept], whole + b"\0"):
            file.write_bytes(torn)
            with pytest.raises(CheckpointError, match="not a complete safetensors file"):
                read_header(file)


@pytest.mark.parametrize(
    "header",
    [
        [],
        {"a": 3},
        {"a": {"dtype": "F32", "shape": [2]}},
        {"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 4]}},
        {"a": {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}},
        {
            "a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]},
            "b": {"dtype": "U8", "shape": [8], "data_offsets": [0, 8]},
        },
        {"a": {"dtype": "F32", "shape": [-2], "data_offsets": [0, 8]}},
        {"a": {"dtype": "F32", "shape": [2], "data_offsets": [8, 0]}},
    ],
    ids=str,
)
def test_headers_that_contradict_themselves(tmp_path: Path, header: object) -> None:
    text = json.dumps(header).encode()
    (tmp_path / "a").write_bytes(len(text).to_bytes(8, "little") + text + bytes(8))
    with pytest.raises(CheckpointError, match="not a complete safetensors file") as caught:
        read_header(tmp_path / "a")
    assert "\n" not in str(caught.value)


def test_types_unknown_to_torch_are_passed_over(tmp_path: Path) -> None:
    header = {"a": {"dtype": "F4", "shape": [16], "data_offsets": [0, 8]}}
    text = json.dumps(header).encode()
    (tmp_path / "a").write_bytes(len(text).to_bytes(8, "little") + text + bytes(8))
    (place,) = read_header(tmp_path / "a")
    assert (place.entry, place.end - place.begin) == (Entry("a", "F4", (16,)), 8)


def test_what_does_not_fit_is_refused(tmp_path: Path) -> None:
    with RowWriter(tmp_path / "a", [Entry("a", "F32", (2, 3))]) as out:
        with pytest.raises(TypeError, match="laid out as F32"):
            out.write("a", torch.zeros(2, 3, dtype=torch.bfloat16))
        with pytest.raises(ValueError, match="do not fit"):
            out.write("a", torch.zeros(2, 3), 1)


def test_the_hash_is_that_of_the_file(tmp_path: Path) -> None:
    save_file({"a": torch.arange(3)}, tmp_path / "a")
    assert hash_file(tmp_path / "a") == hashlib.sha256((tmp_path / "a").read_bytes()).hexdigest()
