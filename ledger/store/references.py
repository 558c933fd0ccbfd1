"""Events found by the reference that they carry from outside (银行流水号): one question, however many are asked about.

The index of migration 0031 holds the references themselves, so that no state grows with them and none is forgotten.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec
from sqlalchemy import Connection

from ledger.streams.base import Event, decode

Found = dict[tuple[str, str], list[tuple[int, Event]]]
"""Events with their versions, by stream and reference, oldest first."""

_TOPICS: Final = "topic IN ('loan.recovered/1', 'loan.repaid/1')"
_REFERENCE: Final = {
    "sqlite": "json_extract(state, '$.reference')",
    "postgresql": "((state::jsonb) ->> 'reference')",
}
"""As the index says them, for a database takes an index only where the question is put in its words."""


def events_under(connection: Connection, asked: Iterable[tuple[str, str]]) -> Found:
    """What was ever booked under references, given as ``(stream_id, reference)``; nothing is asked for nothing."""
    wanted = sorted({(stream, reference) for stream, reference in asked if reference})
    if not wanted:
        return {}
    dialect = connection.dialect.name
    if dialect == "sqlite":
        pairs = "(SELECT value ->> 0 AS stream, value ->> 1 AS reference FROM json_each(?)) AS asked"
        values: tuple[object, ...] = (msgspec.json.encode(wanted).decode(),)
    else:
        pairs = "unnest(%s::text[], %s::text[]) AS asked (stream, reference)"
        values = tuple(map(list, zip(*wanted, strict=True)))
    statement = (
        f"SELECT asked.stream, asked.reference, version, topic, state FROM {pairs} CROSS JOIN event"
        f" WHERE {_TOPICS} AND stream_id = asked.stream AND {_REFERENCE[dialect]} = asked.reference"
        " ORDER BY asked.stream, version"
    )
    found: Found = {}
    for stream, reference, version, topic, state in connection.exec_driver_sql(statement, values):
        found.setdefault((stream, reference), []).append((version, decode(topic, state)))
    return found


def booked_more_than_once(connection: Connection) -> list[tuple[str, str]]:
    """Streams and references of which there is more than one event, reversed ones among them."""
    reference = _REFERENCE[connection.dialect.name]
    statement = (
        f"SELECT stream_id, {reference} FROM event WHERE {_TOPICS} AND {reference} <> ''"
        f" GROUP BY stream_id, {reference} HAVING count(*) > 1 ORDER BY stream_id, 2"
    )
    return [(stream, text) for stream, text in connection.exec_driver_sql(statement)]
