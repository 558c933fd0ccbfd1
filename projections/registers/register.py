"""A register (台账): the newest state of every stream of one kind, as columns, written with the events themselves.

One class serves all kinds: the columns are the fields of the state. Text, integers and days are kept as they are;
tuples and mappings as JSON text. ``version`` is the number of events in the stream and guards every write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, get_args, get_type_hints

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Date,
    Integer,
    Select,
    Table,
    Text,
    bindparam,
    func,
    insert,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from ledger.refusal import Refusal
from ledger.store.append import driver, translated
from ledger.store.tables import metadata
from ledger.store.unit_of_work import Change
from ledger.streams.base import Stream

_KEYS_IN_ONE_QUESTION: Final = 900
"""SQLite takes a limited number of bound values; PostgreSQL takes one array."""


class Register:
    """The register of one kind of stream. ``indexed`` names columns that commands look streams up by."""

    def __init__(self, stream: Stream[Any], indexed: Sequence[str] = ()) -> None:
        self.stream = stream
        self.state_type = type(stream.initial)
        hints = get_type_hints(self.state_type)
        self.fields = tuple(self.state_type.__struct_fields__)
        self._kinds = [_column_type(hints[name]) for name in self.fields]
        self._to_column = [_writer(hints[name]) for name in self.fields]
        self._as_json = [_is_json(hints[name]) for name in self.fields]
        self._from_json = [
            msgspec.json.Decoder(hints[name]).decode if as_json else None
            for name, as_json in zip(self.fields, self._as_json, strict=True)
        ]
        self.table = Table(
            f"register_{stream.kind}",
            metadata,
            Column("key", Text, primary_key=True),
            Column("version", Integer, nullable=False),
            *(
                Column(name, kind, nullable=kind is Date, index=name in indexed)
                for name, kind in zip(self.fields, self._kinds, strict=True)
            ),
        )

    # -- reading

    def read(self, connection: Connection, keys: Sequence[str]) -> dict[str, tuple[int, Any]]:
        """``{key: (version, state)}`` for the keys that are there, by one question (a few on SQLite)."""
        found: dict[str, tuple[int, Any]] = {}
        if connection.dialect.name != "sqlite":
            asked = select(self.table).where(
                self.table.c.key == func.any(bindparam("keys", list(keys), ARRAY(Text)))
            )
            return self._collect(connection, asked)
        for some in _portions(connection, {"key": list(keys)}):
            found |= self._collect(connection, select(self.table).where(self.table.c.key.in_(some["key"])))
        return found

    def keys_where(self, connection: Connection, **equal: Any) -> list[str]:
        """Keys of the streams whose columns have the given values; a list of values stands for any of them."""
        found: list[str] = []
        for some in _portions(connection, equal):
            conditions = [
                self.table.c[name].in_(value) if isinstance(value, list) else self.table.c[name] == value
                for name, value in some.items()
            ]
            found += connection.execute(select(self.table.c.key).where(*conditions)).scalars()
        return found

    def all(self, connection: Connection) -> Select[Any]:
        """The question for the whole register, in the order of keys."""
        return select(self.table).order_by(self.table.c.key)

    def _collect(self, connection: Connection, asked: Select[Any]) -> dict[str, tuple[int, Any]]:
        return {row[0]: (row[1], self.state_of(row)) for row in connection.execute(asked)}

    def state_of(self, row: Any) -> Any:
        """The state of a row ``(key, version, *fields)``."""
        values = [
            value if decode is None else decode(value)
            for decode, value in zip(self._from_json, row[2:], strict=True)
        ]
        return self.state_type(*values)

    def row_of(self, key: str, version: int, state: Any, sqlite: bool) -> tuple[Any, ...]:
        """The row of a state, as the driver takes it."""
        values = (
            write(getattr(state, name)) for name, write in zip(self.fields, self._to_column, strict=True)
        )
        if sqlite:
            values = (value.isoformat() if isinstance(value, date) else value for value in values)
        return (key, version, *values)

    # -- writing

    def write(self, connection: Connection, changes: Mapping[str, Change]) -> None:
        """New streams by one insert, known ones by one update of the columns that changed; versions are checked.

        Refuses ``version_conflict`` unless exactly as many rows were written as there are changes.
        """
        new = {key: change for key, change in changes.items() if not change.version_read}
        known = {key: change for key, change in changes.items() if change.version_read}
        if new:
            self.insert(connection, [(key, one.version, one.state) for key, one in new.items()])
        if known:
            self._update(connection, known)

    def insert(
        self, connection: Connection, states: Sequence[tuple[str, int, Any]], table: str | None = None
    ) -> None:
        """Rows for streams that are not there yet."""
        sqlite = connection.dialect.name == "sqlite"
        rows = [self.row_of(key, version, state, sqlite) for key, version, state in states]
        name, columns = table or self.table.name, ("key", "version", *self.fields)
        if sqlite:
            marks = ", ".join("?" * len(columns))
            _run(connection, f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({marks})", rows)
        elif len(rows) < 20 and table is None:
            connection.execute(insert(self.table), [dict(zip(columns, row, strict=True)) for row in rows])
        else:
            with (
                driver(connection).cursor() as cursor,
                cursor.copy(f"COPY {name} ({', '.join(columns)}) FROM STDIN") as copy,
            ):
                for row in rows:
                    copy.write_row(row)

    def _update(self, connection: Connection, known: Mapping[str, Change]) -> None:
        touched = [
            index
            for index, name in enumerate(self.fields)
            if any(getattr(one.state_read, name) != getattr(one.state, name) for one in known.values())
        ]
        names = [self.fields[index] for index in touched]
        writers = [self._to_column[index] for index in touched]
        values = {
            key: [write(getattr(one.state, name)) for name, write in zip(names, writers, strict=True)]
            for key, one in known.items()
        }
        if connection.dialect.name == "sqlite":
            assignments = ", ".join(f"{name} = ?" for name in ("version", *names))
            statement = f"UPDATE {self.table.name} SET {assignments} WHERE key = ? AND version = ?"
            rows = [
                (
                    one.version,
                    *(value.isoformat() if isinstance(value, date) else value for value in values[key]),
                    key,
                    one.version_read,
                )
                for key, one in known.items()
            ]
            written = _run(connection, statement, rows)
        else:
            written = self._update_by_arrays(connection, known, touched, values)
        if written != len(known):
            raise Refusal("version_conflict", kind=self.stream.kind, expected=len(known), written=written)

    def _update_by_arrays(
        self,
        connection: Connection,
        known: Mapping[str, Change],
        touched: list[int],
        values: dict[str, list[Any]],
    ) -> int:
        names = [self.fields[index] for index in touched]
        types = [_POSTGRES[self._kinds[index]] for index in touched]
        arrays = ", ".join(f"%s::{kind}[]" for kind in ("text", "integer", "integer", *types))
        assignments = ", ".join(f"{name} = new.{name}" for name in ("version", *names))
        statement = (
            f"UPDATE {self.table.name} AS old SET {assignments} FROM unnest({arrays})"
            f" AS new (key, version_read, {', '.join(('version', *names))})"
            " WHERE old.key = new.key AND old.version = new.version_read"
        )
        columns = [list(column) for column in zip(*values.values(), strict=True)] if names else []
        parameters = (
            list(known),
            [one.version_read for one in known.values()],
            [one.version for one in known.values()],
            *columns,
        )
        return connection.exec_driver_sql(statement, parameters).rowcount


def _portions(connection: Connection, equal: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The question in as many parts as the database's bound values need: a list of values is cut."""
    name, values = next(((n, v) for n, v in equal.items() if isinstance(v, list)), ("", []))
    if not name:
        yield dict(equal)
    for start in range(0, len(values), _KEYS_IN_ONE_QUESTION):
        yield {**equal, name: values[start : start + _KEYS_IN_ONE_QUESTION]}


_POSTGRES: Final[dict[Any, str]] = {Text: "text", BigInteger: "bigint", Date: "date"}


def _column_type(hint: Any) -> type[Text] | type[BigInteger] | type[Date]:
    if hint is int:
        return BigInteger
    return Date if date in (hint, *get_args(hint)) and not _is_json(hint) else Text


def _is_json(hint: Any) -> bool:
    return hint is not int and hint is not str and hint is not date and date not in get_args(hint)


def _writer(hint: Any) -> Callable[[Any], Any]:
    if _is_json(hint):
        return lambda value: msgspec.json.encode(value, order="sorted").decode()
    return lambda value: value


def _run(connection: Connection, statement: str, rows: list[Any]) -> int:
    try:
        return int(driver(connection).executemany(statement, rows).rowcount)
    except Exception as error:
        raise translated(connection, error) from error
