"""Repayment schedules of a loan (还款计划): level payment and equal principal.

The convention reproduces two published totals to the fen: the monthly rate is the yearly rate / 12, unrounded;
the level payment is rounded half-up to the fen; each month's interest is rounded half-up to the fen; the last
instalment repays what is left. Nothing else is rounded.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Final

from ledger.dates import first_day, last_day, month_of
from ledger.money import rounded, rounded_ratio
from ledger.refusal import Refusal

YEAR_DAYS: Final = 360
"""Days of a year by which interest on loans is reckoned: twelve months of thirty."""

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


@lru_cache(maxsize=16_384)
def due_day(month: int, repay_day: int) -> date:
    """The repayment day of a month (还款日): its last day where the month is too short."""
    return min(first_day(month) + timedelta(days=repay_day - 1), last_day(month))


@lru_cache(maxsize=16_384)
def counted_days(first: date, last: date, repay_day: int) -> int:
    """Days from a day to a day: thirty from repayment day to repayment day, whatever the month's length.

    Odd days (零头天数) count as they are, up to thirty. So a whole month bears a twelfth of the yearly rate, and the
    parts of a month in which something changed add up to it.
    """
    return _position(last, repay_day) - _position(first, repay_day)


def _position(day: date, repay_day: int) -> int:
    month = month_of(day)
    month -= due_day(month, repay_day) > day
    return 30 * month + min((day - due_day(month, repay_day)).days, 30)


def days_interest(left_fen: int, annual_rate: Decimal, days: int, rounding: str = "fen_half_up") -> int:
    """Interest of counted days on the principal left, in fen, rounded once."""
    numerator, denominator = annual_rate.as_integer_ratio()
    return rounded_ratio(numerator * left_fen * days, YEAR_DAYS * denominator, rounding)


def level_payment(
    principal_fen: int, annual_rate: Decimal, months: int, rounding: str = "fen_half_up"
) -> int:
    """The equal monthly payment (等额本息) in fen; refuses ``loan_months_out_of_range``."""
    _months(months)
    if not annual_rate:
        return rounded(Fraction(principal_fen, months), rounding)
    numerator, denominator = _annuity(annual_rate, months)
    return rounded_ratio(principal_fen * numerator, denominator, rounding)


@lru_cache(maxsize=4096)
def _annuity(annual_rate: Decimal, months: int) -> tuple[int, int]:
    """The level payment of one fen, exact; most loans share their rate and their remaining months with others."""
    rate = Fraction(annual_rate) / 12
    growth = (1 + rate) ** months
    return (rate * growth / (growth - 1)).as_integer_ratio()


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
