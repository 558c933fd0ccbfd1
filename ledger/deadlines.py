"""Deadlines (期限): the last day of a period, and by how many days something came after it.

Events keep the day that the counting gives (``due_on``). Whether a rest day moves the end on is decided here and
nowhere else, so that a view, a guard and an expectation cannot disagree:

- A period of a **party** (citizen or employer: seal, transfer, remittance, opening, review, suit, fine), counted by the
  law in days or months, ends on the next working day: 民法总则第二百零三条, 民法典第二百零三条, for remedies and the
  court 民事诉讼法第八十五条. Make-up workdays (调休上班) are working days.
- A period of the **centre** itself (第二十四、二十五条) ends on the day counted, unless the parameter
  ``centre_period_end`` says otherwise.
- A day that an order, a contract or a plan **names**, and a period in working days, is that day: nothing is moved.

TRAPS: a year whose calendar is not published is refused when the answer depends on it; a view shows the day counted
and no lateness (``late_days_known``), and never a lateness that is guessed.
"""

from __future__ import annotations

from datetime import date
from typing import Final, NamedTuple

from ledger.dates import next_working_day
from ledger.refusal import Refusal

NEXT_WORKING_DAY: Final = "next_working_day"
"""The value of ``centre_period_end`` by which a rest day moves a period of the centre on as well."""


class Deadline(NamedTuple):
    """The end of a period: the day counted, and whether a rest day moves it on."""

    due_on: date
    moves_on: bool

    @property
    def last_day(self) -> date:
        """The last day that is in time; refuses ``calendar_unpublished`` where that is not known yet."""
        return next_working_day(self.due_on) if self.moves_on else self.due_on

    @property
    def last_day_known(self) -> date | None:
        """The same, or nothing while the calendar of its year is not published."""
        try:
            return self.last_day
        except Refusal:
            return None

    @property
    def last_day_shown(self) -> date:
        """The last day where it is known, else the day counted: for a message, never for a judgment."""
        return self.last_day_known or self.due_on

    def is_over(self, on: date) -> bool:
        """Whether a day lies beyond the period; refuses ``calendar_unpublished`` where that depends on the calendar."""
        return on > self.due_on and on > self.last_day

    def late_days(self, on: date) -> int:
        """Calendar days beyond the last day; refuses as ``is_over`` does."""
        return (on - self.last_day).days if self.is_over(on) else 0

    def late_days_known(self, on: date) -> int | None:
        """The same, or nothing while it depends on a calendar that is not published."""
        try:
            return self.late_days(on)
        except Refusal:
            return None


def of_party(due_on: date) -> Deadline:
    """The end of a period that the law gives to a citizen or an employer."""
    return Deadline(due_on, moves_on=True)


def of_centre(due_on: date, period_end: str) -> Deadline:
    """The end of a period of the centre's own, by the value of ``centre_period_end``."""
    return Deadline(due_on, moves_on=period_end == NEXT_WORKING_DAY)


def named(due_on: date) -> Deadline:
    """A day that a document names, or the last of so many working days."""
    return Deadline(due_on, moves_on=False)
