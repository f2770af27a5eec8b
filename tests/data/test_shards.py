"""Shards are one long array on disk; whatever is wrong with them is one DataError that names the file."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import BYTES, one_line, text_shards, trajectory_shards

from openk2.data.shard_writer import token_dtype, write_trajectories
from openk2.data.shards import (
    Manifest,
    TokenShards,
    TrajectoryShards,
    open_shards,
)
from openk2.errors import DataError

TEXTS = [f"document {number} has some text" for number in range(1030)]
TRAJECTORIES = [([1, 2, 3], [False, True, True]), ([9] * 70, [True] * 70), ([4, 5], [False, True])]


@pytest.fixture(scope="module")
def shards(tmp_path_factory: pytest.TempPathFactory) -> TokenShards:
    return text_shards(tmp_path_factory.mktemp("shards") / "english", TEXTS)


def test_the_stream_is_the_documents_each_ended_by_eos(shards: TokenShards) -> None:
    expected = [id for text in TEXTS for id in (*text.encode(), BYTES.eos_id)]
    assert shards.read(0, len(shards)).tolist() == expected
    assert (shards.manifest.documents, shards.manifest.tokens) == (len(TEXTS), len(expected))
    assert shards.manifest.text_bytes == sum(map(len, TEXTS))
    assert len(shards.manifest.shards) > 1


@given(st.data())
def test_any_slice_reads_across_shard_borders(shards: TokenShards, data: st.DataObject) -> None:
    border = shards.manifest.shards[0].tokens
    place = st.one_of(st.integers(0, len(shards)), st.integers(border - 2, border + 2))
    start, stop = sorted((data.draw(place), data.draw(place)))
    whole = shards.read(0, len(shards))
    assert shards.read(start, stop).tolist() == whole[start:stop].tolist()


@pytest.mark.parametrize(("start", "stop"), [(-1, 2), (3, 2), (0, 10**9)])
def test_a_slice_outside_is_an_index_error(shards: TokenShards, start: int, stop: int) -> None:
    with pytest.raises(IndexError):
        shards.read(start, stop)


def test_trajectories_come_back_with_their_masks(tmp_path: Path) -> None:
    found = trajectory_shards(tmp_path / "tools", TRAJECTORIES)
    assert len(found.manifest.shards) == 2
    for number, (ids, mask) in enumerate(TRAJECTORIES):
        read_ids, read_mask = found.trajectory(number)
        assert (read_ids.tolist(), read_mask.astype(bool).tolist()) == (ids, mask)
    assert found.lengths.tolist() == [3, 70, 2]
    found.verify()


def test_the_directory_says_which_form_it_has(tmp_path: Path, shards: TokenShards) -> None:
    trajectory_shards(tmp_path / "tools", TRAJECTORIES)
    assert type(open_shards(tmp_path / "tools")) is TrajectoryShards
    assert type(open_shards(shards.directory)) is TokenShards
    with pytest.raises(DataError, match="open it with TrajectoryShards"):
        TokenShards(tmp_path / "tools")
    with pytest.raises(DataError, match="open it with TokenShards"):
        TrajectoryShards(shards.directory)


@pytest.mark.parametrize(
    ("trajectories", "message"),
    [
        ([], "no trajectories"),
        ([([], [])], "trajectory 0: 0 tokens"),
        ([([1, 2], [True])], "trajectory 0: 2 tokens and 1 mask entries"),
        ([([1], [True]), ([512], [True])], "trajectory 1: token id 512 is outside"),
        ([([-1], [True])], "token id -1 is outside"),
    ],
)
def test_impossible_trajectories_are_refused(tmp_path: Path, trajectories: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        trajectory_shards(tmp_path / "tools", trajectories)
    assert not (tmp_path / "tools" / "manifest.json").exists()


@pytest.mark.parametrize(("vocab_size", "dtype"), [(512, "uint16"), (1 << 16, "uint16"), ((1 << 16) + 1, "uint32")])
def test_ids_are_stored_in_the_narrowest_type_that_holds_them(tmp_path: Path, vocab_size: int, dtype: str) -> None:
    assert token_dtype(vocab_size) == dtype
    write_trajectories(
        tmp_path,
        [([vocab_size - 1], [True])],
        kind="tools",
        vocab_size=vocab_size,
        eos_id=0,
        pad_id=0,
        tokenizer_sha256="",
    )
    found = TrajectoryShards(tmp_path)
    assert found.trajectory(0)[0].tolist() == [vocab_size - 1]
    assert found.trajectory(0)[0].dtype == np.dtype(dtype)


def _edit_manifest(directory: Path, **fields: Any) -> None:
    path = directory / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


DAMAGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "manifest missing": (lambda d: (d / "manifest.json").unlink(), "manifest.json"),
    "manifest cut": (lambda d: _truncate(d / "manifest.json") or _truncate(d / "manifest.json"), "manifest.json"),
    "manifest is a list": (lambda d: (d / "manifest.json").write_text("[]"), "manifest.json"),
    "manifest of a later format": (lambda d: _edit_manifest(d, format=99), "manifest.json"),
    "manifest with an unknown field": (lambda d: _edit_manifest(d, colour="red"), "manifest.json"),
    "manifest with a strange type": (lambda d: _edit_manifest(d, dtype="float99"), "manifest.json"),
    "manifest with text for a count": (lambda d: _edit_manifest(d, tokens="7"), "manifest.json"),
    "manifest with another sum": (lambda d: _edit_manifest(d, tokens=7), "manifest.json"),
    "shard missing": (lambda d: (d / "00001.bin").unlink(), "00001.bin"),
    "shard truncated": (lambda d: _truncate(d / "00000.bin"), "00000.bin"),
    "mask missing": (lambda d: (d / "00000.mask.bin").unlink(), "00000.mask.bin"),
    "lengths missing": (lambda d: (d / "lengths.bin").unlink(), "lengths.bin"),
    "lengths truncated": (lambda d: _truncate(d / "lengths.bin"), "lengths.bin"),
    "lengths of other trajectories": (
        lambda d: (d / "lengths.bin").write_bytes(np.asarray([1, 1, 1], "<u4").tobytes()),
        "lengths.bin",
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_found_on_opening_and_the_file_named(tmp_path: Path, damage: str) -> None:
    trajectory_shards(tmp_path / "tools", TRAJECTORIES)
    harm, file = DAMAGE[damage]
    harm(tmp_path / "tools")
    with pytest.raises(DataError) as caught:
        TrajectoryShards(tmp_path / "tools")
    assert str(tmp_path / "tools" / file) in one_line(caught.value)


@pytest.mark.parametrize("file", ["00000.bin", "00001.mask.bin", "lengths.bin"])
def test_a_changed_byte_is_found_by_verify_and_the_file_named(tmp_path: Path, file: str) -> None:
    directory = tmp_path / "tools"
    trajectory_shards(directory, TRAJECTORIES)
    content = bytearray((directory / file).read_bytes())
    if file == "lengths.bin":
        content[0], content[4] = content[0] - 1, content[4] + 1  # the sum stays right
    else:
        content[0] ^= 1
    (directory / file).write_bytes(content)
    with pytest.raises(DataError, match="corrupt") as caught:
        TrajectoryShards(directory).verify()
    assert str(directory / file) in one_line(caught.value)


def test_a_token_outside_the_vocabulary_is_found_by_verify(tmp_path: Path) -> None:
    trajectory_shards(tmp_path / "tools", TRAJECTORIES)
    _edit_manifest(tmp_path / "tools", vocab_size=8)
    with pytest.raises(DataError, match=r"00000\.bin: holds token id 9, the vocabulary has 8"):
        open_shards(tmp_path / "tools").verify()


def test_a_manifest_is_read_as_it_was_written(shards: TokenShards, tmp_path: Path) -> None:
    shards.manifest.write(tmp_path)
    assert Manifest.read(tmp_path) == shards.manifest
