"""Payments as they stand: the orders with their ages, and what does not match between order, bank line and book.

葫政发〔2019〕12号 第十二、二十二条. Three ways (三方对账): an order without a line of the bank, a line without an order,
and how the bank account in the books follows from both. Amounts in fen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, select

from ledger.books.payments import PURSE_ACCOUNTS
from ledger.refusal import Refusal
from ledger.store import tables
from ledger.streams.base import decode
from ledger.streams.batch import BATCHES, Batch
from ledger.streams.batch import Sent as BatchSent
from ledger.streams.payment import NO_ACCOUNT, PAYMENTS, UNDER_WAY, UNPAID, Payment, Sent
from projections.registers import REGISTERS
from projections.views.history import commit_of
from projections.views.journal import balance_fen

STATUS: Final = {
    "ordered": ("待发送", "to be sent"),
    "sent": ("已发送", "sent"),
    "accepted": ("银行已受理", "accepted by the bank"),
    "unknown": ("结果未明", "unknown"),
    "settled": ("已付", "settled"),
    "failed": ("失败，留存", "failed, held"),
    "returned": ("退汇，留存", "returned, held"),
    "cancelled": ("终止", "stopped"),
}

KINDS: Final = {
    "order_unanswered": ("已发送，银行无结果", "sent, the bank has not said what became of it"),
    "order_without_line": ("回执称已付，流水未见", "said to be paid, not on the statement"),
    "line_without_order": ("流水无对应", "on the statement, fits nothing"),
    "held_for_payee": ("为收款人留存", "held for the payee"),
}


class Order(NamedTuple):
    """One order as it stands on a day; ``age_days`` since it has stood so."""

    payment: str
    status: str
    purse: str
    payee: str
    amount_fen: int
    interest_fen: int
    ordered_on: date
    since: date
    age_days: int
    batch: str
    end_to_end: str
    bank_reference: str
    attempt: int
    asked: int
    held_fen: int
    reason: str
    cause: str


class BatchLine(NamedTuple):
    """One line of a batch as it was sent, and where its order stands now; ``again`` under a later try."""

    payment: str
    end_to_end: str
    payee: str
    amount_fen: int
    status: str
    reason: str
    again: bool


class Difference(NamedTuple):
    """Something that does not match yet, with its age."""

    kind: str
    zh: str
    en: str
    subject: str
    purse: str
    amount_fen: int
    since: date
    age_days: int


class Standing(NamedTuple):
    """A purse three ways: the bank account in the books, the orders in transit, and the lines that fit nothing yet.

    ``bank_fen`` is what the bank's own balance is then: books plus transit, plus what came and less what went unmatched.
    """

    purse: str
    book_fen: int
    in_transit_fen: int
    open_in_fen: int
    open_out_fen: int
    bank_fen: int
    held_fen: int


def orders(
    connection: Connection, on: date, *, status: str = "", batch: str = "", purse: str = ""
) -> list[Order]:
    """Orders in the order in which they were given, narrowed where asked."""
    table = REGISTERS["payment"].table
    asked = select(table).where(table.c.ordered_on <= on).order_by(table.c.ordered_on, table.c.key)
    for column, value in ((table.c.status, status), (table.c.batch, batch), (table.c.purse, purse)):
        if value:
            asked = asked.where(column == value)
    return [_order(row, on) for row in connection.execute(asked)]


def _order(row: Any, on: date) -> Order:
    age_days = max((on - row.since).days, 0)
    named = {name: getattr(row, name) for name in Order._fields if name not in ("payment", "age_days")}
    return Order(payment=row.key, age_days=age_days, **named)


def batch_lines(connection: Connection, batch: str) -> tuple[Batch, list[BatchLine]]:
    """A batch that paid, with its lines in the order of their ids; refuses ``batch_unknown``."""
    found = REGISTERS["batch"].read(connection, [batch]).get(batch)
    if found is None or found[1].direction != "pay":
        raise Refusal("batch_unknown", batch=batch)
    event = tables.event.c
    asked = select(event.id).where(event.stream_id == BATCHES.id(batch), event.topic == BatchSent.topic)
    commit = commit_of(connection, connection.execute(asked).scalars().one())
    within = event.id.between(commit.first_event_id, commit.last_event_id) & (event.topic == Sent.topic)
    sent = connection.execute(select(event.stream_id, event.topic, event.state).where(within)).all()
    ends: dict[str, Any] = {
        row.stream_id.removeprefix(PAYMENTS.id("")): decode(row.topic, row.state) for row in sent
    }
    states = REGISTERS["payment"].read(connection, list(ends))
    return found[1], [_batch_line(key, states[key][1], ends[key].end_to_end) for key in sorted(ends)]


def _batch_line(key: str, state: Payment, end_to_end: str) -> BatchLine:
    again = state.end_to_end != end_to_end
    payee = state.payee_account or state.payee
    return BatchLine(key, end_to_end, payee, state.amount_fen, state.status, state.reason, again)


def without_account(connection: Connection, on: date) -> list[Order]:
    """Orders that stand and were left out of a batch, because their payee has no account on file."""
    return [one for one in orders(connection, on, status="ordered") if one.reason == NO_ACCOUNT]


def differences(connection: Connection, on: date, purse: str = "") -> list[Difference]:
    """Everything that does not match, the oldest first."""
    found = [*_of_orders(connection, on), *_of_lines(connection, on)]
    wanted = [one for one in found if purse in ("", one.purse)]
    return sorted(wanted, key=lambda one: (one.since, one.kind, one.subject))


def _of_orders(connection: Connection, on: date) -> Iterator[Difference]:
    table = REGISTERS["payment"].table
    lines = REGISTERS["bank_line"].table.c
    on_statement = select(lines.key).where(
        lines.matched_to == "payment-" + table.c.key, lines.side == "out", lines.status == "matched"
    )
    unlined = (table.c.status == "settled") & ~on_statement.exists()
    asked = select(table).where(
        table.c.status.in_(UNDER_WAY) | (table.c.held_fen > 0) | unlined, table.c.ordered_on <= on
    )
    for row in connection.execute(asked):
        kind = "order_unanswered" if row.status in UNDER_WAY else "order_without_line"
        since = row.sent_on if row.status in UNDER_WAY else row.since
        if row.held_fen > 0:
            kind, since = "held_for_payee", row.since
        yield _difference(kind, f"payment-{row.key}", row.purse, row.amount_fen, since, on)


def _of_lines(connection: Connection, on: date) -> Iterator[Difference]:
    table = REGISTERS["bank_line"].table
    asked = select(table).where(table.c.status == "open", table.c.booked_on <= on)
    for row in connection.execute(asked):
        signed_fen = row.amount_fen if row.side == "in" else -row.amount_fen
        yield _difference(
            "line_without_order", f"bank_line-{row.key}", row.purse, signed_fen, row.booked_on, on
        )


def _difference(kind: str, subject: str, purse: str, fen: int, since: date, on: date) -> Difference:
    zh, en = KINDS[kind]
    return Difference(kind, zh, en, subject, purse, fen, since, max((on - since).days, 0))


def standings(connection: Connection) -> list[Standing]:
    """Each purse that moved, three ways, as it stands now."""
    transit: dict[str, int] = defaultdict(int)
    held: dict[str, int] = defaultdict(int)
    table = REGISTERS["payment"].table.c
    for purse, status, fen, held_fen in connection.execute(
        select(table.purse, table.status, table.amount_fen, table.held_fen)
    ):
        transit[purse] += fen if status in UNPAID else 0
        held[purse] += held_fen
    lines = REGISTERS["bank_line"].table.c
    open_fen: dict[tuple[str, str], int] = defaultdict(int)
    for purse, side, fen in connection.execute(
        select(lines.purse, lines.side, lines.amount_fen).where(lines.status == "open")
    ):
        open_fen[purse, side] += fen
    found = []
    for purse, accounts in PURSE_ACCOUNTS.items():
        book_fen = balance_fen(connection, accounts.bank)
        came_fen, went_fen = open_fen[purse, "in"], open_fen[purse, "out"]
        bank_fen = book_fen + transit[purse] + came_fen - went_fen
        one = Standing(purse, book_fen, transit[purse], came_fen, went_fen, bank_fen, held[purse])
        if any(one[1:]):
            found.append(one)
    return found
