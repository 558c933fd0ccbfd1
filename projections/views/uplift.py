"""How far a county is with the raise of the standards (提标进展): who is on each roll, assessed by the new law, the money.

葫政办发〔2019〕55号 二、三、四（三）. It is folded from the events each time, as of a day and as known on a day.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Connection, select

from ledger.policy.parameters import PolicyBook
from ledger.policy.rules import decide
from ledger.programmes import programmes
from ledger.streams import budget as budgets
from ledger.streams import uplift as uplifts
from ledger.streams.base import Event
from ledger.streams.budget import BUDGETS
from ledger.streams.roll import ROLLS, Roll
from projections.registers import REGISTERS
from projections.views.subsidies import bodies_of, place_in_order

STANDARD_DAYS: Final = "standard_report_days"
ON_THE_ROLL: Final = ("on", "ending")


class Progress(msgspec.Struct):
    """One roll of a county: entries, persons, entries assessed by the new law; fen a month, voted, and paid so far."""

    programme: str
    entries: int = 0
    persons: int = 0
    assessed: int = 0
    monthly_fen: int = 0
    voted_fen: int = 0
    paid_fen: int = 0

    def figures(self) -> dict[str, int]:
        told: dict[str, int] = msgspec.to_builtins(self)
        return {name: value for name, value in told.items() if name != "programme"}


def report_days(book: PolicyBook, year: int) -> list[date]:
    """The report days of a year; none in a year for which the law prints none (今年4月至7月)."""
    found = book.find(STANDARD_DAYS, date(year, 12, 31))
    if found is None or found.effective_from.year != year:
        return []
    outcome = decide("standard_report_dates", {"year": year}, book, date(year, 12, 31))
    days: list[date] = outcome.values["dates"]
    return days


def progress(
    connection: Connection, area: str, year: int, as_of: date, known_on: date | None = None
) -> list[Progress]:
    """Every roll of a county as it stood, with the budget of the year."""
    lines = {one.id: Progress(one.id) for one in programmes().values() if one.by_roll}
    keys = list(connection.execute(select(REGISTERS["roll"].table.c.key)).scalars())
    for _, bodies in bodies_of(connection, ROLLS, keys, as_of, known_on):
        state: Roll = ROLLS.fold(bodies)
        if state.area != area or state.status not in ON_THE_ROLL:
            continue
        line = lines[state.programme]
        line.entries += 1
        line.persons += len(state.members)
        line.assessed += any(_by_new_law(one, year) for one in bodies)
        line.monthly_fen += state.monthly_fen
        line.paid_fen += state.paid_fen
    named = {budgets.key(programmes()[name].purse, year, area): line for name, line in lines.items()}
    for key, bodies in bodies_of(connection, BUDGETS, sorted(named), as_of, known_on):
        named[key].voted_fen = BUDGETS.fold(bodies).voted_fen
    return [line for line in lines.values() if line.entries or line.voted_fen]


def _by_new_law(body: Event, year: int) -> bool:
    """Whether an event rests on a standard of the year's raise, by the versions that it keeps."""
    kept: tuple[str, ...] = getattr(body, "parameters", ())
    proof: dict[str, Any] = getattr(body, "explanation", {})
    days = [one.rpartition("@")[2] for one in kept]
    days += [str(one["effective_from"]) for one in proof.get("parameters", ())]
    return any(day >= f"{year}-07-01" for day in days)


class Owed(NamedTuple):
    """A report, or the publication, that a county still owes."""

    kind: str
    area: str
    due_on: date


def owed_reports(connection: Connection, on: date, book: PolicyBook) -> Iterator[Owed]:
    """What the counties that keep rolls still owe of the raise of 2019, by a day."""
    year = uplifts.ISSUED_ON.year
    days = report_days(book, year)
    if on < uplifts.ISSUED_ON or not days:
        return
    areas = set(connection.execute(select(REGISTERS["roll"].table.c.area).distinct()).scalars())
    register: Any = REGISTERS["uplift"]
    known = register.read(connection, [uplifts.key(area, year) for area in areas])
    last_day = book.value("standards_publish_by", date(year, 12, 31)).value
    for area in sorted(areas, key=place_in_order):
        state = known.get(uplifts.key(area, year), (0, uplifts.Uplift()))[1]
        if state.published_on is None:
            yield Owed("publish_standards", area, last_day)
        for day in uplifts.owed_days(state, days, on):
            yield Owed("report_uplift", area, day)
