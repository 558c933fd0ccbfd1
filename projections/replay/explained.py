"""What an event explains is what it books (所记即所释): for each type with both, its amounts beside its explanation.

Every explanation is performed again by the check of decisions; here stands what the event made of it, which the
invariants compare. A test fails for a type that has an explanation and amounts and stands in none of the three tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from ledger.streams import employer, grant, loan, penalty, person, pool, result, roll
from ledger.streams.account import Withdrawn

Compared = tuple[Any, Any]
"""``(recorded, explained)``."""


def explanations_of(body: Any) -> Iterator[dict[str, Any]]:
    """Every explanation that an event keeps of single decisions, by whatever name."""
    single = (getattr(body, name, None) for name in ("explanation", "conditions", "term"))
    for stored in (*single, *getattr(body, "proofs", ())):
        if isinstance(stored, dict) and "rule" in stored:
            yield stored


def _values(stored: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = stored.get("values", {})
    return found


def _arrears_assigned(body: employer.ArrearsAssigned) -> Compared:
    """Months and shares add up to the total; with a proven wage they are what the rule gives for that wage."""
    by_month_fen = sum(body.months.values())
    recorded: list[Any] = [body.total_fen, by_month_fen]
    explained: list[Any] = [body.total_fen, body.total_fen]
    if body.employer_fen:  # an older event does not say the shares
        recorded.append(body.employer_fen + body.employee_fen)
        explained.append(body.total_fen)
    if body.proofs:
        values = [_values(proof) for proof in body.proofs]
        wages = {proof["inputs"].get("evidenced_wage_fen") for proof in body.proofs}
        recorded += [body.employer_fen, body.employee_fen, body.total_fen]
        explained += [sum(one.get(name, 0) for one in values) for name in _SHARES]
        bounds = {
            (one["inputs"]["avg_monthly_wage_prior_year_fen"], _values(one)["base_fen"])
            for one in body.bounds
        }
        # An older event took the wage as it was proven.
        recorded.append({(body.base_fen, base) for base in wages})
        explained.append(bounds or {(base, base) for base in wages})
    return recorded, explained


_SHARES: Final = ("unit_fen", "employee_fen", "total_fen")


def _assessed(body: loan.Assessed) -> Compared:
    limit, term = _values(body.explanation), _values(body.term)
    explained = limit.get("limit_fen"), limit.get("binding"), term.get("months_max")
    return (body.limit_fen, body.binding, body.months_max), explained


def _fee_paid(body: loan.GuaranteeFeePaid) -> Compared:
    return body.amount_fen, _values(body.explanation).get("fee_fen")


def _distributed(body: result.Distributed) -> Compared:
    """The reserve is what is required, or all that there is where it does not reach."""
    shares_fen = body.reserve_fen + body.management_fen + body.housing_fen
    required_fen = _values(body.explanation).get("required_fen")
    return body.reserve_fen, None if required_fen is None else min(required_fen, shares_fen)


EXPLAINED: Final[dict[type, Callable[[Any], Compared]]] = {
    employer.ArrearsAssigned: _arrears_assigned,
    loan.Assessed: _assessed,
    loan.GuaranteeFeePaid: _fee_paid,
    result.Distributed: _distributed,
}
"""What an event recorded and what its explanation gives for it."""

COMPARED_ELSEWHERE: Final[dict[type, str]] = {
    Withdrawn: "projections.replay.invariants",
    loan.Disbursed: "projections.replay.loan_check",
    grant.Approved: "projections.replay.subsidy_check",
    roll.Admitted: "projections.replay.roll_check",
    roll.Changed: "projections.replay.roll_check",
    pool.Counted: "projections.replay.roll_check",
}
"""Types whose amounts need more than the event: the check that folds what they need."""

NOT_OF_THE_AMOUNT: Final[dict[type, str]] = {
    penalty.Proposed: "the explanation is of the body's authority; the amount is chosen within the bounds of the law",
    penalty.Decided: "the explanation is of the body's authority; the amount is at most what was proposed",
    person.FraudulentWithdrawalEstablished: "the explanation is of the law that governs; the amount is the payment's own",
    person.UnlawfulLoanEstablished: "the explanation is of the law that governs; the amount is what is left of the loan",
}
"""Types whose explanation says nothing about their amounts, and why."""
