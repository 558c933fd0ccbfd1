"""What holds of every ledger after every commit (账簿恒等式): asked by ``verify``, after scenarios and after random steps.

201 is the sum of the personal balances and every entry balances (``Books``); 211 of a settled fund year is nothing and
411 the interest that was really credited for it; what an event explains is what it books; neither part of a personal
balance is below zero at the end of any value date. All of it from the events, whatever the order they were learned in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Connection

from ledger.books.posting import INTEREST_EXPENSE, INTEREST_PAYABLE, MEMBERS, post
from ledger.dates import fund_year_of
from ledger.money import format_fen
from ledger.policy.rules.withdrawals import NO_HEIR
from ledger.store.database import Database
from ledger.store.movements import movements_of
from ledger.streams import general_ledger
from ledger.streams.account import (
    EntryReversed,
    InterestCredited,
    RemainderPaid,
    TransferredOut,
    Withdrawn,
    effect,
    evened,
)
from ledger.streams.base import Event
from ledger.streams.period import InterestAccrued
from ledger.streams.year import InterestTruedUp
from projections.replay.checks import Books, Check, Fold
from projections.replay.explained import EXPLAINED, Compared
from projections.replay.findings import Finding, Findings
from projections.replay.walk import DAMAGE, Portion, Walk

_ACCOUNTS_AT_ONCE: Final = 5_000


def broken_invariants(database: Database) -> list[Finding]:
    """Every invariant that does not hold in a ledger, as ``verify`` words it; it writes nothing."""
    found = Findings()
    fold = Fold(found)
    books = Books(found, fold)
    checks: tuple[Check, ...] = (fold, books, *invariants(found, fold, books))
    with database.reading() as connection:
        for portion in Walk(connection, found).portions():
            for check in checks:
                check.see(portion)
        for check in checks:
            check.finish(connection)
    return found.kept


def invariants(found: Findings, fold: Fold, books: Books) -> tuple[Check, ...]:
    """The checks that stand beside those of the registers and of the books."""
    return SettledYears(found, fold, books), Explained(found), Parts(found)


# ---------------------------------------------------------------- 211 and 411


class SettledYears:
    """211 (应付利息) of a settled fund year is nothing, and 411 (业务支出) of it is the interest really credited.

    An entry belongs to the year of its value date. What an older system had accrued before it was taken over lowers the
    expense of its year.
    """

    def __init__(self, found: Findings, fold: Fold, books: Books) -> None:
        self.found = found
        self.fold = fold
        self.books = books
        self.payable_fen: dict[int, int] = defaultdict(int)
        self.expense_fen: dict[int, int] = defaultdict(int)
        self.credited_fen: dict[int, int] = defaultdict(int)

    def see(self, portion: Portion) -> None:
        for _, body in portion.events:
            if type(body) in _OF_INTEREST:
                try:
                    self._take(body)
                except DAMAGE:
                    continue  # it has been said by the check of the books

    def _take(self, body: Event) -> None:
        year, opens = fund_year_of(body.effective_on), isinstance(body, general_ledger.Opened)
        for code, fen in post(body):
            if code.partition(".")[0] == INTEREST_PAYABLE:
                self.payable_fen[year] += fen
                self.expense_fen[year] -= fen if opens else 0
            elif code == INTEREST_EXPENSE and not opens:
                self.expense_fen[year] += fen
            elif code == MEMBERS and not opens and _of_interest(body):
                self.credited_fen[year] -= fen

    def finish(self, connection: Connection) -> None:
        whole_fen = self.books.balances.get(INTEREST_PAYABLE, 0)
        if whole_fen != sum(self.payable_fen.values()):
            self.found.add(
                "interest_payable_unknown",
                books=format_fen(whole_fen),
                years=format_fen(sum(self.payable_fen.values())),
            )
        for key, (_, state) in sorted(self.fold.states["year"].items()):
            if state.status == "settled":
                self._compare(key, int(key))

    def _compare(self, key: str, year: int) -> None:
        payable_fen, expense_fen = self.payable_fen[year], self.expense_fen[year]
        if payable_fen:
            self.found.add(
                "interest_payable_left", stream=f"year-{key}", year=key, left=format_fen(-payable_fen)
            )
        if expense_fen != self.credited_fen[year]:
            self.found.add(
                "interest_expense_differs",
                stream=f"year-{key}",
                year=key,
                expense=format_fen(expense_fen),
                credited=format_fen(self.credited_fen[year]),
            )


_OF_INTEREST: Final = frozenset(
    (InterestCredited, InterestAccrued, InterestTruedUp, EntryReversed, general_ledger.Opened)
)


def _of_interest(body: Event) -> bool:
    reversed_topic = body.of_topic if isinstance(body, EntryReversed) else body.topic
    return reversed_topic == InterestCredited.topic


# ---------------------------------------------------------------- what is explained is what is booked


class Explained:
    """The amounts of an event are those that its own explanation gives.

    A withdrawal takes what was decided for its account, and on closing the interest that its own commit credited before.
    """

    def __init__(self, found: Findings) -> None:
        self.found = found
        self._commit = 0
        self._interest_fen: dict[str, int] = defaultdict(int)

    def see(self, portion: Portion) -> None:
        if portion.commit.id != self._commit:
            self._commit = portion.commit.id
            self._interest_fen.clear()
        for row, body in portion.events:
            if isinstance(body, InterestCredited):
                self._interest_fen[row[1]] += body.carried_fen + body.current_fen
            elif isinstance(body, Withdrawn) or type(body) in EXPLAINED:
                self._compare(row, body)

    def _compare(self, row: Any, body: Any) -> None:
        try:
            booked, explained = (
                self._withdrawn(row[1], body) if isinstance(body, Withdrawn) else EXPLAINED[type(body)](body)
            )
        except DAMAGE as damage:
            booked, explained = repr(damage), None
        if booked != explained:
            self.found.add(
                "booked_not_explained", self._commit, row[0], row[1],
                what=body.topic, booked=str(booked), explained=str(explained),
            )  # fmt: skip

    def _withdrawn(self, stream: str, body: Withdrawn) -> Compared:
        values = body.explanation.get("values", {})
        paid_fen = body.carried_fen + body.current_fen
        if not values:  # an offset of a loan: the loan's own event says why
            return paid_fen, paid_fen
        decided_fen = values["spouse_fen" if body.for_account else "own_fen"]
        goes_to = "value_added" if body.reason == NO_HEIR else ""
        return (paid_fen, body.to), (decided_fen + self._interest_fen[stream], goes_to)

    def finish(self, connection: Connection) -> None:
        """Everything was said on the way."""


# ---------------------------------------------------------------- parts


class Parts:
    """Neither part of a balance is below zero on any value date. Accounts from which nothing was taken are not read."""

    def __init__(self, found: Findings) -> None:
        self.found = found
        self._taken_from: set[str] = set()

    def see(self, portion: Portion) -> None:
        for row, body in portion.events:
            if type(body) in _TAKING and min(effect(body)) < 0:
                self._taken_from.add(row[1].partition("-")[2])

    def finish(self, connection: Connection) -> None:
        if self.found.counts["event_unreadable"]:
            return  # what cannot be read cannot be added up; it has been said already
        keys = sorted(self._taken_from)
        for start in range(0, len(keys), _ACCOUNTS_AT_ONCE):
            some = movements_of(connection, keys[start : start + _ACCOUNTS_AT_ONCE])
            for key, movements in groupby(some, key=lambda one: one[0]):
                self._look(key, [body for _, _, body, _ in movements])

    def _look(self, key: str, bodies: list[Event]) -> None:
        for on, carried_fen, current_fen in parts_by_day(bodies):
            if carried_fen < 0 or current_fen < 0:
                self.found.add(
                    "part_below_zero",
                    stream=f"account-{key}",
                    account=key,
                    on=on.isoformat(),
                    carried=format_fen(carried_fen),
                    current=format_fen(current_fen),
                )
                return


_TAKING: Final = frozenset((Withdrawn, TransferredOut, RemainderPaid, EntryReversed, InterestCredited))


def parts_by_day(bodies: Iterable[Event]) -> Iterator[tuple[date, int, int]]:
    """Carried-forward and current-year part at the end of each day on which something moved, in fen.

    What stood before 1 July is carried forward, whenever it was learned; what one part lacks comes out of the other.
    """
    carried_fen = current_fen = year = 0
    in_order = sorted(bodies, key=lambda body: body.effective_on)
    for on, of_day in groupby(in_order, key=lambda body: body.effective_on):
        if fund_year_of(on) != year:
            carried_fen, current_fen, year = carried_fen + current_fen, 0, fund_year_of(on)
        for body in of_day:
            carried, current = effect(body)
            carried_fen += carried
            current_fen += current
        yield on, *evened(carried_fen, current_fen)
