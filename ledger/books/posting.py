"""The posting rule of each money event: a pure function from the event to balanced journal lines.

财会字〔1999〕33号. Debits are positive and credits negative fen, so a balanced entry sums to zero. Held money stands in
219; the sub-account ``219.opening`` holds the members' total of an older system until it is attributed to persons.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ledger.books.loans import LOAN_RULES
from ledger.books.payments import PAYMENT_RULES
from ledger.books.subsidies import SUBSIDY_RULES
from ledger.streams import account, general_ledger, period, receipt, result, year
from ledger.streams.base import Event

Line = tuple[str, int]
"""``(code, fen)``: debit positive, credit negative. A code may carry a sub-account after a dot."""

BANK, MEMBERS, HELD, HELD_OPENING = "101", "201", "219", "219.opening"
INTEREST_PAYABLE, INTEREST_EXPENSE = "211", "411.members"
NO_HEIR_INCOME = "401.no_heir"
RESULT, UNDISTRIBUTED = "311", "321.undistributed"


def entry(debit: str, credit: str, fen: int) -> tuple[Line, ...]:
    """One amount from one account to another; a negative amount goes the other way."""
    return ((debit, fen), (credit, -fen)) if fen else ()


def _deposited(event: account.Deposited) -> tuple[Line, ...]:
    """缴存分摊: bank or held money becomes the employee's."""
    source = HELD if event.source == "held" else BANK
    return entry(source, MEMBERS, event.employer_fen + event.employee_fen)


def _reversed(event: account.EntryReversed) -> tuple[Line, ...]:
    """冲账: the entry of the original the other way round; a contribution goes back to the held money."""
    return entry(_OTHER_SIDE[event.money], MEMBERS, event.carried_fen + event.current_fen)


_OTHER_SIDE: Final = {
    "bank": BANK,
    "held": HELD,
    "opening": HELD_OPENING,
    "interest": INTEREST_PAYABLE,
    "value_added": NO_HEIR_INCOME,
}
"""Where the other side of a movement of a member stands, by the word that its event has for it."""


def _withdrawn(event: account.Withdrawn | account.RemainderPaid) -> tuple[Line, ...]:
    """提取: out of the bank, or, where nobody inherits, into income, which reaches 311 when the month is closed."""
    return entry(MEMBERS, _OTHER_SIDE[event.to or "bank"], event.carried_fen + event.current_fen)


def _received(event: receipt.Received) -> tuple[Line, ...]:
    """暂收: money from the bank is held; what came from a reversal was held by that reversal's own entry."""
    return entry(BANK, HELD, event.amount_fen) if event.source == "bank" else ()


def _opened(event: general_ledger.Opened) -> tuple[Line, ...]:
    """期初: as it came, the members' total held until attributed."""
    codes = {MEMBERS: HELD_OPENING}
    return tuple((codes.get(code, code), fen) for code, fen in sorted(event.balances.items()) if fen)


def _booked(event: period.EntryBooked) -> tuple[Line, ...]:
    """An entry of a fixed kind: bank interest, fees, treasury, cash of the result."""
    return entry(*period.ENTRIES[event.kind], event.amount_fen)


def _month_closed(event: period.Closed) -> tuple[Line, ...]:
    """期末结转: income and expense go to 311, whatever is left of each."""
    lines = tuple((code, -fen) for code, fen in sorted(event.balances.items()) if fen)
    result_fen = sum(event.balances.values())
    return (*lines, (RESULT, result_fen)) if result_fen else lines


def _distributed(event: result.Distributed) -> tuple[Line, ...]:
    """增值收益分配: each share from 321, whose sub-accounts are closed to the undistributed part."""
    shares = (
        ("321.reserve", "301", event.reserve_fen),
        ("321.management", "214.management", event.management_fen),
        ("321.housing", "214.housing", event.housing_fen),
    )
    return tuple(
        line
        for drawn, goes_to, fen in shares
        for line in (*entry(drawn, goes_to, fen), *entry(UNDISTRIBUTED, drawn, fen))
    )


POSTING_RULES: Final[dict[type[Event], Callable[[Any], tuple[Line, ...]]]] = {
    account.Deposited: _deposited,
    account.BalanceTakenOver: lambda e: entry(HELD_OPENING, MEMBERS, e.carried_fen + e.current_fen),
    account.TransferredIn: lambda e: entry(HELD if e.source == "held" else BANK, MEMBERS, e.amount_fen),
    account.Recovered: lambda e: entry(BANK, MEMBERS, e.amount_fen),
    account.TransferredOut: lambda e: entry(MEMBERS, BANK, e.carried_fen + e.current_fen),
    account.Withdrawn: _withdrawn,
    account.RemainderPaid: _withdrawn,
    account.EntryReversed: _reversed,
    account.InterestCredited: lambda e: entry(INTEREST_PAYABLE, MEMBERS, e.carried_fen + e.current_fen),
    receipt.Received: _received,
    receipt.Returned: lambda e: entry(HELD, BANK, e.amount_fen),
    receipt.Reversed: lambda e: entry(HELD, BANK, e.amount_fen),
    general_ledger.Opened: _opened,
    period.InterestAccrued: lambda e: entry(INTEREST_EXPENSE, INTEREST_PAYABLE, e.amount_fen),
    period.EntryBooked: _booked,
    period.Closed: _month_closed,
    result.Closed: lambda e: entry(RESULT, UNDISTRIBUTED, e.result_fen),
    result.Distributed: _distributed,
    **PAYMENT_RULES,
    **SUBSIDY_RULES,
    **LOAN_RULES,
    year.InterestTruedUp: lambda e: entry(INTEREST_EXPENSE, INTEREST_PAYABLE, e.difference_fen),
}


def post(event: Event) -> tuple[Line, ...]:
    """The journal lines of an event: none where no money moves."""
    rule = POSTING_RULES.get(type(event))
    return rule(event) if rule else ()
