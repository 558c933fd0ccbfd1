"""A process that is killed in the middle of a large remittance: started again, the same request books it once."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from commands.desk import Desk
from ledger.policy.parameters import PolicyBook
from projections.replay.verify import verify

HEADS = 10_000

REMIT = """
import json, sys, time
from commands.desk import Desk

def after_step(reached):
    print(reached, flush=True)
    if reached == sys.argv[2]:
        time.sleep(600)

Desk(sys.argv[1], after_step=after_step).do("remit", json.loads(sys.argv[3]), actor="clerk", key="K1")
"""


@pytest.fixture
def remittance(desk: Desk) -> dict[str, Any]:
    """A remittance for everybody who has an account with the employer: ten thousand persons."""
    keys = [f"A{number:05d}" for number in range(HEADS)]
    on = {"on": "2019-07-01", "employer": "E1"}
    desk.do("register_employer", {**on, "rate": "0.12"})
    desk.do("open_accounts", {**on, "lines": [{"account": key, "base": "5000.00"} for key in keys]})
    return {**on, "month": "2019-07"}


@pytest.mark.parametrize("step", ["append", "seal"])
def test_a_remittance_killed_on_its_way_is_booked_exactly_once(
    step: str, desk: Desk, remittance: dict[str, Any], ledger_url: str, book: PolicyBook
) -> None:
    kill_after(step, ledger_url, remittance)
    outcome = desk.do("remit", remittance, key="K1")
    assert not outcome.repeated
    assert outcome.result["heads"] == HEADS
    check_booked_once(desk, book)


def test_a_remittance_killed_while_it_writes_is_booked_exactly_once(
    desk: Desk, remittance: dict[str, Any], ledger_url: str, book: PolicyBook
) -> None:
    """Nobody waits for a step here: the process dies while its events are on their way into the table."""
    kill_after("decide", ledger_url, remittance, waiting_at="never")
    assert desk.do("remit", remittance, key="K1").result["heads"] == HEADS
    check_booked_once(desk, book)


def kill_after(step: str, url: str, remittance: dict[str, Any], waiting_at: str | None = None) -> None:
    arguments = [sys.executable, "-c", REMIT, url, waiting_at or step, json.dumps(remittance)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        reached = [line.strip() for line in iter(process.stdout.readline, f"{step}\n")]
        process.kill()
    assert step not in reached
    assert process.returncode == -9


def check_booked_once(desk: Desk, book: PolicyBook) -> None:
    with desk.ledger.database.reading() as connection:
        asked = "SELECT count(*) FROM event WHERE topic = 'account.deposited/1'"
        assert connection.exec_driver_sql(asked).scalar_one() == HEADS
    report = verify(desk.ledger.database, book)
    assert report.sound
    assert report.members_fen == HEADS * 120_000
