"""State of a loan: the smallest from which decisions can be taken. It is also the loan register (贷款台账)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

import msgspec

from ledger.streams.loan.events import Owed, Standing

RUNNING: Final = "running"
BEFORE_PAYMENT: Final = ("applied", "approved", "signed")
STATUSES: Final = (
    "applied",
    "rejected",
    "given_up",
    "approved",
    "signed",
    RUNNING,
    "written_off",
    "settled",
)
"""From application to the end; ``status`` is empty before it. An overdue loan is running and owes instalments."""


class Loan(msgspec.Struct, frozen=True, gc=False):
    """The smallest state from which decisions about a loan can be taken.

    ``normal_fen`` stands in 121 and ``overdue_fen`` in 122; both together are the principal owed, to the fen. The
    principal of the instalments in ``owed`` is a part of it, in whichever of the two it stands. ``rate_since`` is the day
    from which the rate stands. References of the bank are not here: the events are asked for them (``store.references``).
    """

    status: str = ""
    borrower: str = ""
    account: str = ""
    spouse: str = ""
    spouse_account: str = ""
    co_borrowers: tuple[str, ...] = ()
    from_centre: str = ""
    purpose: str = ""
    home_number: int = 0
    price_fen: int = 0
    amount_fen: int = 0
    months: int = 0
    applied_on: date | None = None
    decide_by: date | None = None
    limit_fen: int = 0
    binding: str = ""
    months_max: int = 0
    bank: str = ""
    bank_owed_fen: int = 0
    commercial_fen: int = 0
    contract: str = ""
    method: str = ""
    repay_day: int = 0
    payee: str = ""
    security: tuple[tuple[str, str, str], ...] = ()
    guarantee_fee_fen: int = 0
    disbursed_on: date | None = None
    disbursed_fen: int = 0
    normal_fen: int = 0
    overdue_fen: int = 0
    rate: Decimal = Decimal(0)
    months_left: int = 0
    next_number: int = 0
    instalment_fen: int = 0
    next_due_on: date | None = None
    interest_from: date | None = None
    accrued_fen: int = 0
    owed: tuple[Owed, ...] = ()
    moved_on: date | None = None
    reversed: tuple[int, ...] = ()
    offset_mode: str = ""
    grade: str = ""
    letters: int = 0
    repay_by: date | None = None
    recourse_fen: int = 0
    written_off_fen: int = 0
    settled_on: date | None = None
    turned_on: date | None = None
    rate_since: date | None = None

    @property
    def balance_fen(self) -> int:
        """The principal owed (贷款余额): 121 and 122."""
        return self.normal_fen + self.overdue_fen

    @property
    def running_fen(self) -> int:
        """The principal that is not due yet: contract interest runs on it."""
        return self.balance_fen - sum(one.principal_fen for one in self.owed)

    @property
    def guarantor(self) -> str:
        """Who stands guarantee, or nobody."""
        return next((giver for kind, _, giver in self.security if kind == "guarantee"), "")

    @property
    def standing(self) -> Standing:
        """Where the schedule stands, as a reversal would put it back."""
        return Standing(
            self.months_left,
            self.next_number,
            self.instalment_fen,
            self.next_due_on,
            self.interest_from,
            self.accrued_fen,
            self.owed,
            self.moved_on,
        )
