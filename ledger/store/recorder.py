"""The library's recorders on SQLAlchemy Core, for SQLite and PostgreSQL alike.

A recorder never creates a table. Events that reach it outside a unit of work (the library's own way) are given one
of their own, so that no event ever stands outside the chain of commits. Ids of streams are text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final
from uuid import UUID, uuid4

from eventsourcing import persistence as library
from sqlalchemy import ColumnElement, Connection, exc, func, insert, select, update

from ledger.dates import utc_now
from ledger.store import tables
from ledger.store.database import Database
from ledger.store.tables import event
from ledger.store.unit_of_work import Request, UnitOfWork

POLL_SECONDS: Final = 0.05
"""How long a subscription waits before it looks again; a lost wake-up can delay it no longer than this."""

_FAMILIES: Final = (
    (exc.IntegrityError, library.IntegrityError),
    (exc.OperationalError, library.OperationalError),
    (exc.InterfaceError, library.InterfaceError),
    (exc.DataError, library.DataError),
    (exc.InternalError, library.InternalError),
    (exc.ProgrammingError, library.ProgrammingError),
    (exc.NotSupportedError, library.NotSupportedError),
    (exc.DatabaseError, library.DatabaseError),
)


@contextmanager
def translating_errors() -> Iterator[None]:
    """The toolkit's errors as the library's."""
    try:
        yield
    except exc.DBAPIError as error:
        for toolkit, ours in _FAMILIES:
            if isinstance(error, toolkit):
                raise ours(str(error.orig)) from error
        raise library.PersistenceError(str(error.orig)) from error


class SQLAlchemyTrackingRecorder(library.TrackingRecorder):
    """Positions of readers, one row for each; a position only ever moves forward."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def insert_tracking(self, tracking: library.Tracking) -> None:
        with translating_errors(), self.database.writing() as connection:
            self.move(connection, tracking)

    @staticmethod
    def move(connection: Connection, tracking: library.Tracking) -> None:
        """Moves a reader's position within a transaction that also writes what the reader made of the events."""
        table = tables.tracking
        values = {"notification_id": tracking.notification_id}
        moved = connection.execute(
            update(table)
            .where(table.c.application_name == tracking.application_name)
            .where(table.c.notification_id < tracking.notification_id)
            .values(values)
        )
        if moved.rowcount == 0:
            connection.execute(insert(table).values(application_name=tracking.application_name, **values))

    def max_tracking_id(self, application_name: str) -> int | None:
        table = tables.tracking
        with translating_errors(), self.database.reading() as connection:
            return connection.execute(
                select(table.c.notification_id).where(table.c.application_name == application_name)
            ).scalar()


class SQLAlchemyAggregateRecorder(library.AggregateRecorder):
    """Events by stream."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def insert_events(
        self, stored_events: Sequence[library.StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        """Within ``uow`` the events join that unit of work, which knows their ids; else they get one of their own.

        A unit of work keeps the toolkit's errors, by which it tells that its connection was lost.
        """
        uow: UnitOfWork | None = kwargs.get("uow")
        rows = [
            (str(one.originator_id), one.originator_version, one.topic, one.state.decode())
            for one in stored_events
        ]
        if uow is not None:
            uow.insert(rows)
            return None
        with translating_errors():
            return self._insert_alone(rows, kwargs.get("tracking"))

    def _insert_alone(
        self, rows: list[tuple[str, int, str, str]], tracking: library.Tracking | None
    ) -> Sequence[int] | None:
        if not rows and tracking is None:
            return None
        request = Request(key=str(uuid4()), command="append", actor="library", content=len(rows))
        with self.database.writing() as connection:
            uow = UnitOfWork(connection, request, utc_now(), {}, _no_save, _no_step)
            if tracking is not None:
                SQLAlchemyTrackingRecorder.move(connection, tracking)
            ids = uow.insert(rows) if rows else range(0)
            if rows:
                uow.claim()
                uow.seal({})
        return self._answer(ids)

    @staticmethod
    def _answer(_: range) -> Sequence[int] | None:
        return None

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[library.StoredEvent]:
        asked = (
            select(event.c.stream_id, event.c.version, event.c.topic, event.c.state)
            .where(event.c.stream_id == str(originator_id))
            .order_by(event.c.version.desc() if desc else event.c.version)
        )
        if gt is not None:
            asked = asked.where(event.c.version > gt)
        if lte is not None:
            asked = asked.where(event.c.version <= lte)
        with translating_errors(), self.database.reading() as connection:
            found = connection.execute(asked.limit(limit) if limit is not None else asked)
            return [_stored(row) for row in found]


class SQLAlchemyApplicationRecorder(SQLAlchemyAggregateRecorder, library.ApplicationRecorder):
    """Events by stream and in the order of the ledger, with gapless ids."""

    @staticmethod
    def _answer(ids: range) -> Sequence[int] | None:
        return list(ids)

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[library.Notification]:
        conditions: list[ColumnElement[bool]] = []
        if start is not None:
            conditions.append(event.c.id >= start if inclusive_of_start else event.c.id > start)
        if stop is not None:
            conditions.append(event.c.id <= stop)
        if topics:
            conditions.append(event.c.topic.in_(topics))
        asked = (
            select(event.c.stream_id, event.c.version, event.c.topic, event.c.state, event.c.id)
            .where(*conditions)
            .order_by(event.c.id)
            .limit(limit)
        )
        with translating_errors(), self.database.reading() as connection:
            return [
                library.Notification(
                    originator_id=row.stream_id,
                    originator_version=row.version,
                    topic=row.topic,
                    state=row.state.encode(),
                    id=row.id,
                )
                for row in connection.execute(asked)
            ]

    def max_notification_id(self) -> int | None:
        with translating_errors(), self.database.reading() as connection:
            return connection.execute(select(func.max(event.c.id))).scalar()

    def subscribe(
        self, gt: int | None = None, topics: Sequence[str] = ()
    ) -> library.Subscription[library.ApplicationRecorder]:
        return PollingSubscription(recorder=self, gt=gt, topics=topics)


class SQLAlchemyProcessRecorder(
    SQLAlchemyTrackingRecorder, SQLAlchemyApplicationRecorder, library.ProcessRecorder
):
    """Events and the position of the reader that caused them, in one transaction."""


class PollingSubscription(library.ListenNotifySubscription[library.ApplicationRecorder]):
    """Follows the ledger by looking again and again: commit order is id order, so nothing is ever passed over."""

    def _loop_on_pull(self) -> None:
        try:
            while not self._has_been_stopped:
                self._pull()
                self._has_been_notified.wait(timeout=POLL_SECONDS)
        except BaseException as error:
            self._thread_error = self._thread_error or error
            self.stop()


def _stored(row: Any) -> library.StoredEvent:
    return library.StoredEvent(
        originator_id=row.stream_id,
        originator_version=row.version,
        topic=row.topic,
        state=row.state.encode(),
    )


def _no_save(*_: object, **__: object) -> None:
    raise AssertionError("a recorder's own unit of work decides nothing")


def _no_step(_: str) -> None:
    pass
