"""The self-test of the kernels sees what is wrong: every check fails if one input, token or expert is passed over."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import pytest
import torch
from torch import Tensor

from openk2.kernels.native import Level, checks, native
from openk2.kernels.native.packed import Lookup, Packed

Operation = Callable[..., Tensor]


@pytest.fixture(scope="module")
def fastest() -> Level:
    """The fastest of this machine."""
    found = native()
    if found is None:
        pytest.skip("no native kernels here")
    return found


@pytest.fixture
def passes(fastest: Level, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str, Operation], bool]:
    """Whether a check passes where `wrong(right, *arguments)` stands in place of a right operation."""

    def run(name: str, operation: str, wrong: Operation) -> bool:
        with monkeypatch.context() as patch:
            patch.setattr(checks, operation, partial(wrong, getattr(checks, operation)))
            error, bound = checks.CHECKS[name](fastest)
        return error <= bound

    return run


def checks_of(operation: str) -> pytest.MarkDecorator:
    """Parametrize by the checks of one operation."""
    return pytest.mark.parametrize("name", [name for name in checks.CHECKS if name.startswith(operation)])


@checks_of("")
def test_right_operations_pass(level: Level, name: str) -> None:
    error, bound = checks.CHECKS[name](level)
    assert error <= bound


@checks_of("linear")
def test_a_product_that_passes_over_one_input_fails(passes: Callable[..., bool], name: str) -> None:
    def wrong(right: Operation, level: Level, weight: Packed, x_NI: Tensor) -> Tensor:
        x_NI = x_NI.clone()
        x_NI[-1, -1] = 0
        return right(level, weight, x_NI)

    assert not passes(name, "linear", wrong)


@checks_of("linear")
@pytest.mark.parametrize("value", [0.0, math.nan])
def test_a_product_with_one_wrong_output_fails(passes: Callable[..., bool], name: str, value: float) -> None:
    def wrong(right: Operation, level: Level, weight: Packed, x_NI: Tensor) -> Tensor:
        y_NO = right(level, weight, x_NI)
        y_NO[-1, -1] = value
        return y_NO

    assert not passes(name, "linear", wrong)


@checks_of("experts")
def test_experts_that_pass_over_one_choice_fail(passes: Callable[..., bool], name: str) -> None:
    def wrong(right: Operation, level: Level, experts: object, x_ND: Tensor, *routes_NK: Tensor) -> Tensor:
        chosen_NK, factors_NK = routes_NK[0], routes_NK[1].clone()
        factors_NK[17, 1] = 0
        return right(level, experts, x_ND, chosen_NK, factors_NK)

    assert not passes(name, "routed_experts", wrong)


@checks_of("attention")
def test_attention_that_does_not_see_its_own_token_fails(passes: Callable[..., bool], name: str) -> None:
    def wrong(
        right: Operation, level: Level, latents: Tensor, rank: int, page: int, lookups: Sequence[Lookup], q_NHC: Tensor
    ) -> Tensor:
        blind = [replace(lookup, start=lookup.start - 1) for lookup in lookups]
        return right(level, latents, rank, page, blind, q_NHC)

    assert not passes(name, "latent_attention", wrong)


def test_a_delta_rule_that_passes_over_its_last_token_fails(passes: Callable[..., bool]) -> None:
    def wrong(right: Callable[..., tuple[Tensor, Tensor]], level: Level, *given: Tensor) -> tuple[Tensor, Tensor]:
        q, k, v, decay, rate, state = given
        rate = rate.clone()
        rate[:, :, -1] = 0
        return right(level, q, k, v, decay, rate, state)

    assert not passes("delta rule", "delta_rule", wrong)


def test_a_sampler_with_one_wrong_token_fails(passes: Callable[..., bool]) -> None:
    def wrong(right: Callable[..., list[int]], *given: object) -> list[int]:
        ids = right(*given)
        return [*ids[:-1], ids[-1] + 1]

    assert not passes("sampling", "sample", wrong)


def test_log_probabilities_that_pass_over_one_id_fail(passes: Callable[..., bool]) -> None:
    def wrong(right: Callable[..., object], level: Level, logits_NV: Tensor, *given: object) -> object:
        return right(level, logits_NV.index_fill(1, torch.tensor([0]), -math.inf), *given)

    assert not passes("sampling", "report", wrong)
