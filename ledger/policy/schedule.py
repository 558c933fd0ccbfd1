"""What repayment schedules of loans are made of (还款计划): days, interest and the level payment.

The convention reproduces two published totals to the fen: the monthly rate is the yearly rate / 12, unrounded;
the level payment is rounded half-up to the fen; each month's interest is rounded half-up to the fen; the last
instalment repays what is left. Nothing else is rounded.
"""

from __future__ import annotations

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


def _months(months: int) -> None:
    if not 1 <= months <= INSTALMENTS_MAX:
        raise Refusal("loan_months_out_of_range", months=months, months_max=INSTALMENTS_MAX)
