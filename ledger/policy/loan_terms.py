"""The terms by which the centre services a loan (贷后管理参数): the parameters of a day, with their versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from ledger.money import rounded_ratio
from ledger.policy.parameters import ParameterValue, PolicyBook

GRADES: Final = ("normal", "special_mention", "substandard", "doubtful", "loss")
"""The five grades (正常、关注、次级、可疑、损失)."""

ORDERED: Final = ("penalty", "overdue_interest", "overdue_principal", "interest", "principal")
"""The kinds of money in which a repayment is allocated; the parameter gives their order."""

_FIELDS: Final = {
    "loan_interest_rounding": "rounding",
    "loan_grace_days": "grace_days",
    "loan_penalty_markup": "penalty_markup",
    "loan_penalty_base": "penalty_base",
    "loan_penalty_day_basis": "penalty_day_basis",
    "loan_overdue_days": "overdue_days",
    "loan_allocation_order": "order",
    "loan_grade_days": "grade_days",
}
"""Each parameter, and the field of the terms that it gives."""


class Terms(NamedTuple):
    """How interest, penalty, allocation, overdue and grades are reckoned on a day."""

    rounding: str = "fen_half_up"
    grace_days: int = 0
    penalty_markup: Decimal = Decimal("0.5")
    penalty_base: tuple[str, ...] = ("overdue_principal", "overdue_interest")
    penalty_day_basis: int = 360
    overdue_days: int = 90
    order: tuple[str, ...] = ORDERED
    grade_days: tuple[int, ...] = (1, 91, 271, 361)
    versions: Mapping[str, str] = {}

    def named(self, *parameters: str) -> tuple[str, ...]:
        """The versions of some parameters, as an event keeps them."""
        return tuple(self.versions[one] for one in parameters if one in self.versions)


def terms_of(book: PolicyBook, on: date, known_on: date) -> Terms:
    """The terms of a day as they were public on another; refuses ``missing_parameter``."""
    return _terms([book.value(name, on, known_on) for name in _FIELDS])


def terms_named(book: PolicyBook, versions: Sequence[str]) -> Terms:
    """The terms that an event names by their versions; what it does not name stands as is usual."""
    return _terms([book.version(version) for version in versions])


def _terms(found: Sequence[ParameterValue]) -> Terms:
    values = {_FIELDS[one.parameter]: one.value for one in found if one.parameter in _FIELDS}
    if "grade_days" in values:
        values["grade_days"] = tuple(row["days"] for row in values["grade_days"])
    return Terms(**values, versions={one.parameter: one.version for one in found})


def penalty(principal_fen: int, interest_fen: int, rate: Decimal, days: int, terms: Terms) -> int:
    """Penalty (罚息) in fen: overdue principal and interest, at the contract rate and its mark-up, by actual days."""
    bases = {"overdue_principal": principal_fen, "overdue_interest": interest_fen}
    base_fen = sum(bases[name] for name in terms.penalty_base)
    numerator, denominator = (rate * (1 + terms.penalty_markup)).as_integer_ratio()
    return rounded_ratio(base_fen * numerator * days, denominator * terms.penalty_day_basis, terms.rounding)


def grade_for(days_overdue: int, grade_days: Sequence[int]) -> str:
    """The grade (五级分类) of a loan by the days of its oldest unpaid instalment."""
    return GRADES[sum(days_overdue >= least for least in grade_days)]


def spread(
    amount_fen: int, owed: Sequence[Mapping[str, int]], order: Sequence[str]
) -> tuple[list[dict[str, int]], int]:
    """What an amount pays of each instalment, kind by kind in their order and the oldest first, and the rest in fen."""
    paid: list[dict[str, int]] = [{} for _ in owed]
    for kind in order:
        for kinds, parts in zip(owed, paid, strict=True):
            parts[kind] = min(amount_fen, kinds.get(kind, 0))
            amount_fen -= parts[kind]
    return paid, amount_fen
