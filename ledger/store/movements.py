"""Events of many streams at once, read by one question: what yearly settlements and monthly rolls compute from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Connection, select

from ledger.store.tables import event, utc_text
from ledger.streams.account import Closed, Deposited, InterestCredited
from ledger.streams.base import EVENTS, Event, decode
from ledger.streams.interest import Earner, Versioned

_PREFIX: Final = "account-"

Movement = tuple[str, int, Event, Any]
"""``(key, version, body, recorded_at)``, the moment as the driver gives it."""


def money_topics() -> list[str]:
    """The topics of all events that move money of an account."""
    return sorted(topic for topic, one in EVENTS.items() if topic.startswith("account.") and one.moves_money)


def interest_topics() -> list[str]:
    """The topics of all events of an account that change what it earns: its movements, and its closing."""
    return [*money_topics(), Closed.topic]


def movements_of(connection: Connection, keys: Sequence[str], since: str = "") -> Iterator[Movement]:
    """What changed the interest of accounts, recorded since a moment (UTC text; by default ever), oldest first."""
    return bodies_of(connection, "account", keys, interest_topics(), since)


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


class Moved(NamedTuple):
    """The movements of an account, contributions first, and when the first of the late ones was recorded, as text."""

    events: list[Versioned]
    late_since: str


_SOME_ACCOUNTS: Final = 1_000
_EARNERS: Final = msgspec.json.Decoder(list[Earner])
_JOINED_LISTED_ARRAY: Final = {
    "sqlite": ("group_concat", "json_group_array", "json_array"),
    "postgresql": ("string_agg", "json_agg", "json_build_array"),
}
"""How a database joins texts, lists values, and makes an array of some."""


def movements_together(
    connection: Connection, keys: Sequence[str], since: str, late: date
) -> Iterator[tuple[str, Moved]]:
    """The movements of accounts, one row for each account, late where their value date is ``late`` or after.

    Nine of ten movements are contributions: the database hands them out in one text, read with no more of each than
    bears interest, for to read every event by itself took more than half the time of a settlement.
    """
    joined, listed, array = _JOINED_LISTED_ARRAY[connection.dialect.name]
    condition, values = recorded_since(connection, "account", keys, interest_topics(), since)
    paid = f"topic = '{Deposited.topic}'"
    statement = (
        f"SELECT stream_id, {joined}(state, ',') FILTER (WHERE {paid}),"
        f" {joined}(CAST(recorded_at AS text), ',') FILTER (WHERE {paid}),"
        f" CAST({listed}({array}(version, topic, state, recorded_at)) FILTER (WHERE NOT {paid}) AS text)"
        f" FROM event WHERE {condition} GROUP BY stream_id"
    )
    wanted = {f"account-{key}": key for key in keys}
    cursor = connection.exec_driver_sql(statement, values).cursor
    while rows := cursor.fetchmany(_SOME_ACCOUNTS):
        for stream_id, contributions, recorded, others in rows:
            if stream_id in wanted:
                yield wanted[stream_id], _moved(contributions or "", recorded or "", others or "[]", late)


def _moved(contributions: str, recorded: str, others: str, late: date) -> Moved:
    events: list[Versioned] = [(0, one) for one in _EARNERS.decode(f"[{contributions}]")]
    late_at: list[str] = []
    if any(one.effective_on >= late for _, one in events):
        moments = zip(events, recorded.split(","), strict=True)
        late_at += [moment for (_, one), moment in moments if one.effective_on >= late]
    for version, topic, state, moment in sorted(msgspec.json.decode(others)):
        body = decode(topic, state)
        events.append((version, body))
        if body.effective_on >= late:
            late_at.append(moment)
    return Moved(events, _first_moment(late_at))


def _first_moment(texts: Iterable[str]) -> str:
    """The earliest of some moments, however a database writes them, in the one text in which moments are kept."""
    return min((utc_text(datetime.fromisoformat(text)) for text in texts), default="")


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
