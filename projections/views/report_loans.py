"""Loans in the annual report (建金3-1 201 至 212): issued, recovered, settled, written off, and what they were for.

The balance comes from accounts 121 and 122; what is counted here has to lead from one year's balance to the next.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from ledger.streams import loan

if TYPE_CHECKING:
    from projections.views.report_tally import Seen, Tally

PURPOSES: Final = {
    "new_home": "loans_new_home",
    "second_hand": "loans_second_hand",
    "affordable": "loans_affordable",
    "refinancing": "loans_refinanced",
}
"""The lines of the report by the purposes of 第十三条."""

KINDS: Final = (
    *PURPOSES.values(),
    "loans_first_home", "loans_second_home", "loans_single", "loans_couple", "loans_elsewhere",
)  # fmt: skip


def _applied(tally: Tally, seen: Seen) -> None:
    """What the loan is for stands in its application, and counts when it is paid out."""
    body: loan.Applied = seen.body  # type: ignore[assignment]
    tally.loans[seen.key] = (
        PURPOSES.get(body.purpose, "loans_new_home"),
        "loans_first_home" if body.home_number <= 1 else "loans_second_home",
        "loans_couple" if body.spouse or body.spouse_account else "loans_single",
        *(("loans_elsewhere",) if body.from_centre else ()),
    )


def _disbursed(tally: Tally, seen: Seen) -> None:
    body: loan.Disbursed = seen.body  # type: ignore[assignment]
    tally.add("loans_issued", body.amount_fen, body.effective_on)
    tally.add("loans_issued_count", 1, body.effective_on)
    for kind in tally.loans.get(seen.key, ()):
        tally.add(kind, 1, body.effective_on)


def _adds(figure: str, sign: int = 1) -> Callable[[Tally, Any], None]:
    return lambda tally, seen: tally.add(figure, sign * seen.body.principal_fen, seen.body.effective_on)


LOANS_COUNTED: Final[dict[type, Any]] = {
    loan.Applied: _applied,
    loan.Disbursed: _disbursed,
    loan.Repaid: _adds("loans_recovered"),
    loan.RepaymentReversed: _adds("loans_recovered", -1),
    loan.WrittenOff: _adds("loans_written_off"),
    loan.Settled: lambda tally, seen: tally.add("loans_settled_count", 1, seen.body.effective_on),
}
