"""The trail of one person: every commit that he made or approved (葫政发〔2019〕12号 第二十七条)."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import Connection, or_, select

from ledger.dates import business_day
from ledger.store import tables


class Deed(NamedTuple):
    """One commit: the person was its ``actor`` or its ``approver``."""

    commit: int
    recorded_at: datetime
    part: str
    command: str
    approver: str
    actor: str
    events: int


def trail_of(
    connection: Connection, name: str, first: date | None = None, last: date | None = None
) -> list[Deed]:
    """The commits of a person in their order, of all days or of some; none is left out."""
    table = tables.commit
    asked = select(table).where(or_(table.c.actor == name, table.c.approver == name)).order_by(table.c.id)
    deeds: list[Deed] = []
    for row in connection.execute(asked):
        on = business_day(row.recorded_at)
        if (first and on < first) or (last and on > last):
            continue
        deeds.append(
            Deed(
                commit=row.id,
                recorded_at=row.recorded_at,
                part="actor" if row.actor == name else "approver",
                command=row.command,
                approver=row.approver,
                actor=row.actor,
                events=row.last_event_id - row.first_event_id + 1,
            )
        )
    return deeds
