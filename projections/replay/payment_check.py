"""Payment orders once more: each has the one cause that moved its money, none was paid twice, what is held adds up."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, select

from ledger.books.payments import PURSE_ACCOUNTS
from ledger.books.posting import post
from ledger.money import format_fen
from ledger.payees import first_of
from ledger.store import references, tables
from ledger.streams import account, deduction, loan, payment, receipt
from ledger.streams.base import Event, decode
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
    payee: str


class _Posted(NamedTuple):
    """The event that made orders due, and what it took from each account of the books."""

    body: Event
    taken: dict[str, int]


class Payments:
    """The orders beside their cause: the event that they name took their sum from the bank account of their purse."""

    def __init__(self, found: Findings, fold: Fold, books: Books) -> None:
        self.found = found
        self.fold = fold
        self.books = books
        self.first: dict[str, str] = {}
        self.waiting: dict[str, list[_Order]] = defaultdict(list)
        self.drawn: list[tuple[int, Any, account.SpouseDrawn]] = []
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
                case account.SpouseDrawn():
                    self.drawn.append((portion.commit.id, row, body))
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
        first = first_of(row[1])
        other = self.first.setdefault(body.cause, first)
        if other != first or any(one.stream == row[1] for one in self.waiting[body.cause]):
            self.found.add("cause_ordered_twice", commit, row[0], row[1], cause=body.cause, other=other)
        amount_fen = body.principal_fen + body.interest_fen
        ordered = _Order(row[1], commit, row[0], body.cause, body.purse, amount_fen, body.payee)
        self.waiting[body.cause].append(ordered)

    def finish(self, connection: Connection) -> None:
        causes = list(self.waiting)
        for start in range(0, len(causes), _ASKED_AT_ONCE):
            some = causes[start : start + _ASKED_AT_ONCE]
            posted = self._posted(connection, some)
            for cause in some:
                self._compare(cause, self.waiting[cause], posted.get(cause))
        for stream, paid in self.paid.items():
            returned = self.returned[stream]
            if not 0 <= paid - returned <= 1:
                self.found.add("order_paid_beyond", stream=stream, paid=paid, returned=returned)
        self._compare_deductions(connection)
        self._compare_held()
        self._compare_spouses()

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

    @staticmethod
    def _posted(connection: Connection, causes: Sequence[str]) -> dict[str, _Posted]:
        """The event of each cause that can be read, and what it took from each account of the books."""
        streams, versions = {_stream(one) for one in causes}, {int(_version(one)) for one in causes}
        event = tables.event.c
        asked = select(event.stream_id, event.version, event.topic, event.state).where(
            event.stream_id.in_(streams), event.version.in_(versions)
        )
        wanted, found = set(causes), {}
        for stream, version, topic, state in connection.execute(asked):
            if (cause := f"{stream}/{version}") not in wanted:
                continue
            taken: dict[str, int] = defaultdict(int)
            try:
                body = decode(topic, state)
                for code, fen in post(body):
                    taken[code] -= fen
            except DAMAGE:
                continue  # it has been said already that this event cannot be read
            found[cause] = _Posted(body, taken)
        return found

    def _compare(self, cause: str, orders: Sequence[_Order], posted: _Posted | None) -> None:
        """The orders of a cause beside it: together what it took, each of heirs what his part says."""
        first = orders[0]
        if posted is None:
            self.found.add("payment_without_cause", first.commit, first.event, first.stream, cause=cause)
            return
        moved_fen = posted.taken.get(PURSE_ACCOUNTS[first.purse].bank, 0)
        ordered_fen = sum(one.amount_fen for one in orders)
        if moved_fen != ordered_fen:
            self.found.add(
                "order_differs_from_cause",
                first.commit,
                first.event,
                first.stream,
                cause=cause,
                ordered=format_fen(ordered_fen),
                moved=format_fen(moved_fen),
            )
        parts = getattr(posted.body, "payees", ())
        due = {f"payment-{one.payment}": (one.person, one.principal_fen + one.interest_fen) for one in parts}
        if parts and due != {one.stream: (one.payee, one.amount_fen) for one in orders}:
            self.found.add("payees_differ", first.commit, first.event, first.stream, cause=cause)

    def _compare_spouses(self) -> None:
        """What is said of a spouse's account is an order of that account, and of one's own the other."""
        for commit, row, body in self.drawn:
            own = body.own_payment and (row[1], body.own_payment)
            given = (f"account-{body.spouse_account}", body.payment)
            for stream, key in filter(None, (own, given)):
                _, state = self.fold.states["payment"].get(key, (0, None))
                if state is None or _stream(state.cause) != stream:
                    self.found.add("spouse_drawn_differs", commit, row[0], row[1], payment=key)

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


def _stream(cause: str) -> str:
    return cause.rpartition("/")[0]


def _version(cause: str) -> str:
    version = cause.rpartition("/")[2]
    return version if version.isdecimal() else "0"
