"""The status of a ledger: how far it has come, and how far behind each view is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from ledger.store.unit_of_work import read_head
from projections.registers import REGISTERS
from projections.views.view import View, position_of


class ViewPosition(NamedTuple):
    """A view, the last event it has taken in, and how many it has not."""

    view: str
    position: int
    lag: int


class Status(NamedTuple):
    """Positions, lags and sizes at one moment."""

    commits: int
    events: int
    head: str
    recorded_at: datetime | None
    streams: dict[str, int]
    views: list[ViewPosition]


def status(connection: Connection, views: Sequence[View]) -> Status:
    """The status as one reading transaction sees it."""
    head = read_head(connection)
    streams = {
        kind: connection.execute(select(func.count()).select_from(register.table)).scalar_one()
        for kind, register in REGISTERS.items()
    }
    positions = [(view.name, position_of(connection, view)) for view in views]
    return Status(
        head.commit_id,
        head.event_id,
        head.hash,
        head.recorded_at,
        streams,
        [ViewPosition(name, position, head.event_id - position) for name, position in positions],
    )
