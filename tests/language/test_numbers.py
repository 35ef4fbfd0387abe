"""Numbers: exact, never rounded in passing; interest."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmdocs.language.money import interest
from rmdocs.language.numbers import (
    UnfitValueError,
    decimal,
    money,
    percent,
    plain,
    round_half_up,
    whole,
)

amounts = st.integers(0, 10**16).map(lambda number: Decimal(number).scaleb(-2))


@pytest.mark.parametrize(
    ("value", "number"), [("1409.50", "1409.50"), (7, "7"), (0.1, "0.1"), (Decimal("1E+2"), "100")]
)
def test_decimal(value, number):
    assert decimal(value) == Decimal(number)


@pytest.mark.parametrize("value", ["1,000", "1.", ".5", "٣", "--1", "1 000", False, (), b"1", None])
def test_no_number(value):
    with pytest.raises(UnfitValueError):
        decimal(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [("30068750", "30,068,750.00"), ("0.5", "0.50"), (None, ""), ("-1234.5", "-1,234.50")],
)
def test_money(value, text):
    assert money(value) == text


@given(amounts)
def test_money_loses_nothing(amount):
    assert Decimal(money(amount).replace(",", "")) == amount


@pytest.mark.parametrize("print_", [money, percent])
def test_nothing_is_rounded_in_passing(print_):
    with pytest.raises(UnfitValueError):
        print_("2.675")


@pytest.mark.parametrize(
    ("value", "text"),
    [("70", "70"), ("6.50", "6.5"), (Decimal("3E+3"), "3000"), ("0.00", "0"), (None, "")],
)
def test_plain_and_percent(value, text):
    assert plain(value) == text
    assert percent(value) == text


def test_round_half_up():
    assert str(round_half_up("2.675")) == "2.68"
    assert str(round_half_up("2.5", 0)) == "3"
    assert str(round_half_up("-0.005")) == "-0.01"
    assert round_half_up("9" * 39) == Decimal("9" * 39)
    for places in (-1, 13, True, "2"):
        with pytest.raises(UnfitValueError):
            round_half_up("1", places)


def test_whole():
    assert whole("12.0") == 12
    with pytest.raises(UnfitValueError):
        whole("12.5")


@pytest.mark.parametrize(
    ("balance", "rate", "days", "basis", "expected"),
    [
        ("30000000.00", "3.30", 25, 360, "68750.00"),
        ("2500000.00", "5.10", 182, 360, "64458.33"),
        ("1.00", "3.65", 50, 365, "0.01"),
        ("1.00", "3.65", 49, 365, "0.00"),
        ("99999999999999.99", "23.999999", 3650, 365, "239999989999999.98"),
        ("100", "3.6", 0, 360, "0.00"),
        ("100", "3.6", -10, 360, "-0.10"),
    ],
)
def test_interest(balance, rate, days, basis, expected):
    assert str(interest(balance, Decimal(rate), days, basis)) == expected


@given(amounts, st.integers(0, 24_000_000), st.integers(0, 4000), st.sampled_from([360, 365]))
def test_interest_is_within_half_a_cent(balance, rate, days, basis):
    rate = Decimal(rate).scaleb(-6)
    got = interest(balance, rate, days, basis)
    # In integers: 2 |got·basis·100 − balance·rate·days| ≤ 0.01·basis·100, half upwards.
    scaled = 10**8
    exact = int(balance.scaleb(2)) * int(rate.scaleb(6)) * days
    distance = int(got.scaleb(2)) * scaled * basis - exact
    assert -scaled * basis < 2 * distance <= scaled * basis


def test_interest_needs_a_year():
    with pytest.raises(UnfitValueError):
        interest("1", "1", 1, 0)
