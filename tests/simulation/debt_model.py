"""Who owes which month (欠缴), written from the law and from nothing of the program (葫政发〔2019〕12号 第四至十条).

An employer owes a month in which the person works for it: from the month of hiring to the month in which the wage or labour
relation breaks, which is owed or not as the centre reads the law where it was not worked whole; of two employers in one
month the later one owes it. Who does not work when employers merge is hired by nobody; where it is learned later that
wages had resumed before, the employer of that day owes, and who took the person over owes from then on. A month is owed
at the base and the rate of that month until it is paid, whatever becomes of the account, and after its payment was taken
back as before it; a deferral (缓缴) puts all of its months off until its last one is over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

Span = tuple[int, int]
"""First and last month, as numbers."""


def month(day: date) -> int:
    return day.year * 12 + day.month - 1


@dataclass
class Employer:
    """Its general rates, its reduced ones and its deferrals by month, who was named to pay which debt, and last."""

    rates: list[tuple[int, Decimal]]
    reduced: list[tuple[Span, Decimal]] = field(default_factory=list)
    deferred: list[Span] = field(default_factory=list)
    named: dict[tuple[str, int], str] = field(default_factory=dict)
    debtor: str = ""

    def rate(self, of: int) -> Decimal:
        for (first, last), rate in self.reduced:
            if first <= of <= last:
                return rate
        return [rate for first, rate in self.rates if first <= of][-1]

    def resume(self, at: int) -> None:
        """Whatever is put off or reduced ends with the month before."""
        self.deferred = [(first, min(last, at - 1)) for first, last in self.deferred if first < at]
        self.reduced = [
            ((first, min(last, at - 1)), rate) for (first, last), rate in self.reduced if first < at
        ]

    def waits(self, of: int, through: int) -> bool:
        """Whether a month is put off by a deferral that is not over."""
        return any(first <= of <= last and last > through for first, last in self.deferred)


@dataclass
class Worker:
    """One account: where the person worked from which month to which, what was paid, and at which base.

    ``first`` is the first month that anybody owes, ``broken`` the break that a resumption of wages has ended,
    ``retired`` how things stood before the closing, and after how many moves.
    """

    employer: str
    bases: list[tuple[int, Decimal]]
    spells: list[tuple[str, int, int | None]] = field(default_factory=list)
    paid: set[int] = field(default_factory=set)
    since: date = date.min
    stands: list[tuple[date, str]] = field(default_factory=list)
    first: int = 0
    broken: tuple[date, list[tuple[str, int, int | None]]] | None = None
    retired: tuple[int, Worker] | None = None

    @property
    def works(self) -> bool:
        return bool(self.spells) and self.spells[-1][2] is None

    def begin(self, employer: str, on: date) -> None:
        """Works from the month of a day: what another owed of that month and after it, the new one owes."""
        start = max(month(on), self.first)
        cut = [(who, first, min(last or start - 1, start - 1)) for who, first, last in self.spells]
        self.spells = [*[one for one in cut if one[1] <= one[2]], (employer, start, None)]
        self.employer, self.since = employer, on

    def hire(self, employer: str, on: date) -> None:
        """Works for another from a day."""
        self.stands, self.broken = [(on, employer)], None
        self.begin(employer, on)

    def resume(self, on: date) -> None:
        """Wages resume with whom the person stood on the day; and who took him over since then owes from then on."""
        self.broken = (self.since, list(self.spells))
        before = [employer for day, employer in self.stands if day <= on]
        since = [(day, employer) for day, employer in self.stands if day > on]
        for day, employer in [(on, before[-1]), *since]:
            self.begin(employer, day)

    def never_resumed(self) -> None:
        """The break is said again: wages had never resumed."""
        assert self.broken is not None
        (self.since, self.spells), self.broken = self.broken, None

    def retire(self, on: date, broken_month_owed: bool) -> None:
        """Works no more from the day on which he is paid off."""
        before = replace(self, spells=list(self.spells))
        if self.works:
            self.end(on, broken_month_owed)
        self.retired = (len(self.stands), before)

    def never_retired(self) -> None:
        """Who was paid off by mistake had gone on as before, with whoever took his employer over since."""
        assert self.retired is not None
        (moves, before), self.retired = self.retired, None
        self.spells, self.since, self.broken = before.spells, before.since, before.broken
        for day, into in self.stands[moves:] if before.works else ():
            self.begin(into, day)
            self.broken = None

    def move(self, into: str, on: date) -> None:
        """A restructuring moves who works and who does not; for who does not, nothing begins."""
        self.stands.append((on, into))
        if self.works:
            self.broken = None
            self.begin(into, on)
        self.employer = into

    def end(self, on: date, broken_month_owed: bool) -> None:
        """Stops working; the month of the day is the last one owed, or the one before where it was not whole."""
        if self.works:
            self.broken = None
            who, first, _ = self.spells.pop()
            last = month(on) if broken_month_owed else month(on + timedelta(days=1)) - 1
            if last >= first:
                self.spells.append((who, first, last))
        self.since = on

    def base(self, of: int) -> Decimal:
        return [base for first, base in self.bases if first <= of][-1]

    def owing(self, of: int) -> str:
        """The one employer that owes a month, paid or not; or nobody."""
        return next((who for who, first, last in self.spells if first <= of and of <= (last or of)), "")


@dataclass
class Debts:
    """All employers and workers."""

    employers: dict[str, Employer] = field(default_factory=dict)
    workers: dict[str, Worker] = field(default_factory=dict)

    def fen(self, key: str, of: int) -> int:
        """A month's contribution of both sides, each rounded half up to the fen."""
        worker = self.workers[key]
        side = worker.base(of) * 100 * self.employers[worker.owing(of)].rate(of)
        return 2 * int(side.quantize(Decimal(1), ROUND_HALF_UP))

    def open(self, key: str, through: int) -> list[int]:
        """Months that somebody owes and that are not paid, put off or not."""
        worker = self.workers[key]
        first = min((one[1] for one in worker.spells), default=through + 1)
        return [of for of in range(first, through + 1) if worker.owing(of) and of not in worker.paid]

    def owed(self, employer: str, on: date) -> dict[tuple[str, int], int]:
        """What an employer owes on a day, for months that are over, in fen by account and month."""
        through = month(on + timedelta(days=1)) - 1
        return {(key, of): self.fen(key, of) for key, of in self._due(employer, through)}

    def _due(self, employer: str, through: int) -> Iterator[tuple[str, int]]:
        for key, worker in self.workers.items():
            for of in self.open(key, through):
                if worker.owing(of) == employer and not self.employers[employer].waits(of, through):
                    yield key, of

    def name(self, employer: str, debtor: str, on: date) -> None:
        """Who pays what an employer owes on a day, deferred months as well, when it goes (第十条第二款)."""
        through = month(on + timedelta(days=1)) - 1
        owed = [
            (key, of)
            for key, worker in self.workers.items()
            for of in self.open(key, through)
            if worker.owing(of) == employer
        ]
        self.employers[employer].named.update(dict.fromkeys(owed, debtor))
        self.employers[employer].debtor = debtor

    def payers(self, key: str, of: int) -> set[str]:
        """Whose money pays a month: who owes it, and who was named for it."""
        owing = self.workers[key].owing(of)
        named = self.employers[owing].named.get((key, of), owing)
        return {owing, named} & set(self.employers)

    def merge(self, employer: str, into: str, on: date) -> None:
        """Who works goes on working, for the other; who does not stands with the other, and nothing begins."""
        for worker in self.workers.values():
            if worker.employer == employer:
                worker.move(into, on)
