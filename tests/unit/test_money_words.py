"""Amounts in words, by the examples of the payment-settlement rules (支付结算办法 附一) and at their edges."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.limits import AMOUNT_FEN_MAX
from ledger.money_words import in_words
from ledger.refusal import Refusal

GOLDEN = {
    140950: "壹仟肆佰零玖元伍角",
    600714: "陆仟零柒元壹角肆分",
    168032: "壹仟陆佰捌拾元零叁角贰分",
    10700053: "壹拾万柒仟元零伍角叁分",
    1640902: "壹万陆仟肆佰零玖元零贰分",
    32504: "叁佰贰拾伍元零肆分",
    0: "零元整",
    5: "伍分",
    50: "伍角",
    55: "伍角伍分",
    100: "壹元整",
    1000: "壹拾元整",
    10005: "壹佰元零伍分",
    100000_00: "壹拾万元整",
    100010_00: "壹拾万零壹拾元整",
    1_0000_0000_00: "壹亿元整",
    1_0001_0000_00: "壹亿零壹万元整",
    1_0000_0001_00: "壹亿零壹元整",
    20_0300_4005_06: "贰拾亿零叁佰万肆仟零伍元零陆分",
    6993873471_88: "陆拾玖亿玖仟叁佰捌拾柒万叁仟肆佰柒拾壹元捌角捌分",
    1_0000_0000_0000_00: "壹万亿元整",
    1_0000_0001_0000_00: "壹万亿零壹万元整",
    1_0001_0000_0000_00: "壹万零壹亿元整",
    AMOUNT_FEN_MAX: "壹拾万亿元整",
}


@pytest.mark.parametrize(("fen", "words"), GOLDEN.items())
def test_an_amount_in_words_is_what_the_rules_write(fen: int, words: str) -> None:
    assert in_words(fen) == "人民币" + words


def test_a_negative_amount_and_one_too_large_have_no_words() -> None:
    with pytest.raises(Refusal, match="amount_not_in_words"):
        in_words(-1)
    with pytest.raises(Refusal, match="amount_too_large"):
        in_words(AMOUNT_FEN_MAX + 1)


def _value(words: str) -> int:
    """The amount that words say, read by a grammar of its own."""
    digits = {character: value for value, character in enumerate("零壹贰叁肆伍陆柒捌玖")}
    units = {"拾": 10, "佰": 100, "仟": 1000}
    fen = total = group = digit = 0
    for character in words.removeprefix("人民币").removesuffix("整"):
        if character in digits:
            digit = digits[character]
        elif character in units:
            group, digit = group + digit * units[character], 0
        elif character in "万亿":
            total = (total + group + digit) * (10_000 if character == "万" else 10**8)
            if character == "万":
                fen, total = fen + total, 0
            else:
                fen, total = fen * 10**8 + total, 0
            group = digit = 0
        elif character == "元":
            fen, group, digit = (fen + group + digit) * 100, 0, 0
        else:
            fen, digit = fen + digit * (10 if character == "角" else 1), 0
    return fen


@given(st.integers(0, AMOUNT_FEN_MAX))
def test_words_say_the_amount_and_never_two_zeros_in_a_row(fen: int) -> None:
    words = in_words(fen)
    assert _value(words) == fen
    assert "零零" not in words
    assert words.endswith("整") == (fen % 100 == 0)
