"""Repayment schedules of a loan (还款计划): level payment and equal principal.

The convention reproduces two published totals to the fen: the monthly rate is the yearly rate / 12, unrounded;
the level payment is rounded half-up to the fen; each month's interest is rounded half-up to the fen; the last
instalment repays what is left. Nothing else is rounded.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from ledger.money import rounded, rounded_ratio
from ledger.refusal import Refusal

INSTALMENTS_MAX: Final = 480
"""Months of the longest schedule: forty years, above every term that a ministry ever allowed."""


@dataclass(frozen=True, slots=True)
class Instalment:
    """One month: its number from 1, principal and interest in fen, and the principal left after it."""

    number: int
    principal_fen: int
    interest_fen: int
    left_fen: int

    @property
    def payment_fen(self) -> int:
        return self.principal_fen + self.interest_fen


def month_interest(left_fen: int, annual_rate: Decimal, rounding: str = "fen_half_up") -> int:
    """Interest of one whole month on the principal left, in fen."""
    numerator, denominator = annual_rate.as_integer_ratio()
    return rounded_ratio(numerator * left_fen, 12 * denominator, rounding)


def level_payment(
    principal_fen: int, annual_rate: Decimal, months: int, rounding: str = "fen_half_up"
) -> int:
    """The equal monthly payment (等额本息) in fen; refuses ``loan_months_out_of_range``."""
    _months(months)
    rate = Fraction(annual_rate) / 12
    if not rate:
        return rounded(Fraction(principal_fen, months), rounding)
    growth = (1 + rate) ** months
    return rounded(principal_fen * rate * growth / (growth - 1), rounding)


def level_payment_schedule(
    principal_fen: int, annual_rate: Decimal, months: int, rounding: str = "fen_half_up"
) -> tuple[Instalment, ...]:
    """All instalments of a level-payment loan (等额本息); the last one repays the remaining principal."""
    payment_fen = level_payment(principal_fen, annual_rate, months, rounding)
    return _schedule(principal_fen, annual_rate, months, payment_fen, None, rounding)


def equal_principal_schedule(
    principal_fen: int, annual_rate: Decimal, months: int, rounding: str = "fen_half_up"
) -> tuple[Instalment, ...]:
    """All instalments of an equal-principal loan (等额本金); the last one repays the remaining principal."""
    _months(months)
    part_fen = rounded(Fraction(principal_fen, months), rounding)
    return _schedule(principal_fen, annual_rate, months, None, part_fen, rounding)


def _schedule(
    principal_fen: int,
    annual_rate: Decimal,
    months: int,
    payment_fen: int | None,
    part_fen: int | None,
    rounding: str,
) -> tuple[Instalment, ...]:
    """Either the payment or the principal of each month is fixed; the other follows from the interest."""
    instalments: list[Instalment] = []
    left_fen = principal_fen
    for number in range(1, months + 1):
        interest_fen = month_interest(left_fen, annual_rate, rounding)
        repaid_fen = part_fen if payment_fen is None else payment_fen - interest_fen
        repaid_fen = left_fen if number == months or repaid_fen is None else min(repaid_fen, left_fen)
        left_fen -= repaid_fen
        instalments.append(Instalment(number, repaid_fen, interest_fen, left_fen))
    return tuple(instalments)


def _months(months: int) -> None:
    if not 1 <= months <= INSTALMENTS_MAX:
        raise Refusal("loan_months_out_of_range", months=months, months_max=INSTALMENTS_MAX)
