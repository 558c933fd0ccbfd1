"""One unit of work: all of it is there or none of it, and it is done once, whatever fails in between."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from sqlalchemy import create_engine

from commands.desk import Desk
from ledger.limits import COPY_EVENTS_MIN
from ledger.refusal import Refusal
from ledger.store import database as store

STEPS = ("lock", "once", "read", "decide", "append", "project", "seal")

PAYING = {"on": "2020-07-10", "account": "A1", "amount": "1.00", "reason": "rent"}
WITHDRAWAL = ("withdraw", PAYING, {"approver": "approver"})
REMITTANCE = ("remit", {"on": "2020-07-10", "employer": "E1", "month": "2019-10"}, {})


class Fault(Exception):
    """What a test injects."""


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("command", [WITHDRAWAL, REMITTANCE], ids=["withdraw", "remit"])
def test_a_fault_after_any_step_leaves_the_database_as_it_was(
    step: str, command: Any, lived_in: Desk, ledger_url: str, open_desk: Any, all_rows: Any
) -> None:
    before = all_rows(ledger_url)

    def fail(reached: str) -> None:
        if reached == step:
            raise Fault

    name, content, people = command
    with pytest.raises(Fault):
        open_desk(ledger_url, after_step=fail).do(name, content, key="K1", **people)
    assert all_rows(ledger_url) == before
    assert not lived_in.do(name, content, key="K1", **people).repeated


def test_the_steps_come_in_the_order_of_the_design(lived_in: Desk, ledger_url: str, open_desk: Any) -> None:
    reached: list[str] = []
    name, content, people = WITHDRAWAL
    open_desk(ledger_url, after_step=reached.append).do(name, content, **people)
    assert tuple(dict.fromkeys(reached)) == STEPS


def test_a_refusal_leaves_no_trace_and_its_key_is_free_again(
    lived_in: Desk, ledger_url: str, all_rows: Any
) -> None:
    before = all_rows(ledger_url)
    name, content, people = WITHDRAWAL
    with pytest.raises(Refusal) as refused:
        lived_in.do(name, content | {"amount": "999999.00"}, key="K1", **people)
    assert refused.value.code == "insufficient_balance"
    assert all_rows(ledger_url) == before
    assert not lived_in.do(name, content, key="K1", **people).repeated


def test_the_same_key_with_the_same_request_gives_the_first_answer(
    lived_in: Desk, ledger_url: str, all_rows: Any, open_desk: Any
) -> None:
    name, content, people = WITHDRAWAL
    first = lived_in.do(name, content, key="K1", **people)
    before = all_rows(ledger_url)
    again = open_desk(ledger_url).do(name, content, key="K1", **people)
    assert again.repeated
    assert (again.commit_id, again.result) == (first.commit_id, first.result)
    assert all_rows(ledger_url) == before


ANOTHER_AMOUNT = ("withdraw", PAYING | {"amount": "2.00"})
ANOTHER_COMMAND = ("transfer_out", {"on": "2020-07-10", "account": "A1", "to_centre": "沈阳", "letter": "L"})


@pytest.mark.parametrize(("command", "content"), [ANOTHER_AMOUNT, ANOTHER_COMMAND])
def test_the_same_key_with_another_request_is_refused(
    command: str, content: dict[str, Any], lived_in: Desk, ledger_url: str, all_rows: Any
) -> None:
    name, paying, people = WITHDRAWAL
    lived_in.do(name, paying, key="K1", **people)
    before = all_rows(ledger_url)
    with pytest.raises(Refusal) as refused:
        lived_in.do(command, content, key="K1", **people)
    assert refused.value.code == "key_reused"
    assert all_rows(ledger_url) == before


def test_the_same_request_from_eight_clients_at_once_is_booked_once(
    lived_in: Desk, ledger_url: str, open_desk: Any
) -> None:
    name, content, people = WITHDRAWAL
    desks = [open_desk(ledger_url) for _ in range(8)]
    with ThreadPoolExecutor(8) as clients:
        outcomes = list(clients.map(lambda desk: desk.do(name, content, key="K1", **people), desks))
    assert sorted(outcome.repeated for outcome in outcomes) == [False] + [True] * 7
    assert len({outcome.commit_id for outcome in outcomes}) == 1


def test_a_writer_that_finds_the_ledger_locked_for_too_long_is_told_so(
    ledger_url: str, open_desk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "LOCK_TIMEOUT_MS_MAX", 50)
    desk, other = open_desk(ledger_url), open_desk(ledger_url)
    with other.ledger.database.writing(), pytest.raises(Refusal) as refused:
        desk.do("register_employer", {"on": "2019-07-01", "employer": "E1", "rate": "0.12"})
    assert refused.value.code == "ledger_busy"
    desk.do("register_employer", {"on": "2019-07-01", "employer": "E1", "rate": "0.12"})


def test_a_clock_that_is_set_back_does_not_reorder_what_was_known(lived_in: Desk, clock: Any) -> None:
    before = moments(lived_in)[-1]
    clock.tick(days=-400)
    name, content, people = WITHDRAWAL
    lived_in.do(name, content, **people)
    assert moments(lived_in)[-1] == before


def moments(desk: Desk) -> list[Any]:
    with desk.ledger.database.reading() as connection:
        asked = connection.exec_driver_sql("SELECT recorded_at FROM ledger_commit ORDER BY id")
        return list(asked.scalars())


def test_moments_are_recorded_in_utc(sqlite_desk: Desk, clock: Any) -> None:
    clock.on(date(2019, 7, 10))  # nine in the morning in Shanghai
    sqlite_desk.do("register_employer", {"on": "2019-07-10", "employer": "E1", "rate": "0.12"})
    assert moments(sqlite_desk) == ["2019-07-10T01:00:00.000000Z"]


# ---------------------------------------------------------------- a connection that is lost at the commit


def end_sessions_of(url: str, desk: Desk) -> None:
    """Ends every session of a desk at the server, as a restart of the server or a broken network would."""
    administrator = create_engine(url)
    with administrator.connect() as connection:
        ended = connection.exec_driver_sql(
            "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        assert ended.scalar_one() > 0
    administrator.dispose()


@pytest.fixture
def losing(postgresql_url: str, open_desk: Callable[..., Desk]) -> Callable[..., Desk]:
    """Opens a desk that loses its connection once, after a step."""

    def open_losing(step: str) -> Desk:
        lost: list[str] = []

        def lose(reached: str) -> None:
            if reached == step and not lost:
                lost.append(reached)
                end_sessions_of(postgresql_url, desk)

        desk = open_desk(postgresql_url, after_step=lose)
        return desk

    return open_losing


REGISTRATION = ("register_employer", {"on": "2019-07-01", "employer": "E1", "rate": "0.12"})
MANY = [{"account": f"A{number}", "base": "5000.00"} for number in range(COPY_EVENTS_MIN)]
OPENING = ("open_accounts", {"on": "2019-07-01", "employer": "E1", "lines": MANY})
MONTH = ("remit", {"on": "2019-07-01", "employer": "E1", "month": "2019-07"})


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("commands", [[REGISTRATION], [REGISTRATION, OPENING], [REGISTRATION, OPENING, MONTH]],
                         ids=["one event", "new accounts", "known accounts"])  # fmt: skip
def test_a_connection_lost_before_the_commit_books_nothing_and_says_so(
    step: str, commands: Any, losing: Callable[..., Desk], postgresql_url: str, open_desk: Any, all_rows: Any
) -> None:
    *earlier, (name, content) = commands
    preparing = open_desk(postgresql_url)
    for one in earlier:
        preparing.do(*one)
    before = all_rows(postgresql_url)
    desk = losing(step)
    with pytest.raises(Refusal) as refused:
        desk.do(name, content, key="K1")
    assert refused.value.code == "connection_lost"
    assert all_rows(postgresql_url) == before
    assert not desk.do(name, content, key="K1").repeated


def test_a_connection_lost_after_the_commit_was_sent_is_resolved_by_the_key(
    postgresql_url: str, open_desk: Callable[..., Desk]
) -> None:
    """The server has committed and the answer never arrives: the request is found by its key, not done again."""
    desk = open_desk(postgresql_url)
    engine, lost = desk.ledger.database.engine, []

    def commit_and_hang_up(dbapi_connection: Any) -> None:
        dbapi_connection.commit()
        end_sessions_of(postgresql_url, desk)
        lost.append(True)
        dbapi_connection.execute("SELECT 1")

    real = engine.dialect.do_commit
    engine.dialect.do_commit = lambda one: real(one) if lost else commit_and_hang_up(one)  # type: ignore[method-assign]
    outcome = desk.do(*REGISTRATION, key="K1")
    assert lost
    assert outcome.repeated
    with desk.ledger.database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM ledger_commit").scalar_one() == 1
