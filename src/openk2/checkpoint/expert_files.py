"""Routed experts that stay in the files of a checkpoint and are read one by one, as stored: packed INT4, block FP8 or
floats.

The headers say where the gate, up and down matrices of every expert lie. An expert is read with few calls: tensors that
lie together in a file, as those of one expert usually do, are read at once, each into its own place. What is read is
checked as the loader checks it. The kernel is asked to drop the bytes from its page cache: who reads experts over and
over keeps those worth keeping himself, and a second copy would take memory that nobody has counted and hide what a read
costs.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from openk2.chat.locate import model_directory
from openk2.checkpoint.expert_layout import ExpertLayout, MatrixLayout, StoredExpert, StoredMatrix
from openk2.checkpoint.headers import Origin, find_all
from openk2.checkpoint.layout import DiskTensor, disk_tensors
from openk2.checkpoint.parts import part_of
from openk2.checkpoint.reader import check_codes, check_finite
from openk2.checkpoint.scheme import read_scheme
from openk2.checkpoint.shards import Shards, StoredTensor
from openk2.checkpoint.subset import Subset
from openk2.checkpoint.tensor_file import DTYPES
from openk2.config import K2Config
from openk2.errors import ChatError, CheckpointError
from openk2.model import K2Model

GAP = 4096
"""Bytes between two tensors of an expert up to which it is cheaper to read them than to ask twice."""
_CHECKED = 1 << 14
"""Numbers looked at together: few enough for torch to stay on the thread that asks."""


@dataclass(frozen=True)
class _Piece:
    """Bytes of a file that belong to an expert, and their place in memory."""

    stored: StoredTensor
    begin: int
    """Offset in the file."""
    place: memoryview

    @property
    def end(self) -> int:
        return self.begin + len(self.place)


class ExpertFiles:
    """The routed experts of a model directory. Reading is safe from many threads; `close` ends it."""

    def __init__(
        self, name_or_directory: str | Path, *, layers: int | str | None = None, experts: int | str | None = None
    ) -> None:
        """Reads the headers of all files. `layers` and `experts` take a part of the model, as `load` does.

        Raises CheckpointError where something is missing or of another shape, and where a layer's experts are not all
        in one number format.
        """
        try:
            self.directory = model_directory(name_or_directory)
        except ChatError as error:
            raise CheckpointError(str(error)) from None
        subset = Subset.choose(K2Config.from_json(self.directory), layers, experts)
        with torch.device("meta"):
            tensors = list(disk_tensors(K2Model(subset.config).state_dict()))
        self.config = subset.config
        """Of the model, or of the part that is taken."""
        self._gap = threading.local()
        self._shards = Shards(self.directory, subset.holds)
        self._shards.read_no_more_than_asked()
        try:
            origins = find_all(tensors, self._shards, subset, read_scheme(self.directory))
            self._origins = _by_expert(tensors, origins)
            self.layouts: Mapping[int, ExpertLayout] = self._layouts(tensors, origins)
            """Layer → how each of its experts lies in memory."""
        except BaseException:
            self.close()
            raise

    @property
    def expert_bytes(self) -> int:
        """A buffer of so many bytes holds any expert."""
        return max((layout.bytes for layout in self.layouts.values()), default=0)

    @property
    def bytes(self) -> int:
        """What all experts of all layers take in the files."""
        return self.config.n_routed_experts * sum(layout.file_bytes for layout in self.layouts.values())

    def read(self, layer: int, expert: int, buffer: Tensor) -> StoredExpert:
        """One expert into a buffer of uint8 of at least its layout's size, aligned to `expert_layout.ALIGNMENT`.

        Raises CheckpointError naming the tensor that cannot be read or is not what it should be.
        """
        found = self.layouts[layer].of(buffer)
        origins = self._origins[layer, expert]
        sizes = [memoryview(bytearray(self._shards.tensors[o.size].bytes if o.size else 0)) for o in origins]
        pieces = []
        for origin, matrix, size in zip(origins, found.matrices, sizes, strict=True):
            pieces.append(self._piece(origin.codes, origin.row, matrix.codes))
            if matrix.scales is not None:
                pieces.append(self._piece(origin.scales, 0, matrix.scales))
            if origin.size:
                stored = self._shards.tensors[origin.size]
                pieces.append(_Piece(stored, stored.begin, size))
        for run in _runs(pieces):
            self._read(run)
        for origin, matrix, size in zip(origins, found.matrices, sizes, strict=True):
            self._check(origin, matrix, size)
        return found

    def close(self) -> None:
        """Close all files."""
        self._shards.close()

    def __enter__(self) -> ExpertFiles:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _piece(self, name: str, row: int, place: Tensor) -> _Piece:
        stored = self._shards.tensors[name]
        row_bytes = torch.Size(stored.shape[-1:]).numel() * place.dtype.itemsize
        view = memoryview(place.view(-1).view(torch.uint8).numpy())  # type: ignore[arg-type]  # numpy 2 has buffers
        return _Piece(stored, stored.begin + row * row_bytes, view)

    def _read(self, run: list[_Piece]) -> None:
        """Pieces that lie together in a file, and what is between them."""
        places: list[memoryview] = []
        at = run[0].begin
        for piece in run:
            places += [self._between(piece.begin - at), piece.place]
            at = piece.end
        first = run[0]
        try:
            count = self._shards.read_through(first.stored.file, first.begin, places)
        except OSError as error:
            raise CheckpointError(f"{first.stored} cannot be read: {error.strerror}") from None
        torn = next((piece for piece in run if piece.end > first.begin + count), None)
        if torn is not None:
            raise CheckpointError(f"{torn.stored} cannot be read: the file has become shorter")
        self._shards.forget(first.stored.file, first.begin, count)

    def _between(self, size: int) -> memoryview:
        """A place, each thread its own, for bytes that nobody wants."""
        if not hasattr(self._gap, "bytes"):
            self._gap.bytes = memoryview(bytearray(GAP))
        place: memoryview = self._gap.bytes
        return place[:size]

    def _check(self, origin: Origin, matrix: StoredMatrix, size: memoryview) -> None:
        layout = matrix.layout
        if origin.size:
            stored = self._shards.tensors[origin.size]
            says = torch.frombuffer(size, dtype=DTYPES[stored.dtype]).tolist()
            if says != [layout.rows, layout.inputs]:
                raise CheckpointError(f"{stored} says {says}; accepted: {[layout.rows, layout.inputs]}")
        for codes in matrix.codes.view(-1).split(_CHECKED):
            if layout.format is None:
                check_finite(codes, self._shards, origin.codes)
            else:
                check_codes(codes, self._shards, origin)
        if matrix.scales is not None:
            for scales in matrix.scales.view(-1).split(_CHECKED):
                check_finite(scales, self._shards, origin.scales)

    def _layouts(self, tensors: list[DiskTensor], origins: list[Origin]) -> dict[int, ExpertLayout]:
        """Layer → layout; all experts of a layer have the same."""
        found: dict[tuple[int, str], MatrixLayout] = {}
        for (layer, _, part), tensor, origin in _routed(tensors, origins):
            codes = self._shards.tensors[origin.codes]
            scales_dtype = DTYPES[self._shards.tensors[origin.scales].dtype] if origin.scales else None
            rows, inputs = tensor.shape
            layout = MatrixLayout(rows, inputs, origin.format, DTYPES[codes.dtype], scales_dtype)
            if found.setdefault((layer, part), layout) != layout:
                raise CheckpointError(
                    f"{codes} is in another format than the layer's other experts; experts that stay on disk need one"
                )
        return {
            layer: ExpertLayout(*(found[layer, part] for part in _PARTS)) for layer in sorted({key[0] for key in found})
        }


_PARTS = ("gate", "up", "down")


def _by_expert(tensors: list[DiskTensor], origins: list[Origin]) -> dict[tuple[int, int], tuple[Origin, ...]]:
    """Layer and expert → origins of gate, up and down."""
    found = {place: origin for place, _, origin in _routed(tensors, origins)}
    return {
        (layer, expert): tuple(found[layer, expert, part] for part in _PARTS)
        for layer, expert, part in found
        if part == _PARTS[0]
    }


def _routed(
    tensors: list[DiskTensor], origins: list[Origin]
) -> Iterator[tuple[tuple[int, int, str], DiskTensor, Origin]]:
    """The tensors of routed experts, each with its layer, expert and part."""
    for tensor, origin in zip(tensors, origins, strict=True):
        if part_of(tensor.target) != "routed experts":
            continue
        expert, *rows = tensor.region
        assert isinstance(expert, int)
        part = "down" if not rows else "up" if isinstance(rows[0], slice) and rows[0].start else "gate"
        yield (int(tensor.target.split(".")[2]), expert, part), tensor, origin


def _runs(pieces: list[_Piece]) -> Iterator[list[_Piece]]:
    """The pieces in the order of the files' bytes, those together that lie together."""
    run: list[_Piece] = []
    for piece in sorted(pieces, key=lambda piece: (piece.stored.file, piece.begin)):
        if run and not (piece.stored.file == run[-1].stored.file and piece.begin - run[-1].end <= GAP):
            yield run
            run = []
        run.append(piece)
    yield run
