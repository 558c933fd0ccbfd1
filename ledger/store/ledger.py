"""The ledger: the one place where a unit of work is opened, and where its events are read back."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

from eventsourcing.application import Application
from eventsourcing.persistence import Mapper, StoredEvent
from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError

from ledger.dates import utc_now
from ledger.limits import READ_BLOCK_EVENTS
from ledger.refusal import Refusal
from ledger.store import tables
from ledger.store.chain import Commit
from ledger.store.database import Database
from ledger.store.factory import LEDGER_URL, SQLAlchemyFactory
from ledger.store.tables import event
from ledger.store.unit_of_work import Index, Outcome, Register, Request, Step, UnitOfWork
from ledger.streams.base import Recorded, decode, encode

_STREAMS_IN_ONE_QUESTION: Final = 900

Decide = Callable[[UnitOfWork], dict[str, Any]]


class EventMapper(Mapper[str]):
    """Between recorded events and stored rows: plain JSON under the event's public name."""

    def to_stored_event(self, domain_event: Any) -> StoredEvent:
        body = domain_event.body
        return StoredEvent(
            domain_event.originator_id, domain_event.originator_version, body.topic, encode(body)
        )

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        return Recorded(
            str(stored_event.originator_id),
            stored_event.originator_version,
            decode(stored_event.topic, stored_event.state),
            datetime.max,
        )


class LedgerApplication(Application[str]):
    """The library's application over our recorder; ``save`` is the only road to the event table."""

    name = "Ledger"

    def construct_mapper(self) -> Mapper[str]:
        return self.factory.mapper(mapper_class=EventMapper)


def _no_fault(_: str) -> None:
    """What happens after each step of a unit of work, where no test injects a fault."""


@contextmanager
def _collection_paused() -> Iterator[None]:
    """No garbage collection meanwhile: a unit of work makes many objects but no cycles, and a third of the time of a
    large one went into looking for them.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class Ledger:
    """A ledger by its URL, with the registers that its commands decide from.

    ``clock`` gives the moment of recording; everything else about time is an argument of the command.
    """

    def __init__(
        self,
        url: str,
        registers: Mapping[str, Register],
        clock: Callable[[], datetime] = utc_now,
        after_step: Step = _no_fault,
        indexes: Sequence[Index] = (),
    ) -> None:
        self.application = LedgerApplication(
            env={"PERSISTENCE_MODULE": "ledger.store.factory:SQLAlchemyFactory", LEDGER_URL: url}
        )
        assert isinstance(self.application.factory, SQLAlchemyFactory)
        self.database: Database = self.application.factory.database
        self.registers = registers
        self.indexes = indexes
        self.clock = clock
        self.after_step = after_step

    def execute(self, request: Request, decide: Decide) -> Outcome:
        """Runs one unit of work: its events, its registers and its commit row, all or nothing, once.

        Refuses what ``decide`` refuses, ``key_reused`` and ``ledger_busy``; a refusal leaves no trace. When the
        connection is lost at the commit, the key tells whether the work was done.
        """
        try:
            return self._attempt(request, decide)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            done = self.outcome_of(request)
            if done is None:
                raise Refusal("connection_lost", key=request.key) from error
            return done

    def _attempt(self, request: Request, decide: Decide) -> Outcome:
        with _collection_paused(), self.database.writing() as connection:
            uow = UnitOfWork(
                connection,
                request,
                self.clock(),
                self.registers,
                self.application.save,
                self.after_step,
                self.indexes,
            )
            earlier = uow.earlier()
            if earlier is not None:
                return earlier
            uow.claim()
            result = decide(uow)
            uow.write()
            return uow.seal(result)

    def outcome_of(self, request: Request) -> Outcome | None:
        """What a request came to, asked under the append lock, so that the answer is final."""
        with self.database.writing() as connection:
            uow = UnitOfWork(connection, request, self.clock(), {}, self.application.save, _no_fault)
            return uow.earlier()

    def stream(self, stream_id: str, connection: Connection | None = None) -> list[Recorded]:
        """All events of one stream, oldest first."""
        asked = _event_columns().where(event.c.stream_id == stream_id).order_by(event.c.version)
        if connection is not None:
            return [_recorded(row) for row in connection.execute(asked)]
        with self.database.reading() as connection:
            return [_recorded(row) for row in connection.execute(asked)]

    def newest_recorded_at(self, stream_id: str, connection: Connection) -> datetime | None:
        """When the newest event of a stream was recorded."""
        asked = select(event.c.recorded_at).where(event.c.stream_id == stream_id)
        found: datetime | None = connection.execute(asked.order_by(event.c.version.desc()).limit(1)).scalar()
        return found

    def events(self) -> list[Recorded]:
        """Every event in the order of its recording, for ledgers as small as a case."""
        with self.database.reading() as connection:
            return [_recorded(row) for row in connection.execute(_event_columns().order_by(event.c.id))]

    def close(self) -> None:
        self.application.close()


def _event_columns() -> Any:
    return select(
        event.c.stream_id, event.c.version, event.c.topic, event.c.state, event.c.recorded_at, event.c.id
    )


def _recorded(row: Any) -> Recorded:
    return Recorded(row.stream_id, row.version, decode(row.topic, row.state), row.recorded_at, row.id)


def events_of_streams(connection: Connection, stream_ids: Sequence[str]) -> dict[str, list[Recorded]]:
    """All events of the named streams, each stream's oldest first."""
    found: dict[str, list[Recorded]] = {}
    for start in range(0, len(stream_ids), _STREAMS_IN_ONE_QUESTION):
        some = event.c.stream_id.in_(stream_ids[start : start + _STREAMS_IN_ONE_QUESTION])
        asked = _event_columns().where(some).order_by(event.c.stream_id, event.c.version)
        for row in connection.execute(asked):
            found.setdefault(row.stream_id, []).append(_recorded(row))
    return found


def blocks_of_events(
    connection: Connection, after: int = 0, until: int | None = None
) -> Iterator[list[tuple[int, str, int, str, str, Any]]]:
    """The ledger in id order, in bounded blocks of ``(id, stream_id, version, topic, state, recorded_at)``.

    Rows come straight from the driver: ``recorded_at`` is a datetime on PostgreSQL and ISO text on SQLite.
    """
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    statement = (
        "SELECT id, stream_id, version, topic, state, recorded_at FROM event"
        f" WHERE id > {mark} AND id <= {mark} ORDER BY id LIMIT {READ_BLOCK_EVENTS}"
    )
    last = until if until is not None else 2**62
    while True:
        rows: list[Any] = list(connection.exec_driver_sql(statement, (after, last)).cursor.fetchall())
        if not rows:
            return
        yield rows
        after = rows[-1][0]


def read_commits(connection: Connection, after: int = 0) -> Iterator[Commit]:
    """Commit rows in order."""
    asked = select(tables.commit).where(tables.commit.c.id > after).order_by(tables.commit.c.id)
    for row in connection.execute(asked, execution_options={"yield_per": 1000}):
        yield Commit(*row)
