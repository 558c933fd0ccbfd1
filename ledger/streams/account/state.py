"""State of the personal account: the smallest from which decisions can be taken. Months are numbers.

Beside it stands the one answer to who owes which month (欠缴), for booking, reversal, transfer, closing, views and
statements: 葫政发〔2019〕12号 第七至十条; 条例第十七、十九、三十八条. A month is owed by the employer with which the person
was then. A debt stays with its debtor when the person moves on or the account is closed: it is then *left*, and stands
by month in the debtor's own stream too.
"""

from __future__ import annotations

from datetime import date
from itertools import chain
from typing import Final

import msgspec

from ledger.dates import month_of

Spells = tuple[tuple[int, int, str], ...]
"""First month, last month (0 while it runs) and employer of each."""


class Account(msgspec.Struct, frozen=True, gc=False):
    """The smallest state from which decisions about an account can be taken. ``status`` is empty before it exists.

    ``spells`` are the months that each employer owes; one whose last month lies before its first says with whom the
    account stood from then on, while its person did not work. ``missing`` are gaps before the last month that was
    booked, whether anybody owes them or not. ``left_with`` are months whose
    debt was left with an employer by name, ``proven`` bases of single months in fen, ``resumption`` the break that was
    ended by an unsealing and the day on which wages resumed, ``last_month`` the last month that is owed before a break.
    ``freezes`` are fen by court document, 0 for the whole account; ``inherited`` is 1 once heirs were paid.
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
    freezes: dict[str, int] = {}
    base_fen: int = 0
    bases: tuple[tuple[int, int], ...] = ()
    missing: tuple[int, ...] = ()
    reversed: tuple[int, ...] = ()
    broken_on: date | None = None
    broken_how: str = ""
    spells: Spells = ()
    left_with: tuple[tuple[int, str], ...] = ()
    proven: tuple[tuple[int, int], ...] = ()
    resumption: tuple[date, ...] = ()
    last_month: int = 0
    inherited: int = 0

    @property
    def balance_fen(self) -> int:
        return self.carried_fen + self.current_fen

    @property
    def frozen(self) -> str:
        """The court documents that freeze it, or nothing."""
        return "、".join(self.freezes)

    @property
    def frozen_fen(self) -> int:
        """What they freeze together; 0 is the whole account."""
        return sum(self.freezes.values()) if all(self.freezes.values()) else 0


LIVE: Final = frozenset({"normal", "sealed", "centrally_sealed"})


def debtor_of(state: Account, month: int) -> str:
    """The employer that owes a month, or owed it before it was paid; empty where nobody ever did."""
    return next((employer for one, employer in state.left_with if one == month), "") or employer_in(
        state, month
    )


def employer_in(state: Account, month: int) -> str:
    """The employer that owes a month by its spells; empty in a gap and after the break (中断工资关系)."""
    for first, last, employer in reversed(state.spells):
        if first <= month <= (last or owed_until(state, month)):
            return employer
    return ""


def stood_with(state: Account, month: int) -> str:
    """The employer with which the account stood in a month, whether its person worked or not."""
    return next((employer for first, _, employer in reversed(state.spells) if first <= month), state.employer)


def is_open(state: Account, month: int) -> bool:
    """Whether a contribution for a month may still be paid: somebody owes it, or wages stopped in it."""
    unpaid = month in state.missing or month >= max(state.paid_up_to + 1, state.first_month)
    broken_in = month_of(state.broken_on) if state.broken_on else 0
    return unpaid and (month == broken_in or bool(employer_in(state, month)))


def is_left(state: Account, month: int) -> bool:
    """Whether the debt of a month, if there is one, stands in its debtor's own stream: its person has moved on."""
    named = any(one == month for one, _ in state.left_with)
    return named or month < state.employer_since or employer_in(state, month) not in ("", state.employer)


def unpaid_months(state: Account, through: int) -> list[int]:
    """Months up to ``through`` for which the present employer owes a contribution that was not booked."""
    if state.status not in LIVE:
        return []
    return [month for month in _open_months(state, through) if not is_left(state, month)]


def left_months(state: Account) -> list[tuple[int, str]]:
    """``(month, debtor)`` of all months whose debt was left with the employer that owes it."""
    ends = (last for _, last, _ in state.spells)
    through = max(
        chain((state.employer_since - 1,), state.missing, (month for month, _ in state.left_with), ends)
    )
    found = [month for month in _open_months(state, through) if is_left(state, month)]
    return [(month, debtor_of(state, month)) for month in found]


def _open_months(state: Account, through: int) -> list[int]:
    """Months that somebody owes and that are not booked: the gaps before the last one that is, and all after it."""
    after_the_paid = range(max(state.paid_up_to + 1, state.first_month), through + 1)
    gaps = (month for month in state.missing if month <= through)
    return sorted(month for month in {*gaps, *after_the_paid} if employer_in(state, month))


def owed_until(state: Account, without_break: int) -> int:
    """The last month that is owed where a relation is broken; an older break says none, and its own month is owed."""
    return (state.last_month or month_of(state.broken_on)) if state.broken_on else without_break


# ---------------------------------------------------------------- spells


def ended(spells: Spells, last: int) -> Spells:
    """The spells when the running one ends with a month; one without a month of its own says with whom it stood."""
    if not spells or spells[-1][1]:
        return spells
    *earlier, (first, _, employer) = spells
    return (*earlier, (first, max(last, first - 1), employer))


def cut(spells: Spells, last: int) -> Spells:
    """The spells when nothing of them is owed after a month; the running one ends otherwise."""
    return tuple((first, end and max(min(end, last), first - 1), employer) for first, end, employer in spells)


def hired(spells: Spells, month: int, last: int, employer: str) -> Spells:
    """The spells when the running one ends with ``last`` and another employer owes from its first month on."""
    return (*cut(ended(spells, last), month - 1), (month, 0, employer))


def resumed(spells: Spells, month: int, last: int) -> Spells:
    """The spells when wages resume in a month, after a break with ``last`` as the last month that was owed.

    They resume with the employer of that month; who took the account over in a restructuring since, owes from then on.
    """
    *earlier, (first, _, employer) = spells or ((month, 0, ""),)
    if month >= first or not earlier:
        return (*ended(spells, last), (month, 0, employer))
    return (*ended(resumed(tuple(earlier), month, last), first - 1), (first, 0, employer))
