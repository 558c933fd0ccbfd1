"""The register of references from outside: what stands under each, kept in the unit of work that books it.

One question by key answers whether a bank serial or a letter was used; what is reversed frees its reference.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from sqlalchemy import BigInteger, Column, Connection, Integer, Table, Text, insert, select, update

from ledger.books.references import KINDS, Use, freed_by, use_of, used_for_another
from ledger.store.tables import metadata
from ledger.store.unit_of_work import Change
from ledger.streams.base import Event

_KEYS_IN_ONE_QUESTION: Final = 900
"""SQLite takes a limited number of bound values."""

USES: Final = Table(
    "register_reference",
    metadata,
    Column("stream_id", Text, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("key", Text, nullable=False, index=True),
    Column("content", Text, nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("freed", Integer, nullable=False),
)

Place = tuple[str, int]
"""A stream and a version in it: the event that uses a reference."""

Uses = dict[Place, Use]


def standing(connection: Connection, keys: Sequence[str]) -> dict[str, Use]:
    """What stands under each of the keys that are in use."""
    columns = USES.c.key, USES.c.stream_id, USES.c.content, USES.c.amount_fen
    found: dict[str, Use] = {}
    for start in range(0, len(keys), _KEYS_IN_ONE_QUESTION):
        some = USES.c.key.in_(keys[start : start + _KEYS_IN_ONE_QUESTION])
        found |= {
            row.key: Use(*row) for row in connection.execute(select(*columns).where(some, USES.c.freed == 0))
        }
    return found


def take_in(uses: Uses, stream_id: str, version: int, event: Event) -> None:
    """Adds what an event uses, and marks what it frees where that is among the uses."""
    freed = stream_id, freed_by(event)
    if freed in uses:
        uses[freed] = uses[freed]._replace(freed=1)
    use = use_of(stream_id, event)
    if use is not None:
        uses[stream_id, version] = use


class References:
    """Kept beside the registers of the streams: no commit leaves a reference with two uses that stand."""

    table = USES

    def write(self, connection: Connection, changes: Mapping[str, Mapping[str, Change]]) -> None:
        """Takes the new events in. Refuses ``bank_reference_used`` and ``letter_already_booked``, as the last guard."""
        new: Uses = {}
        for kind in KINDS:
            for change in changes.get(kind, {}).values():
                for one in change.events:
                    take_in(new, one.originator_id, one.originator_version, one.body)
                    _free(connection, one.originator_id, freed_by(one.body))
        _require_unused(connection, [use for use in new.values() if not use.freed])
        self.insert(connection, new, USES)

    @staticmethod
    def insert(connection: Connection, uses: Uses, table: Table) -> None:
        rows = [
            {"stream_id": stream_id, "version": version, **use._asdict()}
            for (stream_id, version), use in sorted(uses.items())
        ]
        if rows:
            connection.execute(insert(table), rows)


def _free(connection: Connection, stream_id: str, version: int) -> None:
    if version:
        place = USES.c.stream_id == stream_id, USES.c.version == version
        connection.execute(update(USES).where(*place).values(freed=1))


def _require_unused(connection: Connection, uses: Iterable[Use]) -> None:
    known = standing(connection, sorted({use.key for use in uses}))
    for use in uses:
        if use.key in known:
            raise used_for_another(use, known[use.key])
        known[use.key] = use


REFERENCES: Final = References()
