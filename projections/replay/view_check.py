"""Views against a fresh build: each is built again from the events in a database in memory, and compared row by row.

It needs no right to write, so an auditor who may only read can do it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import Any

from sqlalchemy import Connection, Table, create_engine, select

from projections.replay.checks import streamed
from projections.replay.findings import Finding
from projections.views.view import View, batches, position_of

Row = tuple[Any, ...]


def view_checks(views: Sequence[View]) -> list[Callable[[Connection], Iterable[Finding]]]:
    """One check for each view, as a verification takes them."""
    return [lambda connection, view=view: _differences(connection, view) for view in views]  # type: ignore[misc]


def _differences(connection: Connection, view: View) -> Iterator[Finding]:
    engine = create_engine("sqlite://")
    with engine.connect() as fresh:
        for table in view.tables:
            table.create(fresh)
        _build(connection, fresh, view)
        for table in view.tables:
            yield from _compare(connection, fresh, table)
    engine.dispose()


def _build(connection: Connection, fresh: Connection, view: View) -> None:
    """The view as far as the live one has come."""
    names = {table.name: table.name for table in view.tables}
    position = position_of(connection, view)
    for batch in batches(connection, 0):
        taken = [seen for seen in batch if seen.id <= position]
        if taken:
            view.apply(fresh, taken, names)


def _compare(connection: Connection, fresh: Connection, table: Table) -> Iterator[Finding]:
    live_rows, fresh_rows = (_rows(one, table) for one in (connection, fresh))
    for live, built in zip_longest(live_rows, fresh_rows):
        if live != built:
            row = " ".join(map(str, live or built))
            yield Finding("view_differs", {"table": table.name, "row": row[:120]})
            return


def _rows(connection: Connection, table: Table) -> Iterator[Row]:
    """Rows in the order of their bytes, which two kinds of database sort alike only when the program does it."""
    rows = streamed(connection, select(table))
    yield from sorted((tuple(row) for row in rows), key=lambda row: tuple(map(str, row)))
