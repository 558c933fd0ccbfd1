"""Interest is computed again (利息复算): every credited amount from the movements and by the law that were known then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Connection

from ledger.dates import business_day, days_after
from ledger.money import format_fen
from ledger.policy.parameters import PolicyBook
from ledger.policy.rules.interest import accrue
from ledger.refusal import Refusal
from ledger.store.movements import Movement, movements_of
from ledger.streams.account import EntryReversed, InterestCredited, effect
from ledger.streams.interest import (
    TermsOf,
    Versioned,
    accrued_in,
    closed_on,
    earning,
    stretches,
    terms_known,
)
from ledger.streams.period import InterestAccrued
from ledger.streams.year import Year
from projections.replay.checks import Fold
from projections.replay.findings import Findings
from projections.replay.walk import Portion

_ACCOUNTS_AT_ONCE: Final = 5_000


class Interest:
    """Every interest event, the sums that a settlement recorded of its chunks, and every monthly accrual."""

    def __init__(self, found: Findings, book: PolicyBook, fold: Fold) -> None:
        self.found = found
        self.book = book
        self.fold = fold
        self.terms_of = cache(self._terms_of)
        self._accounts: set[str] = set()
        self._members_fen: dict[date, int] = defaultdict(int)
        self._settled_fen: dict[str, int] = defaultdict(int)

    def see(self, portion: Portion) -> None:
        settling = portion.commit.command == "settle_year"
        for row, body in portion.events:
            if not body.moves_money:
                continue
            if isinstance(body, InterestAccrued):
                self._accrue_again(row, body, business_day(portion.commit.recorded_at))
                continue
            self._members_fen[body.effective_on] += sum(effect(body))
            if isinstance(body, InterestCredited):
                self._accounts.add(row[1].partition("-")[2])
                if settling:
                    self._settled_fen[f"{body.year:04d}"] += body.carried_fen + body.current_fen

    def _accrue_again(self, row: Any, body: InterestAccrued, known_on: date) -> None:
        """A month's accrual from the members' total of every day, as far as it was known."""
        last = body.effective_on
        first, end = last.replace(day=1), days_after(last, 1)
        moved = [(day.toordinal(), fen, 0) for day, fen in self._members_fen.items() if first <= day <= last]
        opening_fen = sum(fen for day, fen in self._members_fen.items() if day < first)
        try:
            due = accrue(self.terms_of(known_on)(first, end, last), opening_fen, moved)
        except Refusal as refusal:
            self.found.add(refusal.code, stream=row[1], **refusal.facts)
            return
        products = sum(product for product, _ in due.products)
        if (due.carried_fen, products) != (body.amount_fen, body.products):
            self.found.add(
                "accrual_not_by_rule",
                event=row[0],
                stream=row[1],
                accrued=format_fen(body.amount_fen),
                due=format_fen(due.carried_fen),
            )

    def finish(self, connection: Connection) -> None:
        if self.found.counts["event_unreadable"]:
            return  # what cannot be read cannot be computed again; it has been said already
        years: dict[str, tuple[int, Year]] = self.fold.states["year"]
        for key, (_, state) in sorted(years.items()):
            if state.interest_fen != self._settled_fen[key]:
                self.found.add(
                    "settlement_sum_differs",
                    stream=f"year-{key}",
                    year=key,
                    recorded=format_fen(state.interest_fen),
                    summed=format_fen(self._settled_fen[key]),
                )
        for movements in self._by_account(connection):
            self._perform_again(movements)

    def _by_account(self, connection: Connection) -> Iterator[list[Movement]]:
        keys = sorted(self._accounts)
        for start in range(0, len(keys), _ACCOUNTS_AT_ONCE):
            some = movements_of(connection, keys[start : start + _ACCOUNTS_AT_ONCE])
            for _, of_account in groupby(some, key=lambda one: one[0]):
                yield list(of_account)

    def _perform_again(self, movements: list[Movement]) -> None:
        """Goes through an account in the order of recording; each interest event sees what was recorded before it."""
        seen: list[Versioned] = []
        undone: set[int] = set()
        balance_fen = 0
        for key, version, body, recorded_at in movements:
            if isinstance(body, InterestCredited):
                earned = earning(balance_fen, seen, body.year, undone)
                try:
                    terms_of = self.terms_of(business_day(_moment(recorded_at)))
                    accrued = accrued_in(stretches(earned, terms_of, body.year, closed_on(body)), earned)
                except Refusal as refusal:
                    self.found.add(refusal.code, stream=f"account-{key}", **refusal.facts)
                    return
                due = (
                    accrued.carried_fen - earned.credited_carried_fen,
                    accrued.current_fen - earned.credited_current_fen,
                )
                if due != (body.carried_fen, body.current_fen):
                    self._differs(key, version, body, due)
            elif isinstance(body, EntryReversed):
                undone.add(body.reverses)
            seen.append((version, body))
            balance_fen += sum(effect(body))

    def _terms_of(self, known_on: date) -> TermsOf:
        return terms_known(self.book, known_on)

    def _differs(self, key: str, version: int, body: InterestCredited, due: tuple[int, int]) -> None:
        self.found.add(
            "interest_not_by_rule",
            stream=f"account-{key}",
            account=key,
            version=version,
            year=body.year,
            credited=format_fen(body.carried_fen + body.current_fen),
            due=format_fen(sum(due)),
        )


def _moment(recorded_at: Any) -> datetime:
    """The moment of recording, which SQLite gives as a text."""
    return datetime.fromisoformat(recorded_at) if isinstance(recorded_at, str) else recorded_at
