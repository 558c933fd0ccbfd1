"""Events of many streams at once, read by one question: what yearly settlements and monthly rolls compute from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, select

from ledger.store.tables import event, utc_text
from ledger.streams.account import BalanceTakenOver, InterestCredited
from ledger.streams.base import EVENTS, Event, decode

_PREFIX: Final = "account-"

Movement = tuple[str, int, Event, Any]
"""``(key, version, body, recorded_at)``, the moment as the driver gives it: see ``moment_text``."""


def money_topics() -> list[str]:
    """The topics of all events that move money of an account."""
    return sorted(topic for topic, one in EVENTS.items() if topic.startswith("account.") and one.moves_money)


def movements_of(connection: Connection, keys: Sequence[str], since: str = "") -> Iterator[Movement]:
    """The movements of accounts that were recorded since a moment (UTC text; by default ever), oldest first."""
    return bodies_of(connection, "account", keys, money_topics(), since)


def bodies_of(
    connection: Connection, kind: str, keys: Sequence[str], topics: Sequence[str], since: str = ""
) -> Iterator[Movement]:
    """Events of some topics of many streams of a kind, by one question, oldest first within each stream."""
    condition, values = recorded_since(connection, kind, keys, topics, since)
    statement = (
        f"SELECT stream_id, version, topic, state, recorded_at FROM event WHERE {condition}"
        " ORDER BY stream_id, version"
    )
    wanted = {f"{kind}-{key}": key for key in keys}
    cursor = connection.exec_driver_sql(statement, values).cursor
    while rows := cursor.fetchmany(10_000):
        for stream_id, version, topic, state, recorded_at in rows:
            if stream_id in wanted:
                yield wanted[stream_id], version, decode(topic, state), recorded_at


def recorded_since(
    connection: Connection, kind: str, keys: Sequence[str], topics: Sequence[str], since: str
) -> tuple[str, tuple[Any, ...]]:
    """The condition, with its values, for events of some topics of many streams, recorded since a moment."""
    prefix = f"{kind}-"
    sqlite = connection.dialect.name == "sqlite"
    mark = "?" if sqlite else "%s"
    conditions = [f"topic IN ({', '.join([mark] * len(topics))})"]
    values: list[Any] = list(topics)
    if sqlite:
        # The keys are sorted as the index is: one stretch of it instead of thousands of bound values.
        conditions.append("stream_id BETWEEN ? AND ?")
        values += [prefix + min(keys), prefix + max(keys)]
    else:
        conditions.append("stream_id = ANY(%s)")
        values.append([prefix + key for key in keys])
    if since:
        conditions.append(f"recorded_at >= {mark}" + ("" if sqlite else "::timestamptz"))
        values.append(since)
    return " AND ".join(conditions), tuple(values)


def moment_text(recorded_at: Any) -> str:
    """A driver's moment as the one text in which moments are compared and kept."""
    return utc_text(recorded_at) if isinstance(recorded_at, datetime) else str(recorded_at)


def has_movement_before(connection: Connection, day: date) -> bool:
    """Whether money of an account moved before a day; a balance taken over had its interest in the older system."""
    sqlite = connection.dialect.name == "sqlite"
    topics = [topic for topic in money_topics() if topic != BalanceTakenOver.topic]
    mark = "?" if sqlite else "%s"
    effective_on = "json_extract(state, '$.effective_on')" if sqlite else "state::jsonb ->> 'effective_on'"
    statement = (
        f"SELECT 1 FROM event WHERE topic IN ({', '.join([mark] * len(topics))})"
        f" AND {effective_on} < {mark} LIMIT 1"
    )
    return connection.exec_driver_sql(statement, (*topics, day.isoformat())).first() is not None


def moved_since(connection: Connection, after: int, until: date) -> list[tuple[int, str, date]]:
    """Movements with a value date up to a day that were recorded after an event: ``(event, account, value date)``.

    Interest is left out: it follows from the others.
    """
    topics = [topic for topic in money_topics() if topic != InterestCredited.topic]
    asked = (
        select(event.c.id, event.c.stream_id, event.c.topic, event.c.state)
        .where(event.c.id > after, event.c.topic.in_(topics))
        .order_by(event.c.id)
    )
    found = []
    for event_id, stream_id, topic, state in connection.execute(asked.execution_options(yield_per=10_000)):
        body = decode(topic, state)
        if body.effective_on <= until:
            found.append((event_id, stream_id[len(_PREFIX) :], body.effective_on))
    return found
