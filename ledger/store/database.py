"""One way to a database, SQLite or PostgreSQL: reading, and writing under the append lock."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import StaticPool

from ledger.limits import LOCK_TIMEOUT_MS_MAX, STATEMENT_TIMEOUT_MS_MAX
from ledger.refusal import Refusal

APPEND_LOCK: Final = 0x70726F76
"""The advisory lock that every writer of a ledger takes first (the letters ``prov``)."""


class Database:
    """A database by its URL: ``sqlite:///file.db``, ``sqlite://`` or ``postgresql+psycopg://…``."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        self.in_memory = self.is_sqlite and make_url(url).database in (None, "", ":memory:")
        # One connection is the whole in-memory database, so its users take turns.
        self._turn = threading.RLock() if self.in_memory else None
        self.engine = self._sqlite_engine() if self.is_sqlite else self._postgresql_engine()

    def _sqlite_engine(self) -> Engine:
        arguments: dict[str, Any] = {"check_same_thread": False, "timeout": LOCK_TIMEOUT_MS_MAX / 1000}
        engine = create_engine(
            self.url, connect_args=arguments, **({"poolclass": StaticPool} if self.in_memory else {})
        )

        @event.listens_for(engine, "connect")
        def configure(connection: Any, _: object) -> None:
            connection.isolation_level = None  # the driver begins nothing by itself; we do
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute("PRAGMA cache_size=-65536")
            # Pages that many units of work change are then carried over once in 32 MB of log, not at each commit.
            connection.execute("PRAGMA wal_autocheckpoint=8000")

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            writing = connection.get_execution_options().get("writing", False)
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

        return engine

    def _postgresql_engine(self) -> Engine:
        return create_engine(self.url, pool_size=8, max_overflow=8, pool_pre_ping=True)

    def _taking_turns(self) -> Any:
        return self._turn or nullcontext()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the database for as long as it is open."""
        with self._taking_turns(), self.engine.connect() as connection:
            if not self.is_sqlite:
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection in a transaction that holds the append lock: the first step of every unit of work.

        Refuses ``ledger_busy`` when another writer keeps the lock too long.
        """
        with self._taking_turns(), self.engine.connect() as connection:
            if self.is_sqlite:
                connection = connection.execution_options(writing=True)
            try:
                transaction = connection.begin()
                if not self.is_sqlite:
                    connection.exec_driver_sql(
                        f"SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS_MAX};"
                        f"SET LOCAL statement_timeout = {STATEMENT_TIMEOUT_MS_MAX};"
                        f"SELECT pg_advisory_xact_lock({APPEND_LOCK})"
                    )
            except OperationalError as error:
                if "lock" in str(error.orig):
                    raise Refusal("ledger_busy") from error
                raise
            driver = connection.connection.driver_connection
            try:
                with transaction:
                    yield connection
            except self.engine.dialect.loaded_dbapi.Error as error:
                raise self._translated(error, driver) from error

    def _translated(self, error: Any, driver: Any) -> Any:
        """An error of the driver, where it was asked directly, as the toolkit's: callers know one family of errors."""
        dialect = self.engine.dialect
        lost = dialect.is_disconnect(error, driver, None)
        found: Any = DBAPIError.instance(
            None, None, error, dialect.loaded_dbapi.Error, connection_invalidated=lost, dialect=dialect
        )
        return found

    def is_migrated(self) -> bool:
        with self.engine.connect() as connection:
            return self.engine.dialect.has_table(connection, "ledger_commit")

    def close(self) -> None:
        with self._taking_turns():  # never under the feet of a reader: the driver would crash
            self.engine.dispose()

    def size_bytes(self) -> int:
        """Bytes on disk, for reports."""
        with self.reading() as connection:
            question = (
                "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
                if self.is_sqlite
                else "SELECT pg_database_size(current_database())"
            )
            return int(connection.execute(text(question)).scalar_one())
