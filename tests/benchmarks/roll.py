"""A roll of 100,000 households paid in one monthly run, and again under a changed standard with the differences.

Every household has an income of its own, so that no outcome is shared. Beside it stands one set-based SQL statement that
computes the same sums from the same events and writes nothing; the run also decides, writes a line for each household
with its months and parameter versions and a payment order for it, updates the registers, spends the budget and links the
chain. The orders then go to the bank as one batch, and its answer about each of them is taken in.
Each figure is taken in a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Final

from commands.bank.files import FileGateway
from commands.desk import Desk
from commands.payments import receive, release
from commands.rolls.running import assess, pay
from ledger.dates import SHANGHAI
from ledger.policy.parameters import Citation, ParameterValue, PolicyBook
from ledger.store.database import Database
from ledger.store.persons import KEY_BYTES, Person, PersonStore
from migrations import upgrade
from projections.views.rolls import run_lines
from tests.benchmarks.measuring import Figure, forget_peak, peak_mib
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
    yield from _to_the_bank(kind, url, what, paid, stores)
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


def _to_the_bank(kind: str, url: str, what: str, paid: dict[str, Any], stores: Stores) -> Iterator[Figure]:
    """The month as one batch with a line for each household, and the bank's answer about each line."""
    against = "times the payment of the month"
    with TemporaryDirectory() as folder:
        (Path(folder) / "bank.yaml").write_text('subsidy: {name: x, account: "1", bank: "2"}\n', "utf-8")
        for step, text in (("send", "sent as one batch"), ("receive", "the bank's answers taken in")):
            stores.tell(f"{kind}: {text}")
            done = _alone(url, step, folder, "2019-07-26")
            assert done["count"] == paid["entries"], done
            seconds = done["seconds"]
            ratio = seconds / paid["seconds"]
            yield Figure("roll", kind, f"{what}: {text}", seconds, "s", ratio, against)
            yield Figure("roll", kind, f"{what}: peak memory, {text}", done["peak_mib"], "MiB")


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


def _send(desk: Desk, folder: str, on: date) -> dict[str, Any]:
    people = PersonStore(bytes(KEY_BYTES))
    return release(
        desk,
        FileGateway(Path(folder)),
        people,
        "B1",
        on,
        purse="subsidy",
        actor="clerk",
        approver="treasurer",
    )


def _receive(desk: Desk, folder: str, on: date) -> dict[str, Any]:
    gateway, people = FileGateway(Path(folder)), PersonStore(bytes(KEY_BYTES))
    taken = receive(desk, gateway, people, on, actor="clerk")
    return {"count": taken["settled"]}


def _prepare(desk: Desk, what: str, folder: str) -> None:
    """Accounts of all payees on file before a batch; before its answers a message of the bank."""
    if what == "send":
        with desk.ledger.database.writing() as connection:
            payees = connection.exec_driver_sql("SELECT payee FROM register_payment").scalars()
            PersonStore(bytes(KEY_BYTES)).add(
                connection, {one: Person("张某", "", f"62{number:017d}") for number, one in enumerate(payees)}
            )
    elif what == "receive":
        with desk.ledger.database.reading() as connection:
            ends = connection.exec_driver_sql("SELECT end_to_end FROM register_payment").scalars().all()
        settled = "".join(ANSWER.format(end) for end in ends)
        (Path(folder) / "in" / "s1.xml").write_text(REPORT.format(settled), "utf-8")


REPORT: Final = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.12"><CstmrPmtStsRpt>'
    "<GrpHdr><MsgId>S1</MsgId><CreDtTm>2019-07-26T09:00:00+08:00</CreDtTm></GrpHdr>"
    "<OrgnlGrpInfAndSts><OrgnlMsgId>B1</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId></OrgnlGrpInfAndSts>"
    "<OrgnlPmtInfAndSts><OrgnlPmtInfId>B1</OrgnlPmtInfId>{}</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"
)
ANSWER: Final = "<TxInfAndSts><OrgnlEndToEndId>{0}</OrgnlEndToEndId><TxSts>ACSC</TxSts></TxInfAndSts>"


def main(url: str, what: str, month: str, day: str) -> None:
    """One run in this process: its answer, seconds and peak memory as JSON. A batch has its folder for a month."""
    on = date.fromisoformat(day)
    with Desk(url, clock=_on(on), book=book()) as desk:
        _prepare(desk, what, month)
        forget_peak()
        began = perf_counter()
        if what in ("send", "receive"):
            done = (_send if what == "send" else _receive)(desk, month, on)
        elif what == "pay":
            done = pay(desk, ROLL, AREA, month, on, actor="clerk", approver="treasurer")
        else:
            done = assess(desk, ROLL, AREA, month, on, actor="county")
            with desk.ledger.database.reading() as connection:
                done["lines"] = sum(1 for _ in run_lines(connection, done["run"]))
        seconds = perf_counter() - began
    print(json.dumps({**done, "seconds": seconds, "peak_mib": peak_mib()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
