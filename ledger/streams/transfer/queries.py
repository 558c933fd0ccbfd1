"""Questions about a transfer that change nothing."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from ledger.dates import month_of, parse_month
from ledger.deadlines import named
from ledger.streams.transfer.state import Transfer

STATUSES: Final = {
    "applied": ("已受理", "application accepted"),
    "01": ("联系函复核通过", "letter sent"),
    "02": ("联系函确认接收", "letter confirmed"),
    "05": ("转入撤销业务办结", "cancelled"),
    "06": ("协商中", "in negotiation"),
    "08": ("账户信息复核通过", "account information given"),
    "13": ("转出审核不通过", "refused by the sending centre"),
    "00": ("正常办结", "completed"),
    "20": ("协商后业务办结", "completed after negotiation"),
    "40": ("转出失败业务办结", "failed"),
}
"""The nine states of the national platform, and the application before them."""

ENDED: Final = frozenset({"00", "05", "20", "40"})
_LETTER: Final = re.compile(r"\d{6}\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{4}\Z", re.ASCII)


def is_open(state: Transfer) -> bool:
    """Whether a letter is on its way."""
    return bool(state.status) and state.status not in ENDED


def is_letter(text: str) -> bool:
    """Whether a text has the form of a letter's number: centre (6), YYMMDD, four digits."""
    return bool(_LETTER.match(text))


def series_of(centre: str, on: date) -> str:
    """What the numbers of a centre's letters of a day begin with."""
    return f"{centre}{on:%y%m%d}"


def letter_number(centre: str, on: date, number: int) -> str:
    """The number of the n-th letter of a day."""
    return f"{series_of(centre, on)}{number:04d}"


def span_months(state: Transfer) -> int | None:
    """The months from the opening of the account there to the last one paid, both counted, where both are known."""
    if state.opened_on is None or not state.paid_up_to:
        return None
    return parse_month(state.paid_up_to) - month_of(state.opened_on) + 1


def age_days(state: Transfer, on: date) -> int:
    """Calendar days since an open letter has stood where it stands."""
    return (on - state.since).days if state.since and is_open(state) else 0


def late_days(state: Transfer, on: date) -> int:
    """Calendar days beyond the last day of what comes next."""
    return named(state.due_on).late_days(on) if state.due_on and is_open(state) else 0


def due_fen(state: Transfer) -> int:
    """What the account information says is to come, principal and interest together."""
    return state.principal_fen + state.interest_fen
