"""The blacklist (诚信系统黑名单): who is barred from what, effective on any day, as known on any day.

葫政发〔2019〕12号 第二十八条. It is folded from the events of the persons each time it is asked, so nothing of it can be
stale; every entry leads to its events and its clause.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from ledger.dates import business_day
from ledger.store.ledger import events_of_streams
from ledger.streams.base import Recorded
from ledger.streams.person import PERSONS, Ban, Case, Conduct, end_of
from projections.registers import REGISTERS


class BanShown(NamedTuple):
    """One ban of an entry. Without a last day it runs until the money is back, or a bare mark is cleared up."""

    matter: str
    first_day: date
    last_day: date | None
    clause: str
    running: bool


class Entry(NamedTuple):
    """One entry of the record as it stood: its bans, what was still owed, and the ids of its events."""

    person: str
    case: str
    offence: str
    document: str
    decided_on: date
    facts_on: date | None
    subject: str
    return_by: date | None
    owed_fen: int
    returned_fen: int
    corrected_on: date | None
    bans: tuple[BanShown, ...]
    events: tuple[int, ...]

    @property
    def counts(self) -> bool:
        """Whether the person stands on the blacklist by this entry: a ban runs, or money is still out."""
        running = any(ban.running for ban in self.bans)
        return self.corrected_on is None and (running or self.owed_fen > self.returned_fen)

    def as_json(self) -> dict[str, Any]:
        bans = [ban._asdict() for ban in self.bans]
        return {**self._asdict(), "bans": bans, "counts": self.counts}


def blacklist(
    connection: Connection, as_of: date, known_on: date | None = None, persons: Sequence[str] = ()
) -> list[Entry]:
    """Every entry effective on a day, as known on a day (by default all that is known), of some or all persons."""
    asked = list(persons) or list(connection.execute(select(REGISTERS["person"].table.c.key)).scalars())
    found: list[Entry] = []
    for key, events in _histories(connection, sorted(asked)):
        seen = [
            one
            for one in events
            if one.body.effective_on <= as_of
            and (known_on is None or business_day(one.recorded_at) <= known_on)
        ]
        record: Conduct = PERSONS.fold([one.body for one in seen])
        found += [_entry(key, case, seen, as_of) for case in record.cases]
    return found


def _histories(connection: Connection, keys: Sequence[str]) -> Iterator[tuple[str, list[Recorded]]]:
    by_stream = events_of_streams(connection, [PERSONS.id(key) for key in keys])
    return ((key, by_stream.get(PERSONS.id(key), [])) for key in keys)


def _entry(person: str, case: Case, events: Sequence[Recorded], on: date) -> Entry:
    return Entry(
        person=person,
        case=case.case,
        offence=case.offence,
        document=case.document,
        decided_on=case.decided_on,
        facts_on=case.facts_on,
        subject=case.subject,
        return_by=case.return_by,
        owed_fen=case.owed_fen,
        returned_fen=case.returned_fen,
        corrected_on=case.corrected_on,
        bans=tuple(_shown(ban, on, corrected=case.corrected_on is not None) for ban in case.bans),
        events=tuple(one.id for one in events if getattr(one.body, "case", "") == case.case),
    )


def _shown(ban: Ban, on: date, corrected: bool) -> BanShown:
    last_day = end_of(ban)
    running = not corrected and ban.first_day <= on <= (last_day or on)
    return BanShown(ban.matter, ban.first_day, last_day, ban.clause, running)
