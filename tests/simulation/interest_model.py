"""What a member's money earns, written from the law and from nothing of the program (条例第二十一条; 银发〔2016〕43号).

Interest runs from the day on which money is booked to the account: the first day counts, the day on which it leaves does
not. Since 2016-02-21 one yearly rate stands on the whole account. The days of a fund year (1 July to 30 June) are added up
and rounded once, half up to the fen; what was earned joins the balance on 30 June and earns from 1 July. Who is paid off
in mid-year gets what he earned up to the day before, rounded, and that interest leaves on the day on which it joins; what
turns out later to have stood in the account earns in two stretches, to that day and from it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True)
class Terms:
    """What the notices leave to a parameter: the yearly rate and the days of a year."""

    rate: Decimal = Decimal("0.015")
    days: int = 360


@dataclass(frozen=True)
class Moved:
    """Money that came to the account on a day, or left it (negative).

    A payment that ``pays_off`` took everything, and ``interest`` of it was of the running year.
    """

    day: date
    fen: int
    interest: int = 0
    pays_off: bool = False


@dataclass
class Saver:
    """One account as it truly was, in whatever order that was learned. A fact that was wrong is taken out again."""

    terms: Terms = Terms()
    facts: dict[int, Moved] = field(default_factory=dict)
    late: list[Moved] = field(default_factory=list)
    """Interest that was never earned and had been spent: it is taken back on a later day, and costs nothing until then."""

    def interest(self, year: int, until: date | None = None) -> int:
        """What the days of a fund year earned, in fen; ``until`` a day that does not count any more."""
        first, end = date(year, 7, 1), min(until or date.max, date(year + 1, 7, 1))
        ends = sorted({one.day for one in self.facts.values() if one.pays_off and first < one.day < end})
        stretches = zip([first, *ends], [*ends, end], strict=True)
        return sum(self._rounded(self._fen_days(first, start, stop)) for start, stop in stretches)

    def _rounded(self, fen_days: int) -> int:
        exact = Decimal(fen_days) * self.terms.rate / self.terms.days
        return int(exact.quantize(Decimal(1), ROUND_HALF_UP))

    def _fen_days(self, first: date, start: date, stop: date) -> int:
        """The balances at the end of the days from ``start`` until before ``stop``, in a year that began on ``first``."""
        total, balance, day = 0, self._before(first), start
        for moved in sorted([*self.facts.values(), *self.late], key=lambda one: one.day):
            if first <= moved.day < stop:
                total += balance * max(0, (moved.day - day).days)
                balance, day = balance + moved.fen + moved.interest, max(day, moved.day)
        return total + balance * max(0, (stop - day).days)

    def _before(self, day: date) -> int:
        """What stood on the eve of a fund year, all interest of the years before it included."""
        moved = sum(one.fen for one in [*self.facts.values(), *self.late] if one.day < day)
        return moved + self._earned(day.year)

    def _earned(self, before: int) -> int:
        first = min((_fund_year(one.day) for one in self.facts.values()), default=before)
        return sum(self.interest(year) for year in range(first, before))

    def taken_late(self, year: int, fen: int, day: date) -> None:
        """Too much interest of a year, a negative sum, leaves on a day instead of the end of the year."""
        self.late += [Moved(date(year + 1, 7, 1), -fen), Moved(day, fen)]

    def due(self, day: date) -> Moved:
        """All that belongs to the member on a day after which nothing moved, as a payment of it, to be put to the facts."""
        year = _fund_year(day)
        earned = self.interest(year, day)
        paid = sum(one.interest for one in self.facts.values() if _fund_year(one.day) == year)
        whole = sum(one.fen for one in self.facts.values()) + self._earned(year) + earned
        return Moved(day, -whole, earned - paid, pays_off=True)


def contribution(base: str, rate: str) -> int:
    """A month's contribution in fen: both sides, each rounded half up to the fen (第四、五条)."""
    side = (Decimal(base) * 100 * Decimal(rate)).quantize(Decimal(1), ROUND_HALF_UP)
    return 2 * int(side)


def _fund_year(day: date) -> int:
    return day.year if day.month >= 7 else day.year - 1
