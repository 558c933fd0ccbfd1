"""A fund year as it stands (缴存年度): its settlement, and what has been recorded for it since."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from ledger.dates import fund_year_bounds
from ledger.policy.parameters import PolicyBook
from ledger.store.movements import moved_since, movements_of
from ledger.store.tables import event
from ledger.streams import interest
from ledger.streams import year as years
from ledger.streams.account import EntryReversed, InterestCredited, effect


class Late(NamedTuple):
    """An account with movements of the year recorded after its settlement, and what an adjustment would credit."""

    account: str
    movements: int
    adjusted_fen: int
    due_fen: int


def late_accounts(connection: Connection, book: PolicyBook, year: int, known_on: date) -> list[Late]:
    """Accounts whose settled year has changed since (补记、更正), each with the interest that is still due, in fen."""
    last = fund_year_bounds(year)[1]
    settled = connection.execute(
        select(event.c.id).where(
            event.c.stream_id == f"year-{years.key(year)}", event.c.topic == years.Settled.topic
        )
    ).scalar()
    if settled is None:
        return []
    since = moved_since(connection, settled, last)
    keys = sorted({account for _, account, _ in since})
    if not keys:
        return []
    terms_of = interest.terms_known(book, known_on)
    found = []
    for key, moved in groupby(movements_of(connection, keys), key=lambda one: one[0]):
        bodies: list[Any] = [(version, body) for _, version, body, _ in moved]
        undone = {body.reverses for _, body in bodies if isinstance(body, EntryReversed)}
        earned = interest.earning(sum(sum(effect(body)) for _, body in bodies), bodies, year, undone)
        due = interest.credit(earned, terms_of, "adjustment", year)
        adjusted_fen = sum(
            sum(effect(body))
            for version, body in bodies
            if isinstance(body, InterestCredited)
            and (body.kind, body.year) == ("adjustment", year)
            and version not in undone
        )
        found.append(
            Late(
                account=key,
                movements=sum(account == key for _, account, _ in since),
                adjusted_fen=adjusted_fen,
                due_fen=sum(effect(due)) if due else 0,
            )
        )
    return found
