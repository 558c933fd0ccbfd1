"""Backups (及时备份, 葫政发〔2019〕12号 第二十条): a whole ledger in one SQLite file, taken while it is in use.

A backup holds what cannot be computed: events, commits, keys, and the person store. A restore puts them into a fresh
ledger of either kind of database and replays the registers and views; only then is the backup worth anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Table, insert, select

from ledger.refusal import Refusal
from ledger.store import persons, tables
from ledger.store.database import Database
from ledger.store.unit_of_work import Head, read_head
from migrations import upgrade
from projections.replay.rebuild import replay
from projections.views.view import View

KEPT: Final[Sequence[Table]] = (tables.event, tables.commit, tables.idempotency, persons.person)
"""The tables that a backup holds, in the order in which they are copied."""

ROWS_AT_ONCE: Final = 10_000

Progress = Callable[[str, int], None]


class Backup(NamedTuple):
    """What was copied: rows by table, and the newest commit."""

    rows: dict[str, int]
    commit_id: int
    event_id: int
    hash: str


def back_up(database: Database, path: Path, progress: Progress | None = None) -> Backup:
    """Copies a ledger into a file that is not there yet, from one state of the database.

    Refuses ``file_exists``. The file appears under its name only when it is whole.
    """
    if path.exists():
        raise Refusal("file_exists", path=path.name)
    unfinished = path.with_name(path.name + ".unfinished")
    unfinished.unlink(missing_ok=True)
    target = Database(f"sqlite:///{unfinished}")
    upgrade(target.engine)
    with database.reading() as source, target.writing() as copy:
        made = _copy(source, copy, progress)
    with target.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    target.close()
    unfinished.rename(path)
    return made


def restore(
    path: Path, database: Database, views: Sequence[View], progress: Progress | None = None
) -> Backup:
    """Puts a backup into an empty ledger and replays its registers and views.

    Refuses ``ledger_not_empty`` and ``backup_unfit`` when the copy does not end in the commit the backup ends in.
    """
    upgrade(database.engine)
    source = Database(f"sqlite:///{path}")
    try:
        with source.reading() as reading, database.writing() as writing:
            if read_head(writing).commit_id:
                raise Refusal("ledger_not_empty")
            made = _copy(reading, writing, progress)
            if Backup(made.rows, *_head(writing)) != made:
                raise Refusal("backup_unfit", path=path.name)
    finally:
        source.close()
    replay(database, views)
    return made


def _copy(source: Connection, target: Connection, progress: Progress | None) -> Backup:
    rows: dict[str, int] = {}
    for table in KEPT:
        rows[table.name] = 0
        for some in _portions(source, table):
            target.execute(insert(table), some)
            rows[table.name] += len(some)
            if progress:
                progress(table.name, rows[table.name])
    return Backup(rows, *_head(source))


def _portions(source: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    """The rows of a table in the order of its first column, which is its key."""
    asked = select(table).order_by(next(iter(table.columns)))
    found = source.execute(asked, execution_options={"yield_per": ROWS_AT_ONCE})
    for some in found.partitions():
        yield [dict(zip(table.columns.keys(), row, strict=True)) for row in some]


def _head(connection: Connection) -> tuple[int, int, str]:
    head: Head = read_head(connection)
    return head.commit_id, head.event_id, head.hash
