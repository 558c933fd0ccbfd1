"""Payment orders once more: each has the one cause that moved its money, none was paid twice, what is held adds up."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, select

from ledger.books.payments import PURSE_ACCOUNTS
from ledger.books.posting import post
from ledger.money import format_fen
from ledger.store import references, tables
from ledger.streams import deduction, loan, payment, receipt
from ledger.streams.base import decode
from projections.replay.checks import Books, Fold
from projections.replay.findings import Findings
from projections.replay.walk import DAMAGE, Portion

_ASKED_AT_ONCE: Final = 500


class _Order(NamedTuple):
    """An order as it was given."""

    stream: str
    commit: int
    event: int
    cause: str
    purse: str
    amount_fen: int


class Payments:
    """The order beside its cause: the event that it names took the same amount from the bank account of its purse."""

    def __init__(self, found: Findings, fold: Fold, books: Books) -> None:
        self.found = found
        self.fold = fold
        self.books = books
        self.first: dict[str, str] = {}
        self.waiting: dict[str, _Order] = {}
        self.paid: Counter[str] = Counter()
        self.returned: Counter[str] = Counter()
        self.collected: Counter[str] = Counter()
        self.collected_of: dict[str, str] = {}
        self.booked: Counter[str] = Counter()
        self.held: Counter[str] = Counter()

    def see(self, portion: Portion) -> None:
        for row, body in portion.events:
            match body:
                case payment.Ordered():
                    self._ordered(portion.commit.id, row, body)
                case payment.Settled():
                    self.paid[row[1]] += 1
                case payment.Returned():
                    self.returned[row[1]] += 1
                case deduction.Done():
                    self.collected[body.end_to_end] += body.amount_fen
                    self.collected_of[body.end_to_end] = row[1].partition("-")[2]
                case loan.Repaid() if body.reference:
                    self.booked[body.reference] += body.principal_fen + body.interest_fen + body.penalty_fen
                case receipt.Received() if body.why == "over":
                    self.held[body.bank_reference] += body.amount_fen

    def _ordered(self, commit: int, row: Any, body: payment.Ordered) -> None:
        other = self.first.setdefault(body.cause, row[1])
        if other != row[1]:
            self.found.add("cause_ordered_twice", commit, row[0], row[1], cause=body.cause, other=other)
        amount_fen = body.principal_fen + body.interest_fen
        self.waiting[row[1]] = _Order(row[1], commit, row[0], body.cause, body.purse, amount_fen)

    def finish(self, connection: Connection) -> None:
        orders = list(self.waiting.values())
        for start in range(0, len(orders), _ASKED_AT_ONCE):
            some = orders[start : start + _ASKED_AT_ONCE]
            moved = self._moved(connection, some)
            for one in some:
                self._compare(one, moved.get(one.cause))
        for stream, paid in self.paid.items():
            returned = self.returned[stream]
            if not 0 <= paid - returned <= 1:
                self.found.add("order_paid_beyond", stream=stream, paid=paid, returned=returned)
        self._compare_deductions(connection)
        self._compare_held()

    def _compare_deductions(self, connection: Connection) -> None:
        """What the bank collected was booked and held; of a repayment that was reversed and booked again, once."""
        for reference, done_fen in self.collected.items():
            booked_fen, held_fen = self.booked[reference], self.held[reference]
            if done_fen != booked_fen + held_fen:
                booked_fen = self._newest_booking(connection, reference)
            if done_fen != booked_fen + held_fen:
                self.found.add(
                    "deduction_not_booked",
                    reference=reference,
                    done=format_fen(done_fen),
                    booked=format_fen(booked_fen + held_fen),
                )

    def _newest_booking(self, connection: Connection, reference: str) -> int:
        stream = loan.LOANS.id(self.collected_of[reference])
        bookings = references.events_under(connection, [(stream, reference)]).get((stream, reference), [])
        body = bookings[-1][1] if bookings else None
        parts = (
            (body.principal_fen, body.interest_fen, body.penalty_fen) if isinstance(body, loan.Repaid) else ()
        )
        return sum(parts)

    def _moved(self, connection: Connection, orders: list[_Order]) -> dict[str, dict[str, int]]:
        """For each cause, what its event took from each account of the books."""
        streams = {one.cause.rpartition("/")[0] for one in orders}
        wanted = {one.cause for one in orders}
        event = tables.event.c
        asked = select(event.stream_id, event.version, event.topic, event.state).where(
            event.stream_id.in_(streams), event.version.in_({int(_version(one)) for one in wanted})
        )
        found: dict[str, dict[str, int]] = {}
        for stream, version, topic, state in connection.execute(asked):
            if (cause := f"{stream}/{version}") not in wanted:
                continue
            taken: dict[str, int] = defaultdict(int)
            try:
                for code, fen in post(decode(topic, state)):
                    taken[code] -= fen
            except DAMAGE:
                continue  # it has been said already that this event cannot be read
            found[cause] = taken
        return found

    def _compare(self, order: _Order, taken: dict[str, int] | None) -> None:
        if taken is None:
            self.found.add(
                "payment_without_cause", order.commit, order.event, order.stream, cause=order.cause
            )
            return
        moved_fen = taken.get(PURSE_ACCOUNTS[order.purse].bank, 0)
        if moved_fen != order.amount_fen:
            self.found.add(
                "order_differs_from_cause",
                order.commit,
                order.event,
                order.stream,
                cause=order.cause,
                ordered=format_fen(order.amount_fen),
                moved=format_fen(moved_fen),
            )

    def _compare_held(self) -> None:
        held: dict[str, int] = defaultdict(int)
        for _, state in self.fold.states["payment"].values():
            held[state.purse] += state.held_fen
        for purse, accounts in PURSE_ACCOUNTS.items():
            books_fen = -self.books.balances[accounts.held]
            if books_fen != held[purse]:
                self.found.add(
                    "payees_held_differ",
                    purse=purse,
                    books=format_fen(books_fen),
                    orders=format_fen(held[purse]),
                )
        for key, (_, line) in self.fold.states["bank_line"].items():
            kind, _, subject = line.matched_to.partition("/")[0].partition("-")
            if line.matched_to and subject not in self.fold.states.get(kind, {}):
                self.found.add("line_match_broken", stream=f"bank_line-{key}", to=line.matched_to)


def _version(cause: str) -> str:
    version = cause.rpartition("/")[2]
    return version if version.isdecimal() else "0"
