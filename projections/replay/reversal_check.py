"""Reversals once more (冲账复核): each undoes one movement that stands before it, once, on its own day and to the fen."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from ledger.store.tables import event
from ledger.streams import account, loan
from ledger.streams.base import Event, decode
from projections.replay.findings import Findings
from projections.replay.walk import DAMAGE, Portion

Reversal = account.EntryReversed | loan.RepaymentReversed


class Reversals:
    """They are few: each is kept with its place, and compared at the end with what it names."""

    def __init__(self, found: Findings) -> None:
        self.found = found
        self.seen: list[tuple[int, Any, Reversal]] = []

    def see(self, portion: Portion) -> None:
        self.seen += [
            (portion.commit.id, row, body) for row, body in portion.events if isinstance(body, Reversal)
        ]

    def finish(self, connection: Connection) -> None:
        undone: set[tuple[str, int]] = set()
        for commit, row, body in self.seen:
            _, stream, version, *_ = row
            named = stream, body.reverses
            original = self._original(connection, *named)
            differs = _undoing(original) != _amounts(body) or _payer_differs(original, body)
            if body.reverses >= version or named in undone or differs:
                self.found.add("reversal_differs", commit, row[0], stream, version=body.reverses)
            undone.add(named)

    @staticmethod
    def _original(connection: Connection, stream: str, version: int) -> Event | None:
        asked = select(event.c.topic, event.c.state).where(
            event.c.stream_id == stream, event.c.version == version
        )
        try:
            return next((decode(topic, state) for topic, state in connection.execute(asked)), None)
        except DAMAGE:
            return None  # that it cannot be read has been said already


def _undoing(original: Event | None) -> tuple[Any, ...]:
    """What a reversal of an event has to say; of an event that is not there, nothing is right."""
    if original is None:
        return ()
    if isinstance(original, loan.Repaid):
        parts = original.principal_fen, original.interest_fen, original.penalty_fen, original.overdue_fen
        return original.effective_on, *parts
    carried_fen, current_fen = account.effect(original)
    return original.effective_on, original.topic, -carried_fen, -current_fen


def _amounts(body: Reversal) -> tuple[Any, ...]:
    if isinstance(body, loan.RepaymentReversed):
        return body.effective_on, body.principal_fen, body.interest_fen, body.penalty_fen, body.overdue_fen
    return body.effective_on, body.of_topic, body.carried_fen, body.current_fen


def _payer_differs(original: Event | None, body: Reversal) -> bool:
    """Whether a contribution goes back to another employer than that whose it was; an older one does not say it."""
    if not isinstance(original, account.Deposited) or not isinstance(body, account.EntryReversed):
        return False
    return bool(original.employer) and body.employer != original.employer
