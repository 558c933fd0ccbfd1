"""The books of the subsidy money (补助资金专户专账): a chart of their own, every code begins with ``S``.

They never mix with the fund's: no entry touches both, and each balances by itself. What was voted stands in S201 by
its source, what was paid in S411 by its purse, until the year's budget is closed; what is owed back stands in S119
against S219.recovery, because it goes to the treasury when it comes in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ledger.books.chart import CHART, Subject
from ledger.streams import budget, grant, pool, roll, rollrun
from ledger.streams.base import Event

SUBSIDY_CHART: Final = {
    subject.code: subject
    for subject in (
        Subject("S101", "补助资金存款", "Subsidy deposits at bank", "debit"),
        Subject("S119", "应收退回补贴", "Subsidies to be paid back", "debit"),
        Subject("S201", "补助资金", "Budget funds received", "credit"),
        Subject("S219", "应付款", "Held for payees and the treasury", "credit"),
        Subject("S411", "补贴支出", "Subsidies paid", "debit"),
    )
}

BOOKS: Final = {"fund": CHART, "subsidy": SUBSIDY_CHART}
"""The two sets of books with their charts (专户专账)."""

BANK, RECEIVABLE, RECOVERED = "S101", "S119", "S219.recovery"

Line = tuple[str, int]


def book_of(code: str) -> str:
    """Which books a code belongs to: ``fund`` or ``subsidy``."""
    return "subsidy" if code.startswith("S") else "fund"


def subject_of(code: str) -> Subject | None:
    """The subject of a code or of its sub-account, in the chart of its own books."""
    return BOOKS[book_of(code)].get(code.partition(".")[0])


def funds(fund: str) -> str:
    """The account of the money that came from a source."""
    return f"S201.{fund}"


def paid(purse: str) -> str:
    """The account of what was paid out of a purse."""
    return f"S411.{purse}"


def lines(*pairs: Line) -> tuple[Line, ...]:
    """The lines of an entry that move anything."""
    return tuple(pair for pair in pairs if pair[1])


def spent(purse: str, amount_fen: int, set_off_fen: int = 0) -> tuple[Line, ...]:
    """A payment out of a purse, less what was set off against a demand."""
    return lines((paid(purse), amount_fen), (BANK, set_off_fen - amount_fen), (RECEIVABLE, -set_off_fen))


def _returned(event: budget.Returned) -> tuple[Line, ...]:
    source = funds(event.fund) if event.what == "unspent" else RECOVERED
    return lines((source, event.amount_fen), (BANK, -event.amount_fen))


def _repaid(event: grant.Repaid) -> tuple[Line, ...]:
    """What was set off is booked by the payment that it was set off against."""
    if event.how == "set_off":
        return ()
    return lines((BANK, event.amount_fen), (RECEIVABLE, -event.amount_fen))


def _list_paid(event: rollrun.ListPaid) -> tuple[Line, ...]:
    """A list stands in the books itself where its lines do not."""
    return () if event.by_line else _kept(event.purse, event.amount_fen, event.kept_fen)


def _line_paid(event: roll.Paid) -> tuple[Line, ...]:
    """A line of an older list stands in the books with its list."""
    return _kept(event.purse, event.amount_fen, sum(event.kept.values())) if event.purse else ()


def _kept(purse: str, amount_fen: int, kept_fen: int) -> tuple[Line, ...]:
    """What is kept back for another budget is spent here and owed to the treasury there."""
    return lines((paid(purse), amount_fen + kept_fen), (BANK, -amount_fen), (RECOVERED, -kept_fen))


def _roll_repaid(event: roll.Repaid) -> tuple[Line, ...]:
    """A set-off takes the demand away; the money is owed to the treasury when the other entry's payment keeps it back."""
    source = RECOVERED if event.how == "set_off" else BANK
    return lines((source, event.amount_fen), (RECEIVABLE, -event.amount_fen))


SUBSIDY_RULES: Final[dict[type[Event], Callable[[Any], tuple[Line, ...]]]] = {
    budget.Voted: lambda e: lines((BANK, e.amount_fen), (funds(e.fund), -e.amount_fen)),
    budget.Adjusted: lambda e: lines((BANK, e.amount_fen), (funds(e.fund), -e.amount_fen)),
    budget.Returned: _returned,
    budget.Closed: lambda e: lines((funds(e.fund), e.spent_fen), (paid(e.purse), -e.spent_fen)),
    grant.Paid: lambda e: spent(e.purse, e.amount_fen, e.set_off_fen),
    grant.PaymentUndone: lambda e: lines((BANK, e.amount_fen), (paid(e.purse), -e.amount_fen)),
    grant.Reclaimed: lambda e: lines((RECEIVABLE, e.amount_fen), (RECOVERED, -e.amount_fen)),
    grant.Repaid: _repaid,
    pool.Paid: lambda e: spent(e.purse, e.amount_fen),
    rollrun.ListPaid: _list_paid,
    roll.Paid: _line_paid,
    roll.PaymentUndone: lambda e: _kept(e.purse, -e.amount_fen, -sum(e.kept.values())),
    roll.Reclaimed: lambda e: lines((RECEIVABLE, e.amount_fen), (RECOVERED, -e.amount_fen)),
    roll.Repaid: _roll_repaid,
    roll.DemandWithdrawn: lambda e: lines((RECOVERED, e.amount_fen), (RECEIVABLE, -e.amount_fen)),
    grant.DemandWithdrawn: lambda e: lines((RECOVERED, e.amount_fen), (RECEIVABLE, -e.amount_fen)),
}
