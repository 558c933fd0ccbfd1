"""How many rows reach a table at once: binary COPY on PostgreSQL, ``executemany`` on SQLite."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert

from ledger.limits import COPY_EVENTS_MIN
from ledger.store import tables
from ledger.store.chain import EventRow
from ledger.store.tables import utc_text

_COLUMNS = "(id, stream_id, version, topic, state, recorded_at)"


def append_events(connection: Connection, rows: Sequence[EventRow], recorded_at: datetime) -> None:
    """Writes event rows; a version that is already taken raises an ``IntegrityError``."""
    if connection.dialect.name == "sqlite":
        moment = utc_text(recorded_at)
        # The driver's own ``executemany``: the toolkit's adds a third to its time and nothing else.
        driver(connection).executemany(
            f"INSERT INTO event {_COLUMNS} VALUES (?, ?, ?, ?, ?, ?)",
            [(*row, moment) for row in rows],
        )
    elif len(rows) >= COPY_EVENTS_MIN:
        _copy_events(connection, rows, recorded_at)
    else:
        names = ("id", "stream_id", "version", "topic", "state")
        values = [dict(zip(names, row, strict=True), recorded_at=recorded_at) for row in rows]
        connection.execute(insert(tables.event), values)


def _copy_events(connection: Connection, rows: Sequence[EventRow], recorded_at: datetime) -> None:
    with (
        driver(connection).cursor() as cursor,
        cursor.copy(f"COPY event {_COLUMNS} FROM STDIN (FORMAT BINARY)") as copy,
    ):
        copy.set_types(["int8", "text", "int4", "text", "text", "timestamptz"])
        for row in rows:
            copy.write_row((*row, recorded_at))


def driver(connection: Connection) -> Any:
    """The driver's own connection, in the same transaction; its errors become the toolkit's where that ends."""
    return connection.connection.driver_connection
