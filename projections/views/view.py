"""A view: a read model built from whole commits in batches, with its position in the same transaction.

Views are never part of a unit of work. A reader brings a view up to the newest commit before it asks; how far behind
it is can be asked too. Tables carry the version of their shape in their name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple, Protocol

from sqlalchemy import Connection, Table, insert, select, update

from ledger.dates import business_day
from ledger.limits import READ_BLOCK_EVENTS
from ledger.store import tables
from ledger.store.chain import Commit
from ledger.store.database import Database
from ledger.store.ledger import blocks_of_events, read_commits
from ledger.streams.base import Event, decode


class Seen(NamedTuple):
    """One event as a view sees it."""

    id: int
    kind: str
    key: str
    version: int
    body: Event
    commit: Commit
    recorded_on: date


class View(Protocol):
    """Its name, its tables, and how a batch of events changes them."""

    @property
    def name(self) -> str: ...

    @property
    def tables(self) -> Sequence[Table]: ...

    def apply(self, connection: Connection, events: Sequence[Seen], names: dict[str, str]) -> None:
        """Writes what the events mean into the tables; ``names`` maps each table to the one to be written."""


def position_of(connection: Connection, view: View) -> int:
    """The id of the last event that a view has taken in."""
    table = tables.tracking
    found = connection.execute(
        select(table.c.notification_id).where(table.c.application_name == view.name)
    ).scalar()
    return found or 0


def batches(connection: Connection, after: int) -> Iterator[list[Seen]]:
    """The events after an id, in batches of whole commits, so that a view is the same however often it is fed."""
    for commits in _commits_by_size(connection, after):
        yield _read(connection, commits)


def _commits_by_size(connection: Connection, after: int) -> Iterator[list[Commit]]:
    table = tables.commit
    first = connection.execute(
        select(table.c.id).where(table.c.last_event_id > after).order_by(table.c.id).limit(1)
    ).scalar()
    waiting: list[Commit] = []
    for commit in read_commits(connection, first - 1) if first else ():
        waiting.append(commit)
        if commit.last_event_id - after >= READ_BLOCK_EVENTS:
            yield waiting
            waiting, after = [], commit.last_event_id
    if any(commit.count for commit in waiting):
        yield waiting


def _read(connection: Connection, commits: Sequence[Commit]) -> list[Seen]:
    seen: list[Seen] = []
    follow = iter([(commit, business_day(commit.recorded_at)) for commit in commits])
    commit, day = next(follow)
    for block in blocks_of_events(connection, commits[0].first_event_id - 1, commits[-1].last_event_id):
        for event_id, stream_id, version, topic, state, _ in block:
            while event_id > commit.last_event_id:
                commit, day = next(follow)
            kind, _, key = stream_id.partition("-")
            seen.append(Seen(event_id, kind, key, version, decode(topic, state), commit, day))
    return seen


def catch_up(database: Database, view: View, progress: Callable[[int], None] | None = None) -> int:
    """Brings a view up to the newest commit, batch by batch, and returns how many events it took in."""
    names = {table.name: table.name for table in view.tables}
    taken = 0
    while True:
        with database.writing() as connection:
            batch = next(batches(connection, position_of(connection, view)), None)
            if batch is None:
                return taken
            view.apply(connection, batch, names)
            _move(connection, view, batch[-1].id)
        taken += len(batch)
        if progress:
            progress(batch[-1].id)


def _move(connection: Connection, view: View, position: int) -> None:
    table = tables.tracking
    moved = connection.execute(
        update(table).where(table.c.application_name == view.name).values(notification_id=position)
    )
    if not moved.rowcount:
        connection.execute(insert(table).values(application_name=view.name, notification_id=position))


def target(table: Table, names: dict[str, str]) -> Any:
    """The table to be written: the live one, or the one of a rebuild beside it."""
    name = names[table.name]
    return table if name == table.name else table.to_metadata(type(table.metadata)(), name=name)
