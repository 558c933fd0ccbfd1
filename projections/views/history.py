"""The history of a stream as people read it: each event with its commit, who did it, what it moved and its clause."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from ledger.dates import business_day
from ledger.refusal import Refusal
from ledger.store import tables
from ledger.store.chain import Commit
from ledger.streams.account import effect
from ledger.streams.base import Recorded, decode
from projections.views.words import clause_of, sentence


class Told(NamedTuple):
    """One event in plain words. ``balance_fen`` is the balance of an account after it, as it was then known."""

    event: Recorded
    commit: Commit
    amount_fen: int
    balance_fen: int

    def as_json(self, language: str) -> dict[str, Any]:
        return {
            "event_id": self.event.id,
            "stream": self.event.originator_id,
            "version": self.event.originator_version,
            "topic": self.event.body.topic,
            "words": sentence(self.event.body, language),
            "clause": clause_of(self.event.body),
            "effective_on": self.event.body.effective_on.isoformat(),
            "recorded_at": self.event.recorded_at.isoformat(),
            "commit": self.commit.id,
            "command": self.commit.command,
            "actor": self.commit.actor,
            "approver": self.commit.approver,
            "amount_fen": self.amount_fen,
            "balance_fen": self.balance_fen,
        }


def told(connection: Connection, events: list[Recorded], known_on: date | None = None) -> Iterator[Told]:
    """The events of one stream in the order in which they were learned, those known on a day only."""
    balance_fen = 0
    for one in events:
        if known_on is not None and business_day(one.recorded_at) > known_on:
            return
        amount_fen = sum(effect(one.body))
        balance_fen += amount_fen
        yield Told(one, commit_of(connection, one.id), amount_fen, balance_fen)


def commit_of(connection: Connection, event_id: int) -> Commit:
    """The commit that an event stands in; refuses ``event_id_unknown``."""
    table = tables.commit
    asked = select(table).where(table.c.last_event_id >= event_id).order_by(table.c.last_event_id, table.c.id)
    row = connection.execute(asked.limit(1)).first()
    if row is None or row.first_event_id > event_id:
        raise Refusal("event_id_unknown", event=event_id)
    return Commit(*row)


def event_by_id(connection: Connection, event_id: int) -> Recorded:
    """One event by its number in the ledger; refuses ``event_id_unknown``."""
    table = tables.event
    row = connection.execute(select(table).where(table.c.id == event_id)).first()
    if row is None:
        raise Refusal("event_id_unknown", event=event_id)
    return Recorded(row.stream_id, row.version, decode(row.topic, row.state), row.recorded_at, row.id)
