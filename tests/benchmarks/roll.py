"""A roll of 100,000 households paid in one monthly run, and again under a changed standard with the differences.

Every household has an income of its own, so that no outcome is shared. Beside it stands one set-based SQL statement that
computes the same sums from the same events and writes nothing; the run also decides, writes a line for each household
with its months and parameter versions, updates the register, spends the budget, orders the lists and links the chain.
Each figure is taken in a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime, time
from time import perf_counter
from typing import Any, Final

from commands.desk import Desk
from commands.rolls.running import assess, pay
from ledger.dates import SHANGHAI
from ledger.policy.parameters import Citation, ParameterValue, PolicyBook
from ledger.store.database import Database
from migrations import upgrade
from projections.views.rolls import run_lines
from tests.benchmarks.measuring import Figure, peak_mib
from tests.benchmarks.stores import Stores

ROLL, AREA = "urban_dibao_standard", "lianshan"
OLD_FEN, NEW_FEN = 54_000, 57_500
LATE: Final = date(2019, 8, 20)
"""The day on which the new standard, in force since July, is public."""

STATEMENT: Final = """
SELECT count(*), sum({size} * ({standard} - {income})) FROM event WHERE topic = 'roll.taken_over/1'
"""


def book() -> PolicyBook:
    """The bundled parameters with an older standard, and the new one published late."""
    cited = {"citation": Citation("示例", "—")}
    old = ParameterValue(ROLL, OLD_FEN, date(2018, 7, 1), published_on=date(2018, 7, 1), **cited)
    new = ParameterValue(ROLL, NEW_FEN, date(2019, 7, 1), published_on=LATE, **cited)
    bundled = PolicyBook.bundled()
    bare = bundled.with_parameters(bundled.parameter(ROLL).without_values())
    return bare.with_values(old, new)


def statement(kind: str) -> str:
    """The month of every household from the events that brought it onto the roll."""
    if kind == "sqlite":
        size, income = (f"json_extract(state, '$.facts.{name}')" for name in _FACTS)
    else:
        size, income = (f"(state::jsonb -> 'facts' ->> '{name}')::bigint" for name in _FACTS)
    return STATEMENT.format(size=size, income=income, standard=OLD_FEN)


_FACTS: Final = ("household_size", "monthly_per_capita_income_fen")


def run(kind: str, stores: Stores, small: bool, **_: Any) -> Iterator[Figure]:
    households = 2_000 if small else 100_000
    url = stores.empty(kind)
    database = Database(url)
    upgrade(database.engine)
    database.close()
    stores.tell(f"{kind}: {households:,} households enter the roll")
    _take_over(url, households)
    what = f"{households:,} households"
    with Desk(url, book=book()) as desk, desk.ledger.database.reading() as connection:
        began = perf_counter()
        entries, sum_fen = connection.exec_driver_sql(statement(kind)).one()
        bare = perf_counter() - began
    yield Figure("roll", kind, f"{what}: one SQL statement, read only", bare, "s")
    against = "times the statement's time"
    stores.tell(f"{kind}: paying {households:,} households")
    paid = _alone(url, "pay", "2019-07", "2019-07-25")
    assert (paid["entries"], paid["amount_fen"]) == (entries, int(sum_fen)), paid
    yield Figure(
        "roll", kind, f"{what}: the month paid", paid["seconds"], "s", paid["seconds"] / bare, against
    )
    yield Figure("roll", kind, f"{what}: peak memory of the run", paid["peak_mib"], "MiB")
    stores.tell(f"{kind}: assessing {households:,} households")
    assessed = _alone(url, "assess", "2019-07", "2019-08-21")
    assert assessed["changed"] == entries == assessed["lines"]
    seconds = assessed["seconds"]
    yield Figure("roll", kind, f"{what}: assessed under a changed standard, differences listed", seconds, "s",
                 seconds / bare, against)  # fmt: skip
    yield Figure("roll", kind, f"{what}: peak memory of the assessment", assessed["peak_mib"], "MiB")
    again = _alone(url, "pay", "2019-08", "2019-08-25")
    assert again["amount_fen"] == again["months_fen"] + assessed["raised_fen"], again
    seconds = again["seconds"]
    yield Figure(
        "roll",
        kind,
        f"{what}: the next month paid with the differences",
        seconds,
        "s",
        seconds / bare,
        against,
    )
    stores.drop(url)


def _take_over(url: str, households: int) -> None:
    with Desk(url, clock=_on(date(2019, 6, 20)), book=book()) as desk:
        on = {"on": date(2019, 6, 20)}
        roster = {"county": [f"county_office@{AREA}"], "treasurer": [f"county_finance@{AREA}"]}
        desk.do("assign_offices", {**on, "roster": roster}, actor="director")
        vote = {**on, "purse": ROLL, "year": 2019, "area": AREA, "amount": "9000000000.00", "document": "D1"}
        desk.do("vote_budget", vote, actor="treasurer")
        for first in range(0, households, 20_000):
            lines = [_household(number) for number in range(first, min(first + 20_000, households))]
            taken = {**on, "programme": ROLL, "area": AREA, "source": "the older roll", "lines": lines}
            desk.do("take_over_roll", taken, actor="county")


def _household(number: int) -> dict[str, Any]:
    size = number % 3 + 1
    return {
        "entry": f"H{number:06d}",
        "beneficiary": f"P{number:06d}.0",
        "members": [f"P{number:06d}.{member}" for member in range(size)],
        "from_month": "2019-07",
        "facts": {_FACTS[0]: size, _FACTS[1]: number * 7_919 % OLD_FEN},
    }


def _on(day: date) -> Any:
    return lambda: datetime.combine(day, time(10), SHANGHAI)


def _alone(*arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.benchmarks.roll", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def main(url: str, what: str, month: str, day: str) -> None:
    """One run in this process: its answer, seconds and peak memory as JSON."""
    on = date.fromisoformat(day)
    with Desk(url, clock=_on(on), book=book()) as desk:
        began = perf_counter()
        if what == "pay":
            done = pay(desk, ROLL, AREA, month, on, actor="clerk", approver="treasurer")
        else:
            done = assess(desk, ROLL, AREA, month, on, actor="county")
            with desk.ledger.database.reading() as connection:
                done["lines"] = sum(1 for _ in run_lines(connection, done["run"]))
        seconds = perf_counter() - began
    print(json.dumps({**done, "seconds": seconds, "peak_mib": peak_mib()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
