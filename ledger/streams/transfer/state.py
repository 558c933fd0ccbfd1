"""The smallest state from which transfers between cities are decided."""

from __future__ import annotations

from datetime import date

import msgspec


class Transfer(msgspec.Struct, frozen=True):
    """Where a letter stands. ``status``: ``applied``, then the code of the national platform.

    ``since`` is the day of that status and ``due_on`` the last day of what comes next. ``booked`` names the one movement
    of an account that stands for the letter. ``months`` is -1 while nobody has said.
    """

    direction: str = ""
    status: str = ""
    person: str = ""
    account: str = ""
    centre: str = ""
    account_there: str = ""
    series: str = ""
    rounds: int = 0
    principal_fen: int = 0
    interest_fen: int = 0
    months: int = 0
    six_months: bool = False
    loans: int = 0
    unsettled_loan: bool = False
    fraud: bool = False
    bans: dict[str, date] = msgspec.field(default_factory=dict)
    paid_up_to: str = ""
    opened_on: date | None = None
    receipts: dict[str, int] = msgspec.field(default_factory=dict)
    bank_references: tuple[str, ...] = ()
    payment: str = ""
    booked: str = ""
    since: date | None = None
    due_on: date | None = None
    cancel_asked: bool = False
    money_back: bool = False
    ended_on: date | None = None
