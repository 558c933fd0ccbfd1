"""Schedules of loans: the published totals to the fen, and what must hold for every loan."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.money import rounded
from ledger.policy.loan_terms import Terms
from ledger.policy.schedule import level_payment
from ledger.refusal import Refusal
from ledger.streams import loan as loans

LOANS = (st.integers(100, 10**9), st.integers(0, 600), st.integers(1, 120))


def schedule(method: str, amount_fen: int, rate: Decimal, months: int) -> list[loans.Due]:
    """Every instalment of a loan as it was paid out."""
    signed = loans.Loan(
        status="signed",
        method=method,
        amount_fen=amount_fen,
        months=months,
        security=(("mortgage", "M1", "P1"),),
    )
    (disbursed, *_) = loans.disburse(signed, "L1", rate, Terms(), "L1.1", {}, date(2019, 8, 15))
    return list(loans.schedule(loans.evolve(signed, disbursed), Terms()))


def table(method: str, left_fen: int, rate: Decimal, months: int) -> list[tuple[int, int]]:
    """Principal and interest of each month as a bank's table has them: the rest at the end, and no row for nothing."""
    level_fen, rows = level_payment(left_fen, rate, months), []
    part_fen = rounded(Fraction(left_fen, months), "fen_half_up")
    for number in range(1, months + 1):
        interest_fen = rounded(left_fen * rate / 12, "fen_half_up")
        principal_fen = level_fen - interest_fen if method == "level_payment" else part_fen
        principal_fen = left_fen if number == months else min(principal_fen, left_fen)
        left_fen -= principal_fen
        rows.append((principal_fen, interest_fen))
        if not left_fen:
            break
    return rows


def interest(rate: str) -> int:
    return sum(part.interest_fen for part in schedule("level_payment", 120_000_000, Decimal(rate), 360))


def test_the_two_published_savings_are_reproduced_to_the_fen():
    assert interest("0.0285") - interest("0.026") == 5_710_085
    assert interest("0.03325") - interest("0.03075") == 5_907_001


@pytest.mark.parametrize(
    ("principal", "rate", "payment"),
    [(120_000_000, "0.026", 480_408), (100_000_000, "0.026", 400_340), (100_000_000, "0.0285", 413_557)],
)
def test_the_known_monthly_payments_are_reproduced(principal, rate, payment):
    assert level_payment(principal, Decimal(rate), 360) == payment


@given(*LOANS)
def test_principal_parts_add_up_and_nothing_is_left(principal, points, months):
    for method in ("level_payment", "equal_principal"):
        parts = schedule(method, principal, Decimal(points) / 10000, months)
        rows = table(method, principal, Decimal(points) / 10000, months)
        assert [(part.principal_fen, part.interest_fen) for part in parts] == rows
        assert len(parts) == months or principal < 100 * months
        assert sum(part.principal_fen for part in parts) == principal
        assert parts[-1].left_fen == 0
        assert all(part.interest_fen >= 0 for part in parts)


@given(st.integers(10**6, 10**9), st.integers(1, 600), st.integers(1, 120))
def test_a_higher_rate_never_lowers_the_payment(principal, points, months):
    rate = Decimal(points) / 10000
    assert level_payment(principal, rate + Decimal("0.0001"), months) >= level_payment(
        principal, rate, months
    )


def test_a_schedule_without_months_is_refused():
    with pytest.raises(Refusal, match="loan_months_out_of_range"):
        level_payment(100, Decimal("0.03"), 0)
