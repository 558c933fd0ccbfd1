"""State of the personal account: the smallest from which decisions can be taken. Months are numbers."""

from __future__ import annotations

from datetime import date

import msgspec


class Account(msgspec.Struct, frozen=True, gc=False):
    """The smallest state from which decisions about an account can be taken. ``status`` is empty before it exists.

    ``spells`` are the months with each employer: first, last (0 while it runs), employer. ``left_with`` are months whose
    debt was left with an employer by name, ``proven`` bases of single months in fen, ``resumption`` the break that was
    ended by an unsealing and the day on which wages resumed.
    """

    person: str = ""
    employer: str = ""
    status: str = ""
    opened_on: date | None = None
    joined_on: date | None = None
    carried_fen: int = 0
    current_fen: int = 0
    fund_year: int = 0
    paid_up_to: int = 0
    first_month: int = 0
    employer_since: int = 0
    months: int = 0
    moved_on: date | None = None
    frozen: str = ""
    frozen_fen: int = 0
    base_fen: int = 0
    bases: tuple[tuple[int, int], ...] = ()
    missing: tuple[int, ...] = ()
    reversed: tuple[int, ...] = ()
    broken_on: date | None = None
    broken_how: str = ""
    spells: tuple[tuple[int, int, str], ...] = ()
    left_with: tuple[tuple[int, str], ...] = ()
    proven: tuple[tuple[int, int], ...] = ()
    resumption: tuple[date, ...] = ()

    @property
    def balance_fen(self) -> int:
        return self.carried_fen + self.current_fen
