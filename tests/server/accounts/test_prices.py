"""What tokens cost."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openk2.chat.events import Usage
from openk2.errors import ServerError
from openk2.server.accounts import money
from openk2.server.accounts.prices import Prices

MILLION = 10**6


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("kimi-k2-0905-preview", 0.15 * 0.25 + 0.60 * 0.75 + 2.50),
        ("kimi-k2-turbo-preview", 0.15 * 0.25 + 1.15 * 0.75 + 8.00),
        ("kimi-k2-thinking", 0.15 * 0.25 + 0.60 * 0.75 + 2.50),
        ("k2-nano", 0),
    ],
)
def test_the_platform_s_models_have_its_prices_and_ours_are_free(name: str, expected: float) -> None:
    usage = Usage(prompt_tokens=MILLION, cached_tokens=MILLION // 4, completion_tokens=MILLION)
    assert money.shown(Prices.load().of(name).of(usage)) == pytest.approx(expected, abs=1e-12)


def test_a_file_is_laid_over_the_shipped_prices(tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    file.write_text('[models."k2-nano"]\ninput = 0.001\noutput = 1\n[models."kimi-k2-thinking"]\ninput = 3\n')
    prices = Prices.load(file)
    assert prices.of("k2-nano").of(Usage(1, 0, 0)) == 1
    assert prices.of("k2-nano").of(Usage(1, 1, 1)) == 1001, "cached tokens cost what others do where nothing is said"
    assert prices.of("kimi-k2-thinking").of(Usage(0, 0, 5)) == 0
    assert prices.of("kimi-k2-0905-preview").of(Usage(0, 0, 1)) == 2500


def test_prices_of_another_currency_do_not_mix_with_the_shipped_ones(tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    file.write_text('currency = "CNY"\n[models.mine]\noutput = 16\n')
    prices = Prices.load(file)
    assert prices.currency == "CNY"
    assert set(prices.models) == {"mine"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("models = 3", "models is 3; accepted: tables"),
        ("currency = 3", "currency is 3; accepted: its letters"),
        ("[models.a]\nprice = 1", r'models."a": price is unknown; accepted: cached_input, input, output'),
        ("[models.a]\ninput = -1", r'models."a".input is -1; accepted: 0 … 1000000'),
        ("[models.a]\ninput = 0.0001", r'models."a".input is 0.0001; accepted: .* in steps of 0.001'),
        ("[models.a]\ninput = true", r'models."a".input is True'),
        ("[models.a]\ninput = inf", r'models."a".input is inf'),
        ("[prices]", "prices is unknown; accepted: currency, models"),
        ("[", "not valid TOML"),
    ],
)
def test_what_is_wrong_in_a_file_is_one_line_that_names_it(text: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    file.write_text(text)
    with pytest.raises(ServerError, match=message) as refused:
        Prices.load(file)
    assert str(file) in str(refused.value)


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ServerError, match="cannot be read: No such file"):
        Prices.load(tmp_path / "none.toml")


@given(st.integers(-(10**15), 10**15))
def test_money_is_written_exactly(billionths: int) -> None:
    from fractions import Fraction

    assert Fraction(money.text(billionths)) == Fraction(billionths, money.UNIT)
    assert money.from_number(money.shown(billionths)) == billionths
