"""A register (台账): the newest state of every stream of one kind, as columns, written with the events themselves.

One class serves all kinds: the columns are the fields of the state. Text, integers and days are kept as they are;
tuples and mappings as JSON text. ``version`` is the number of events in the stream and guards every write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Final, get_args, get_origin, get_type_hints

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
    insert,
    select,
)

from ledger.refusal import Refusal
from ledger.store.append import driver
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
        self.columns = ("key", "version", *self.fields)
        self._kinds = [_column_type(hints[name]) for name in self.fields]
        self._to_json = [_is_json(hints[name]) for name in self.fields]
        self._to_convert = [
            (index, to_json)
            for index, (kind, to_json) in enumerate(zip(self._kinds, self._to_json, strict=True), start=2)
            if to_json or kind is Date
        ]
        self._from_column = [
            (index, reader)
            for index, name in enumerate(self.fields, start=2)
            if (reader := _reader(hints[name])) is not None
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
        """``{key: (version, state)}`` for the keys that are there, by one question to the driver itself."""
        asked = f"SELECT {', '.join(self.columns)} FROM {self.table.name} WHERE key"
        if connection.dialect.name == "sqlite":
            asked += " IN (SELECT value FROM json_each(?))"
            rows = driver(connection).execute(asked, [msgspec.json.encode(keys).decode()])
            return {row[0]: (row[1], self.state_of(row)) for row in rows}
        with driver(connection).cursor(binary=True) as cursor:
            rows = cursor.execute(f"{asked} = ANY(%s)", [list(keys)]).fetchall()
            return {row[0]: (row[1], self.state_of(row)) for row in rows}

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

    def state_of(self, row: Sequence[Any]) -> Any:
        """The state of a row ``(key, version, *fields)``, as the driver or the toolkit gives it."""
        values = list(row)
        for index, read in self._from_column:
            values[index] = read(values[index])
        return self.state_type(*values[2:])

    def row_of(self, key: str, version: int, state: Any, sqlite: bool) -> tuple[Any, ...]:
        """The row of a state, as the driver takes it."""
        row = [key, version, *msgspec.structs.astuple(state)]
        for index, to_json in self._to_convert:
            row[index] = _to_column(row[index], to_json, sqlite)
        return tuple(row)

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
        name, columns = table or self.table.name, self.columns
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
        """Column by column: whole columns are compared, and only those that changed are written."""
        sqlite = connection.dialect.name == "sqlite"
        before = zip(*(msgspec.structs.astuple(one.state_read) for one in known.values()), strict=True)
        after = zip(*(msgspec.structs.astuple(one.state) for one in known.values()), strict=True)
        touched = {
            index: self._column(index, new, sqlite)
            for index, (old, new) in enumerate(zip(before, after, strict=True))
            if old != new
        }
        versions = [one.version for one in known.values()], [one.version_read for one in known.values()]
        write = self._update_by_rows if sqlite else self._update_by_arrays
        written = write(connection, list(known), versions, touched)
        if written != len(known):
            raise Refusal("version_conflict", kind=self.stream.kind, expected=len(known), written=written)

    def _column(self, index: int, values: tuple[Any, ...], sqlite: bool) -> list[Any]:
        """The values of one column, as the driver takes them; numbers are taken as they are."""
        if self._kinds[index] is BigInteger:
            return list(values)
        return [_to_column(value, self._to_json[index], sqlite) for value in values]

    def _update_by_rows(
        self, connection: Connection, keys: list[str], versions: _Versions, touched: dict[int, list[Any]]
    ) -> int:
        assignments = ", ".join(f"{name} = ?" for name in ("version", *(self.fields[one] for one in touched)))
        statement = f"UPDATE {self.table.name} SET {assignments} WHERE key = ? AND version = ?"
        rows = zip(versions[0], *touched.values(), keys, versions[1], strict=True)
        return _run(connection, statement, rows)

    def _update_by_arrays(
        self, connection: Connection, keys: list[str], versions: _Versions, touched: dict[int, list[Any]]
    ) -> int:
        names = ("version", *(self.fields[one] for one in touched))
        types = ("text", "integer", "integer", *(_POSTGRES[self._kinds[one]] for one in touched))
        arrays = ", ".join(f"%s::{kind}[]" for kind in types)
        statement = (
            f"UPDATE {self.table.name} AS old SET {', '.join(f'{name} = new.{name}' for name in names)}"
            f" FROM unnest({arrays}) AS new (key, version_read, {', '.join(names)})"
            " WHERE old.key = new.key AND old.version = new.version_read"
        )
        values: tuple[list[Any], ...] = (keys, versions[1], versions[0], *touched.values())
        parameters = tuple(map(_array, types, values))
        return connection.exec_driver_sql(statement, parameters).rowcount


_Versions = tuple[list[int], list[int]]
"""The new versions and the versions that were read."""


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
    if get_origin(hint) in (dict, tuple):  # a day inside one is text of its JSON
        return True
    return hint is not int and hint is not str and hint is not date and date not in get_args(hint)


def _reader(hint: Any) -> Callable[[Any], Any] | None:
    """How a column's value becomes a field's, where they differ. The same few tuples stand in most rows."""
    if _is_json(hint):
        decode = msgspec.json.Decoder(hint).decode
        return lru_cache(maxsize=4096)(decode) if get_origin(hint) is tuple else decode
    return _day if date in (hint, *get_args(hint)) else None


@lru_cache(maxsize=4096)
def _day(value: Any) -> Any:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _to_column(value: Any, to_json: bool, sqlite: bool) -> Any:
    if to_json:
        return msgspec.json.encode(value, order="sorted").decode()
    return value.isoformat() if sqlite and isinstance(value, date) else value


def _array(kind: str, values: list[Any]) -> Any:
    """Numbers as the text of an array, which is many times quicker than the driver's own way; all else is left to it."""
    return "{" + ",".join(map(str, values)) + "}" if kind in ("integer", "bigint") else values


def _run(connection: Connection, statement: str, rows: Iterable[Any]) -> int:
    return int(driver(connection).executemany(statement, rows).rowcount)
