"""Replay (重演): every register and every view built afresh beside the live one, compared, and switched if they differ.

The fresh tables are filled from the events alone. Comparison and switch happen under the append lock in one
transaction, so that a reader sees the old table or the new one, never half of either.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from time import perf_counter
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, text

from ledger.store.database import Database
from ledger.store.unit_of_work import read_head
from projections.registers import REGISTERS
from projections.registers.references import REFERENCES, Uses
from projections.replay.fold import States, fold_events
from projections.views.view import View, batches, position_of, target

Progress = Callable[[str, int, int], None]
"""Told what is being done, how far it is, and of how much."""


class Compared(NamedTuple):
    """One table: rows in the fresh build, rows that only the live one or only the fresh one has."""

    table: str
    rows: int
    only_live: int
    only_fresh: int

    @property
    def equal(self) -> bool:
        return not self.only_live and not self.only_fresh


class Replayed(NamedTuple):
    """What a replay found: the tables, the events behind them, and how long it took."""

    tables: list[Compared]
    events: int
    seconds: Any
    switched: bool

    @property
    def equal(self) -> bool:
        return all(one.equal for one in self.tables)


def replay(
    database: Database, views: Sequence[View], progress: Progress | None = None, switch: bool = True
) -> Replayed:
    """Rebuilds all registers and views, compares them with the live ones, and switches those that differ.

    Needs the role that owns the tables: fresh tables are made and dropped.
    """
    tell = progress or (lambda *_: None)
    began = perf_counter()
    with database.writing() as connection:
        until = read_head(connection).event_id
        states: States = {}
        uses: Uses = {}
        fold_events(
            connection, states, until=until, progress=lambda at: tell("registers", at, until), uses=uses
        )
        compared = [
            _compare(connection, register.table, _fill_register(register, states))
            for register in REGISTERS.values()
        ]
        compared.append(_compare(connection, REFERENCES.table, _fill_references(uses)))
        states.clear()
        for view in views:
            compared += _replay_view(connection, view, lambda at, v=view: tell(v.name, at, until))  # type: ignore[misc]
        switched = switch and not all(one.equal for one in compared)
        for one in compared:
            if switched and not one.equal:
                connection.execute(text(f"DELETE FROM {one.table}"))
                connection.execute(text(f"INSERT INTO {one.table} SELECT * FROM fresh_{one.table}"))
            connection.execute(text(f"DROP TABLE fresh_{one.table}"))
    return Replayed(compared, until, perf_counter() - began, switched)


def _fill_register(register: Any, states: States) -> Callable[[Connection, str], None]:
    def fill(connection: Connection, name: str) -> None:
        rows = iter(sorted(states[register.stream.kind].items()))
        while some := [(key, version, state) for key, (version, state) in islice(rows, 10_000)]:
            register.insert(connection, some, table=name)

    return fill


def _fill_references(uses: Uses) -> Callable[[Connection, str], None]:
    table = REFERENCES.table
    return lambda connection, name: REFERENCES.insert(connection, uses, target(table, {table.name: name}))


def _replay_view(connection: Connection, view: View, tell: Callable[[int], None]) -> list[Compared]:
    """A view is rebuilt as far as the live one has come, so that the two can be compared."""
    names = {table.name: f"fresh_{table.name}" for table in view.tables}
    position = position_of(connection, view)
    for table in view.tables:
        _make(connection, table)
    for batch in batches(connection, 0):
        if batch[-1].id > position:
            batch = [seen for seen in batch if seen.id <= position]
        if batch:
            view.apply(connection, batch, names)
            tell(batch[-1].id)
    return [_differences(connection, table) for table in view.tables]


def _compare(connection: Connection, table: Table, fill: Callable[[Connection, str], None]) -> Compared:
    _make(connection, table)
    fill(connection, f"fresh_{table.name}")
    return _differences(connection, table)


def _make(connection: Connection, table: Table) -> None:
    connection.execute(text(f"DROP TABLE IF EXISTS fresh_{table.name}"))
    connection.execute(text(f"CREATE TABLE fresh_{table.name} AS SELECT * FROM {table.name} WHERE false"))


def _differences(connection: Connection, table: Table) -> Compared:
    columns = ", ".join(column.name for column in table.columns)
    live, fresh = (f"SELECT {columns} FROM {name}" for name in (table.name, f"fresh_{table.name}"))

    def count(question: str) -> int:
        return int(connection.execute(text(f"SELECT count(*) FROM ({question}) AS rows")).scalar_one())

    return Compared(
        table.name,
        count(fresh),
        count(f"{live} EXCEPT {fresh}"),
        count(f"{fresh} EXCEPT {live}"),
    )
