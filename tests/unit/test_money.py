"""Money is an integer number of fen; what people write is read exactly or refused."""

from contextlib import suppress
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.limits import AMOUNT_FEN_MAX
from ledger.money import ROUNDINGS, format_fen, parse_rate, parse_yuan, rounded
from ledger.refusal import Refusal

FEN = st.integers(-AMOUNT_FEN_MAX, AMOUNT_FEN_MAX)


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("1234.50", 123450),
        ("1,234.50", 123450),
        ("1,234,567", 123456700),
        ("１，２３４．５０", 123450),
        ("￥1 234.5", 123450),
        (" 12.30元 ", 1230),
        ("0", 0),
        ("-0.01", -1),
        ("+3", 300),
        ("1.2300", 123),
        ("10,000,000,000,000.00", AMOUNT_FEN_MAX),
    ],
)
def test_an_amount_is_read_as_people_write_it(text, fen):
    assert parse_yuan(text) == fen


@given(FEN)
def test_an_amount_that_was_written_is_read_back(fen):
    assert parse_yuan(format_fen(fen)) == fen


@given(st.text(max_size=12))
def test_any_text_is_an_amount_or_a_refusal(text):
    with suppress(Refusal):
        assert abs(parse_yuan(text)) <= AMOUNT_FEN_MAX


@pytest.mark.parametrize(
    ("text", "rate"),
    [("0.12", "0.12"), ("12%", "0.12"), ("5％", "0.05"), ("1", "1"), ("0.035750", "0.035750")],
)
def test_a_rate_is_read_exactly(text, rate):
    assert parse_rate(text) == Decimal(rate)


@given(st.decimals(0, 1, places=6, allow_nan=False))
def test_a_rate_that_was_written_is_read_back(rate):
    assert parse_rate(format(rate, "f")) == rate


@pytest.mark.parametrize(
    ("exact", "mode", "fen"),
    [
        ("32712.5", "fen_half_up", 32713),
        ("32712.4999", "fen_half_up", 32712),
        ("32712.0001", "fen_up", 32713),
        ("32712.9999", "fen_floor", 32712),
        ("32750", "yuan_half_up", 32800),
        ("32749.99", "yuan_half_up", 32700),
        ("32701", "yuan_up", 32800),
        ("32799", "yuan_down", 32700),
        ("32705", "jiao_half_up", 32710),
        ("32709", "jiao_down", 32700),
        ("32701", "jiao_up", 32710),
    ],
)
def test_each_rounding_has_its_name(exact, mode, fen):
    assert rounded(Decimal(exact), mode) == fen


@given(st.integers(0, 10**12), st.integers(1, 10**4), st.sampled_from(sorted(ROUNDINGS)))
def test_a_fraction_is_rounded_within_one_unit_and_by_the_same_rule_as_a_decimal(numerator, scale, mode):
    unit = {"fen": 1, "jiao": 10, "yuan": 100}[mode.split("_")[0]]
    exact = Fraction(numerator, scale)
    fen = rounded(exact, mode)
    assert fen % unit == 0
    assert abs(fen - exact) < unit
    if scale in (1, 2, 4, 5, 8, 10, 100, 1000):
        assert fen == rounded(Decimal(numerator) / Decimal(scale), mode)


def test_a_rounding_without_a_name_is_refused():
    with pytest.raises(Refusal) as refused:
        rounded(Decimal(1), "bankers")
    assert refused.value.code == "rounding_unknown"
