"""Several payees of one amount: the fen add up to the whole, each gets his share but for less than one fen."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.money import divided
from ledger.payees import Payee, first_of, parts
from ledger.refusal import Refusal

FEN = st.integers(min_value=0, max_value=10**12)


@given(FEN, st.lists(st.integers(min_value=1, max_value=10**6), min_size=1, max_size=12))
def test_a_total_is_divided_to_the_fen(total: int, weights: list[int]) -> None:
    found = divided(total, weights)
    assert sum(found) == total
    for part, weight in zip(found, weights, strict=True):
        assert abs(part - Fraction(total * weight, sum(weights))) < 1


@given(
    st.integers(min_value=1, max_value=10**12),
    FEN,
    st.lists(st.integers(min_value=1, max_value=99), min_size=1, max_size=6),
)
def test_principal_and_interest_of_heirs_add_up_and_none_is_below_zero(
    principal: int, interest: int, weights: list[int]
) -> None:
    shares = [Fraction(one, sum(weights)) for one in weights]
    heirs = [Payee(f"H{number}", str(share)) for number, share in enumerate(shares)]
    found = parts("A1.4", heirs, principal, interest)
    assert sum(one.principal_fen for one in found) == principal
    assert sum(one.interest_fen for one in found) == interest
    assert min(min(one.principal_fen, one.interest_fen) for one in found) >= 0
    assert len({one.payment for one in found}) == len(found)
    assert {first_of(one.payment) for one in found} == {"A1.4"}
    for one in found:
        share = next(share for heir, share in zip(heirs, shares, strict=True) if heir.person == one.person)
        assert abs(one.principal_fen + one.interest_fen - share * (principal + interest)) < 1


def test_of_equal_remainders_the_earlier_payee_gets_the_fen() -> None:
    assert divided(100, [1, 1, 1]) == [34, 33, 33]
    assert divided(200, [1, 1, 1]) == [67, 67, 66]


@pytest.mark.parametrize("payment", ["A_1.4", "A1.4_2.3", "A1.10"])
def test_an_account_with_a_number_in_its_name_keeps_its_own_order(payment: str) -> None:
    assert first_of(payment) == payment


def test_a_part_says_who_gets_how_much_of_which_share() -> None:
    (part,) = parts("A1.4", [Payee("H1", "1/1")], 120000, 415)
    assert str(part) == "H1 1/1 1,204.15"


def test_a_sum_below_zero_is_no_sum() -> None:
    with pytest.raises(Refusal, match="payee_share_unclear"):
        parts("A1.4", [Payee("H1", amount_fen=-1), Payee("H2", amount_fen=2)], 1)
