"""What each layout of the native kernels costs in accuracy: on random numbers, and on those of K2-nano.

    python benchmarks/kernel_accuracy.py                      a table, on the level that serves here
    python benchmarks/kernel_accuracy.py --kernels avx2       on another level
    python benchmarks/kernel_accuracy.py --json               one JSON object

Errors are relative to the exact result of the float weights, ‖y − exact‖ / ‖exact‖: of the weight's number format alone
(products in float64), of the kernel on top of it (its rounding of activations, its sums), and of both. For K2-nano they
are the root mean square over all matrices of the network with the activations that meet them on a page of English, and
the worst of them; last the whole half of routed experts, with two roundings of activations one after the other. Its
file holds every matrix but the head in block FP8, which therefore costs them nothing.

Shapes: O outputs, I inputs, N rows, E experts, K chosen, D model width, F expert width.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pydoc_data.topics import topics

import torch
from torch import Tensor, nn

import openk2
from openk2.chat.tokenizer import load_tokenizer
from openk2.kernels import reference
from openk2.kernels.native import Level, native
from openk2.kernels.native.interface import Layout
from openk2.kernels.native.packed import Packed, linear, pack, routed_experts
from openk2.model.experts import MixtureOfExperts
from openk2.model.linear import Linear
from openk2.quantization.formats import FP8, INT4, INT8, Format

FORMATS: dict[Layout, Format] = {
    Layout.FP8: FP8,
    Layout.INT8: INT8,
    Layout.INT8_A16: INT8,
    Layout.INT4: INT4,
    Layout.INT4_A16: INT4,
}
TOKENS = 256


@dataclass(frozen=True)
class Errors:
    """Of one result, relative to the exact one."""

    weights: float
    """The number format's own."""
    kernel: float
    """The kernel's, relative to exact products of the same codes."""
    both: float


@dataclass(frozen=True)
class Row:
    """One layout on one kind of numbers."""

    numbers: str
    layout: str
    matrices: int
    weights: float
    """Root mean squares over the matrices."""
    kernel: float
    both: float
    worst: float
    """Largest `both`."""


@dataclass(frozen=True)
class Held:
    """A float weight in a layout."""

    packed: Packed
    exact_OI: Tensor
    """What its codes stand for, float64."""


def hold(level: Level, layout: Layout, weight_OI: Tensor) -> Held:
    """Quantised and packed."""
    inputs = weight_OI.shape[1]
    if layout in (Layout.F32, Layout.BF16):
        rows_OI = weight_OI.float() if layout == Layout.F32 else weight_OI.bfloat16()
        return Held(pack(level, layout, rows_OI), rows_OI.double())
    format = FORMATS[layout]
    codes, scales = format.quantise(weight_OI.float())
    exact_OI = format.dequantise(codes, scales, inputs, torch.float64)
    return Held(pack(level, layout, codes, scales, inputs), exact_OI)


def of_matrix(level: Level, layout: Layout, weight_OI: Tensor, x_NI: Tensor) -> Errors:
    """A product."""
    held = hold(level, layout, weight_OI)
    codes_NO = x_NI.double() @ held.exact_OI.mT
    return errors(linear(level, held.packed, x_NI), codes_NO, x_NI.double() @ weight_OI.double().mT)


def of_experts(
    level: Level, layout: Layout, layer: MixtureOfExperts, x_ND: Tensor, experts_NK: Tensor, weights_NK: Tensor
) -> Errors:
    """All routed experts of a layer."""
    gate_up_EFD, down_EDF = layer.experts.gate_up_EFD, layer.experts.down_EDF
    assert isinstance(gate_up_EFD, Tensor)
    assert isinstance(down_EDF, Tensor)
    held = [
        [hold(level, layout, matrix) for matrix in (*both_FD.chunk(2), down_DF)]
        for both_FD, down_DF in zip(gate_up_EFD, down_EDF, strict=True)
    ]
    codes_gate_up = torch.stack([torch.cat([gate.exact_OI, up.exact_OI]) for gate, up, _ in held])
    codes_down = torch.stack([down.exact_OI for _, _, down in held])
    exactly = partial(reference.routed_experts, experts_NK=experts_NK, weights_NK=weights_NK.double())
    y_ND = routed_experts(
        level, [(gate.packed, up.packed, down.packed) for gate, up, down in held], x_ND, experts_NK, weights_NK
    )
    codes_ND = exactly(x_ND.double(), codes_gate_up, codes_down)
    return errors(y_ND, codes_ND, exactly(x_ND.double(), gate_up_EFD.double(), down_EDF.double()))


def errors(ours: Tensor, of_codes: Tensor, exact: Tensor) -> Errors:
    """Of a kernel's result, beside exact ones of its codes and of the float weight."""
    return Errors(
        float((of_codes - exact).norm() / exact.norm()),
        float((ours - of_codes).norm() / of_codes.norm()),
        float((ours - exact).norm() / exact.norm()),
    )


def seen_by(network: nn.Module, ids_1T: Tensor) -> tuple[dict[str, tuple[Tensor, Tensor]], dict[str, Tensor]]:
    """Name → weight and activations of every matrix; name → activations of every layer of experts."""
    matrices: dict[str, tuple[Tensor, Tensor]] = {}
    experts: dict[str, Tensor] = {}

    def keep(name: str, module: nn.Module, given: tuple[Tensor, ...]) -> None:
        x_ND = given[0].flatten(0, 1)
        if isinstance(module, Linear):
            matrices[name] = module.weight, x_ND
        else:
            experts[name] = x_ND

    hooks = [
        module.register_forward_pre_hook(partial(keep, name))
        for name, module in network.named_modules()
        if isinstance(module, Linear | MixtureOfExperts)
    ]
    network(ids_1T)
    for hook in hooks:
        hook.remove()
    return matrices, experts


def measure(level: Level) -> Iterator[Row]:
    """All layouts on all numbers."""
    generator = torch.Generator().manual_seed(1)
    random_OI, random_NI = (torch.randn(size, 2048, generator=generator) for size in (512, TOKENS))
    network = openk2.load("k2-nano", dtype=torch.float32)
    tokenizer = load_tokenizer("k2-nano")
    text = "\n\n".join(topics[name] for name in sorted(topics))[: 16 * TOKENS]
    matrices, experts = seen_by(network, torch.tensor([tokenizer.encode(text)[:TOKENS]]))
    routed = [
        (layer, x_ND, *layer.gate(x_ND))
        for name, x_ND in experts.items()
        if isinstance(layer := network.get_submodule(name), MixtureOfExperts)
    ]
    kinds: dict[str, Callable[[Layout], list[Errors]]] = {
        "random": lambda layout: [of_matrix(level, layout, random_OI, random_NI)],
        "K2-nano": lambda layout: [of_matrix(level, layout, *each) for each in matrices.values()],
        "its experts": lambda layout: [of_experts(level, layout, *each) for each in routed],
    }
    for numbers, of_layout in kinds.items():
        for layout in Layout:
            yield row(numbers, layout, of_layout(layout))


def row(numbers: str, layout: Layout, of_each: list[Errors]) -> Row:
    """Over all matrices."""
    weights, kernel, both = (
        (sum(getattr(one, part) ** 2 for one in of_each) / len(of_each)) ** 0.5
        for part in ("weights", "kernel", "both")
    )
    return Row(numbers, layout.name, len(of_each), weights, kernel, both, max(one.both for one in of_each))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kernels", default="auto", help="a level of instructions")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    level = native(arguments.kernels)
    if level is None:
        sys.exit("no native kernels here: there is nothing to measure")
    with torch.inference_mode():
        rows = list(measure(level))
    if arguments.json:
        print(json.dumps({"kernels": level.name, "tokens": TOKENS, "rows": [asdict(each) for each in rows]}, indent=1))
        return
    print(f"{'':12}{level.name:10}{'weights':>10}{'kernel':>10}{'both':>10}{'worst':>10}")
    for each in rows:
        parts = "".join(f"{value:>10.1e}" for value in (each.weights, each.kernel, each.both, each.worst))
        print(f"{each.numbers:12}{each.layout:10}{parts}")


if __name__ == "__main__":
    main()
