"""A roll's payment that is killed on its way, and what becomes of it on every database."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from typing import Any

import pytest

from commands.desk import Desk
from commands.rolls.running import assess, pay, run_state
from ledger.policy.parameters import PolicyBook
from projections.replay.verify import verify
from projections.views.rolls import run_lines

ROLL = "retired60s_1949_1957_hardship_allowance"
RUN = f"{ROLL}.lianshan.2019-07"
ENTRIES, LINES = 500, 100
ON = date(2019, 7, 25)
WHO = {"actor": "clerk", "approver": "treasurer"}

PAY = """
import json, sys, time
from datetime import date
from commands.desk import Desk
from commands.rolls.running import pay

sealed = 0

def after_step(reached):
    global sealed
    print(reached, sealed, flush=True)
    sealed += reached == "seal"
    if sealed == 2 and reached == sys.argv[2]:
        time.sleep(600)

desk = Desk(sys.argv[1], after_step=after_step)
pay(desk, *json.loads(sys.argv[3]), date(2019, 7, 25), actor="clerk", approver="treasurer", chunk=int(sys.argv[4]))
"""


@pytest.fixture
def on_the_roll(desk: Desk, clock: Any) -> Desk:
    clock.on(date(2019, 7, 20))
    on = {"on": date(2019, 6, 20)}
    roster = {"county": ["county_office@lianshan"], "treasurer": ["county_finance@lianshan"]}
    desk.do("assign_offices", {**on, "roster": roster}, actor="director")
    vote = {**on, "purse": ROLL, "year": 2019, "area": "lianshan", "amount": "9000000.00", "document": "D1"}
    desk.do("vote_budget", vote, actor="treasurer")
    facts = {"joined_on": "1950-01-01", "former_treatment": "hardship"}
    lines = [
        {"entry": f"R{number:04d}", "beneficiary": f"P{number:04d}", "from_month": "2019-07", "facts": facts}
        for number in range(ENTRIES)
    ]
    taken = {**on, "programme": ROLL, "area": "lianshan", "source": "old roll", "lines": lines}
    desk.do("take_over_roll", taken, actor="county")
    clock.on(ON)
    return desk


@pytest.mark.parametrize("step", ["decide", "append", "project", "seal"])
def test_a_payment_killed_on_its_way_pays_every_list_once(
    step: str, on_the_roll: Desk, ledger_url: str, book: PolicyBook
) -> None:
    kill_in_the_third_list(step, ledger_url)
    assert run_state(on_the_roll, RUN).status == "running"
    done = pay(on_the_roll, ROLL, "lianshan", "2019-07", ON, chunk=LINES, **WHO)
    assert (done["entries"], done["amount_fen"], done["finished"]) == (ENTRIES, ENTRIES * 43_300, True)
    with on_the_roll.ledger.database.reading() as connection:
        lines = list(run_lines(connection, RUN))
        assert sorted(one["entry"] for one in lines) == [f"R{number:04d}" for number in range(ENTRIES)]
        paid = connection.exec_driver_sql("SELECT sum(amount_fen) FROM register_payment").scalar_one()
    assert paid == ENTRIES * 43_300
    assert pay(on_the_roll, ROLL, "lianshan", "2019-07", ON, chunk=LINES, **WHO) == done
    assert verify(on_the_roll.ledger.database, book).sound


def kill_in_the_third_list(step: str, url: str) -> None:
    """The second list is sealed, the third dies after a step of its unit of work."""
    arguments = [sys.executable, "-c", PAY, url, step, json.dumps([ROLL, "lianshan", "2019-07"]), str(LINES)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        third = f"{step} {1 if step == 'seal' else 2}\n"
        for line in iter(process.stdout.readline, third):
            assert line, "the process ended by itself"
        process.kill()
    assert process.returncode == -9


def test_an_assessment_finds_nothing_where_nothing_changed(on_the_roll: Desk) -> None:
    pay(on_the_roll, ROLL, "lianshan", "2019-07", ON, chunk=LINES, **WHO)
    first = assess(on_the_roll, ROLL, "lianshan", "2019-07", ON, actor="county", chunk=LINES)
    assert (first["entries"], first["changed"], first["raised_fen"]) == (ENTRIES, ENTRIES, 0)
    again = assess(on_the_roll, ROLL, "lianshan", "2019-07", ON, actor="county", chunk=LINES)
    assert again == first
