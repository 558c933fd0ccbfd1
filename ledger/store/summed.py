"""Movements of many accounts with their contributions added up by the database: the yearly settlement on SQLite."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Connection

from ledger.store.movements import money_topics, recorded_since
from ledger.streams.account import Deposited
from ledger.streams.base import Event, decode


class Summed(NamedTuple):
    """The movements of an account with its contributions added up: their sum from a day on, and their fen-days.

    ``products`` has the fen-days for each stretch, ``late_recorded_at`` when the first of those was recorded that have
    a value date from another day on; ``others`` are all movements that are no contribution, by version.
    """

    fen: int = 0
    products: tuple[int, ...] = ()
    late_recorded_at: Any = None
    others: tuple[tuple[int, Event, Any], ...] = ()


def sums_deposits(connection: Connection) -> bool:
    """Whether contributions are added up where they lie: SQLite does it in half the time of reading them.

    PostgreSQL takes twice as long to look into the JSON as it takes to hand the rows out.
    """
    return connection.dialect.name == "sqlite"


def movements_summed(
    connection: Connection,
    keys: Sequence[str],
    since: str,
    first: date,
    late: date,
    stretches: Sequence[tuple[int, int]],
) -> Iterator[tuple[str, Summed]]:
    """The movements of accounts by one question, contributions from ``first`` on added up (``sums_deposits``).

    A contribution counts in a stretch of days (ordinals, the end left out) for the days that are left of it. Nine
    of ten movements are contributions, and to read each of them took more than half the time of a settlement.
    """
    condition, values = recorded_since(connection, "account", keys, money_topics(), since)
    counted = f"FILTER (WHERE paid AND day >= {first.toordinal()})"
    products = "".join(
        f", sum(fen * CASE WHEN day < {start} THEN {end - start} WHEN day < {end} THEN {end} - day ELSE 0 END)"
        f" {counted}"
        for start, end in stretches
    )
    # The limit keeps the planner from reading the JSON again at each place where a value of it is named.
    statement = (
        "SELECT stream_id, json_group_array(json_array(version, topic, state, recorded_at)) FILTER (WHERE NOT paid),"
        f" min(recorded_at) FILTER (WHERE paid AND day >= {late.toordinal()}), sum(fen) {counted}{products}"
        f" FROM (SELECT stream_id, version, topic, state, recorded_at, topic = '{Deposited.topic}' AS paid,"
        f" {_FEN} AS fen, {_ORDINAL} AS day FROM event WHERE {condition} LIMIT {2**62}) AS movement"
        " GROUP BY stream_id"
    )
    wanted = {f"account-{key}": key for key in keys}
    for stream_id, others, late_recorded_at, fen, *sums in connection.exec_driver_sql(
        statement, values
    ).cursor.fetchall():
        if stream_id in wanted:
            told = tuple(_others(others)) if others != "[]" else ()
            yield wanted[stream_id], Summed(fen or 0, tuple(one or 0 for one in sums), late_recorded_at, told)


def _others(text: str) -> Iterator[tuple[int, Event, Any]]:
    for version, topic, state, recorded_at in sorted(msgspec.json.decode(text)):
        yield version, decode(topic, state), recorded_at


_FEN: Final = "json_extract(state, '$.employer_fen') + json_extract(state, '$.employee_fen')"
_ORDINAL: Final = "CAST(julianday(json_extract(state, '$.effective_on')) - 1721424.5 AS INTEGER)"
"""The value date as an ordinal: 1 is 0001-01-01."""
