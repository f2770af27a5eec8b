"""Safetensors → K2Model, streamed: all headers are checked first, then the weights go into place piece by piece, shard
after shard. Memory is that of the model as it will be held, plus a few pieces.

A weight can be held as floats or in a number format. Codes that a file holds in the very format are taken as they are;
all else is dequantised, and quantised where another format is asked for. Whatever is wrong with the files is one
CheckpointError that names file, tensor and what would be right.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from openk2.chat.locate import model_directory
from openk2.checkpoint.formats import LAYOUTS, ROW_STEP
from openk2.checkpoint.headers import Origin, find_all
from openk2.checkpoint.layout import DiskTensor, disk_tensors
from openk2.checkpoint.parts import part_of
from openk2.checkpoint.scheme import read_scheme
from openk2.checkpoint.shards import Shards
from openk2.checkpoint.storage import formats_of, hold, storable
from openk2.checkpoint.subset import Subset
from openk2.checkpoint.tensor_file import DTYPES
from openk2.config import K2Config
from openk2.errors import ChatError, CheckpointError
from openk2.kernels.choice import choose
from openk2.model import K2Model
from openk2.progress import shown_if_long
from openk2.quantization import fp8
from openk2.quantization.formats import Format

PIECE = 1 << 22
"""Numbers read at a time: 16 MiB in float32."""
FLOAT, STORED = "float", "stored"
"""Values of `weights` beside the layouts: everything dequantised, and everything as the files have it."""

_DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
_EMBEDDING = "model.embed_tokens.weight"


def load(
    name_or_directory: str | Path,
    *,
    dtype: torch.dtype | str | None = None,
    device: str | torch.device = "cpu",
    kernels: str = "auto",
    weights: str = FLOAT,
    layers: int | str | None = None,
    experts: int | str | None = None,
    experts_on_disk: bool = False,
) -> K2Model:
    """A model in evaluation mode from a Hugging Face snapshot: bf16, fp16, fp32, block FP8 or packed INT4 safetensors.

    `name_or_directory` is a directory or a name in `weights/` (`k2-nano`). `dtype` (float32, bfloat16, float16) is the
    type to compute in; None takes the checkpoint's own, that is the type its embedding is stored in: bfloat16 for the
    releases, quantised weights included. The router's bias is float32 always. `kernels` is `auto` or `reference`.

    `weights`: `float` holds floats; `stored` holds each weight as the files do, so that memory is that of the files
    and codes are bit-equal; `fp8`, `int4` (routed experts), `int4-all` and `int8` (all large matrices) quantise on the
    way. `layers` and `experts` take a part of the model: a count of the first ones, or `"FIRST-LAST"` (`subset.py`);
    shards that hold nothing of it need not be there.

    `experts_on_disk` leaves the routed experts where they are: the model has their shapes without values (on the device
    `meta`), for an engine that reads them from an `ExpertFiles` of the same directory while it runs.

    Raises CheckpointError (no such model; a file missing or torn; a tensor missing, superfluous, of another shape or
    not finite; a format that cannot be read; an unusable argument) and ConfigError (config.json; unknown kernels).
    """
    choose(kernels)
    device = _device(device)
    if weights not in (FLOAT, STORED, *LAYOUTS):
        raise CheckpointError(f"weights is {weights!r}; accepted: {', '.join([FLOAT, STORED, *LAYOUTS])}")
    try:
        directory = model_directory(name_or_directory)
    except ChatError as error:
        raise CheckpointError(str(error)) from None
    subset = Subset.choose(K2Config.from_json(directory), layers, experts)
    scheme = read_scheme(directory)
    with torch.device("meta"):
        model = K2Model(subset.config)
    floats = list(disk_tensors(model.state_dict()))
    with Shards(directory, subset.holds) as shards:
        origins = find_all(floats, shards, subset, scheme)
        own = DTYPES[shards.tensors[_EMBEDDING].dtype]
        model.to(own if dtype is None else _dtype(dtype))
        for target, (format, scales_dtype) in _formats(weights, model, floats, origins, shards).items():
            if not (experts_on_disk and _routed(target)):
                hold(model, target, format, scales_dtype)
        state = {
            name: tensor if experts_on_disk and _routed(name) else _unset(tensor, device)
            for name, tensor in model.state_dict().items()
        }
        places = zip(origins, disk_tensors(state), strict=True)
        _fill(state, [(o, tensor) for o, tensor in places if not (experts_on_disk and _routed(tensor.target))], shards)
    model.load_state_dict(state, assign=True)
    return model.use_kernels(kernels).eval()


def _routed(target: str) -> bool:
    return part_of(target) == "routed experts"


def _unset(tensor: Tensor, device: torch.device) -> Tensor:
    return torch.empty(tensor.shape, dtype=tensor.dtype, device=device) if tensor.is_meta else tensor


def _formats(
    weights: str, model: K2Model, tensors: list[DiskTensor], origins: list[Origin], shards: Shards
) -> dict[str, tuple[Format, torch.dtype | None]]:
    """Name in the state dict → the format it will be held in and the type of its scales."""
    if weights == FLOAT:
        return {}
    if weights != STORED:
        return {target: (format, None) for target, format in formats_of(weights, model).items()}
    chosen: dict[str, tuple[Format, torch.dtype | None]] = {}
    plain: set[str] = set()
    can = storable(model)
    for tensor, origin in zip(tensors, origins, strict=True):
        if tensor.target not in can:
            continue
        if origin.format is None:
            plain.add(tensor.target)
            continue
        scales_dtype = DTYPES[shards.tensors[origin.scales].dtype]
        before, type_before = chosen.get(tensor.target, (origin.format, scales_dtype))
        if before is not origin.format:
            raise CheckpointError(f"{shards.tensors[origin.codes]} is in another format than the layer's other experts")
        chosen[tensor.target] = before, scales_dtype if type_before == scales_dtype else torch.float32
    for target in sorted(plain & chosen.keys()):
        raise CheckpointError(
            f"{target}: some of the layer's experts are quantised; weights='stored' needs all or none"
        )
    return chosen


@dataclass(frozen=True)
class _Rows:
    """A piece of a tensor: rows `first` … `last` − 1."""

    first: int
    last: int

    def of_scales(self, format: Format) -> tuple[int, int]:
        """First row of their scales, and the one behind the last."""
        return self.first // format.row_step, -(-self.last // format.row_step)


def _fill(state: Mapping[str, Tensor], tensors: list[tuple[Origin, DiskTensor]], shards: Shards) -> None:
    """Copy everything into its place, in the order of the files' bytes."""
    tensors.sort(key=lambda pair: (shards.tensors[pair[0].codes].file, shards.tensors[pair[0].codes].begin))
    total = sum(shards.tensors[name].bytes for origin, _ in tensors for name in origin.names)
    with shown_if_long("loading", total) as advance:
        for origin, tensor in tensors:
            if origin.size and (size := shards.read(origin.size).tolist()) != list(tensor.shape):
                raise CheckpointError(f"{shards.tensors[origin.size]} says {size}; accepted: {list(tensor.shape)}")
            for rows in _pieces(tensor):
                _copy(origin, tensor, rows, state, shards)
            advance(sum(shards.tensors[name].bytes for name in origin.names))


def _pieces(tensor: DiskTensor) -> list[_Rows]:
    if len(tensor.shape) != 2:
        return [_Rows(0, tensor.shape[0])]
    rows, inputs = tensor.shape
    step = max(PIECE // inputs // ROW_STEP, 1) * ROW_STEP
    return [_Rows(first, min(first + step, rows)) for first in range(0, rows, step)]


def _copy(origin: Origin, tensor: DiskTensor, rows: _Rows, state: Mapping[str, Tensor], shards: Shards) -> None:
    """Bring one piece into its place."""
    if tensor.format is None:
        place = tensor.of(state)
        place = place[rows.first : rows.last] if place.dim() == 2 else place
        _copy_floats(origin, tensor, rows, place, shards)
        return
    codes, scales = tensor.stored(state)
    first, last = rows.of_scales(tensor.format)
    codes, scales = codes[rows.first : rows.last], scales[first:last]
    if tensor.format is origin.format:
        _read(shards, origin.codes, origin.row + rows.first, codes)
        scales.copy_(_scales(origin, tensor, rows, shards))
        check_codes(codes, shards, origin)
    else:
        new_codes, new_scales = tensor.format.quantise(_floats(origin, tensor, rows, shards))
        codes.copy_(new_codes)
        scales.copy_(new_scales)


def _copy_floats(origin: Origin, tensor: DiskTensor, rows: _Rows, place: Tensor, shards: Shards) -> None:
    direct = origin.format is None and place.dtype == DTYPES[shards.tensors[origin.codes].dtype]
    if direct and place.dim() == 2:
        _read(shards, origin.codes, origin.row + rows.first, place)
        check_finite(place, shards, origin.codes)
        return
    values = _floats(origin, tensor, rows, shards)
    place.copy_(values)
    if not _finite(place):
        raise CheckpointError(f"{shards.tensors[origin.codes]} has numbers that are too large for {place.dtype}")


def _floats(origin: Origin, tensor: DiskTensor, rows: _Rows, shards: Shards) -> Tensor:
    """The piece as floats, finite."""
    if len(tensor.shape) != 2:
        whole = shards.read(origin.codes)
        values = whole[origin.row : origin.row + tensor.shape[0]] if whole.dim() == 1 else whole.view(tensor.shape)
        return check_finite(values, shards, origin.codes)
    codes = shards.read(origin.codes, origin.row + rows.first, origin.row + rows.last)
    if origin.format is None:
        return check_finite(codes, shards, origin.codes)
    check_codes(codes, shards, origin)
    scales = _scales(origin, tensor, rows, shards)
    return origin.format.dequantise(codes, scales, tensor.shape[1], torch.float32)


def _scales(origin: Origin, tensor: DiskTensor, rows: _Rows, shards: Shards) -> Tensor:
    """The scales of the piece, finite."""
    assert origin.format is not None
    first, last = rows.of_scales(origin.format)
    if len(shards.tensors[origin.scales].shape) == 1:  # some exports flatten them
        scales = shards.read(origin.scales).view(origin.format.scales_shape(*tensor.shape))[first:last]
    else:
        scales = shards.read(origin.scales, first, last)
    return check_finite(scales, shards, origin.scales)


def _read(shards: Shards, name: str, first: int, place: Tensor) -> None:
    """Rows from `first` on into a place, without a detour where it is contiguous memory of the CPU."""
    if place.device.type == "cpu" and place.is_contiguous():
        shards.read(name, first, first + len(place), into=place)
    else:
        place.copy_(shards.read(name, first, first + len(place)))


def check_codes(codes: Tensor, shards: Shards, origin: Origin) -> None:
    """Raises CheckpointError for a NaN among codes that are FP8."""
    if codes.dtype == torch.float8_e4m3fn and fp8.has_nan(codes):
        _refuse(shards, origin.codes)


def check_finite(values: Tensor, shards: Shards, name: str) -> Tensor:
    """The values; raises CheckpointError where one is not finite."""
    if not _finite(values):
        _refuse(shards, name)
    return values


def _finite(values: Tensor) -> bool:
    """As `isfinite().all()`, a dozen times as fast: NaN is handed on, infinities are the ends."""
    return all(map(math.isfinite, torch.stack(values.aminmax()).tolist()))


def _refuse(shards: Shards, name: str) -> None:
    raise CheckpointError(f"{shards.tensors[name]} has numbers that are NaN or infinite; finite ones are needed")


def _dtype(dtype: torch.dtype | str) -> torch.dtype:
    chosen = _DTYPES.get(dtype) if isinstance(dtype, str) else dtype
    if chosen is None or chosen not in _DTYPES.values():
        raise CheckpointError(f"cannot compute in dtype {dtype}; accepted: {', '.join(_DTYPES)}")
    return chosen


def _device(device: str | torch.device) -> torch.device:
    try:
        return torch.empty(0, device=device).device
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        raise CheckpointError(
            f"device {str(device)!r} cannot be used ({reason}); accepted: cpu, or a GPU like cuda:0"
        ) from None
