"""One role owns the tables, another works with them: it does all its work and cannot change what was recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url
from sqlalchemy.exc import DBAPIError

from commands.desk import Desk
from ledger.policy.parameters import PolicyBook
from ledger.refusal import Refusal
from ledger.store.database import Database
from ledger.store.roles import grant, privileges_on
from projections.replay.verify import verify
from projections.views.journal import Journal, trial_balance
from projections.views.view import catch_up

NEVER = [
    "UPDATE event SET state = state",
    "DELETE FROM event",
    "UPDATE ledger_commit SET actor = 'nobody'",
    "DELETE FROM ledger_commit",
    "UPDATE idempotency SET commit_id = 0",
    "DELETE FROM idempotency",
]


@pytest.fixture
def worker_url(postgresql_url: str) -> Iterator[str]:
    """The ledger's URL for a role that has been granted what the application needs, and nothing else."""
    engine = create_engine(postgresql_url)
    with engine.begin() as connection:
        connection.exec_driver_sql('CREATE ROLE "fund worker" LOGIN')
        grant(connection, "fund worker")
    yield make_url(postgresql_url).set(username="fund worker").render_as_string()
    with engine.begin() as connection:
        connection.exec_driver_sql('DROP OWNED BY "fund worker"; DROP ROLE "fund worker"')
    engine.dispose()


def test_the_working_role_does_all_its_work(
    worker_url: str, open_desk: Callable[..., Desk], book: PolicyBook
) -> None:
    desk = open_desk(worker_url)
    desk.do("register_employer", {"on": "2019-07-01", "employer": "E1", "rate": "0.12"})
    desk.do("open_account", {"on": "2019-07-01", "account": "A1", "employer": "E1", "base": "5000.00"})
    desk.do("remit", {"on": "2019-07-01", "employer": "E1", "month": "2019-07"})
    desk.do(
        "withdraw",
        {"on": "2019-07-01", "account": "A1", "amount": "100.00", "reason": "rent"},
        approver="approver",
    )
    desk.do("reverse", {"on": "2019-07-01", "account": "A1", "version": 3, "reason": "录入有误"})
    assert catch_up(desk.ledger.database, Journal()) == desk_events(desk)
    with desk.ledger.database.reading() as connection:
        assert {line.code: line.balance_fen for line in trial_balance(connection)}["201"] == 120_000
    assert verify(desk.ledger.database, book).sound


def desk_events(desk: Desk) -> int:
    with desk.ledger.database.reading() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM event").scalar_one())


@pytest.mark.parametrize(
    "statement", [*NEVER, "TRUNCATE event", "DELETE FROM event_2019", "DROP TABLE event"]
)
def test_the_working_role_cannot_change_what_was_recorded(
    statement: str, worker_url: str, open_desk: Callable[..., Desk]
) -> None:
    desk = open_desk(worker_url)
    desk.do("register_employer", {"on": "2019-07-01", "employer": "E1", "rate": "0.12"})
    with (
        pytest.raises(DBAPIError, match=r"permission denied|must be owner"),
        desk.ledger.database.writing() as connection,
    ):
        connection.exec_driver_sql(statement)


@pytest.mark.parametrize("statement", NEVER)
def test_the_database_refuses_even_its_owner(statement: str, desk: Desk) -> None:
    desk.do("register_employer", {"on": "2019-07-01", "employer": "E1", "rate": "0.12"})
    with (
        pytest.raises(DBAPIError, match="rows are only ever added"),
        desk.ledger.database.writing() as connection,
    ):
        connection.exec_driver_sql(statement)


def test_a_role_that_is_not_there_is_refused_and_so_are_roles_on_sqlite(
    postgresql_url: str, sqlite_url: str
) -> None:
    for url, code in ((postgresql_url, "role_unknown"), (sqlite_url, "roles_need_postgresql")):
        database = Database(url)
        with pytest.raises(Refusal) as refused, database.writing() as connection:
            grant(connection, "nobody")
        assert refused.value.code == code
        database.close()


def test_a_table_that_nobody_has_thought_of_is_an_error() -> None:
    with pytest.raises(LookupError):
        privileges_on("new_table")


def test_granting_again_takes_away_what_is_too_much(worker_url: str, postgresql_url: str) -> None:
    engine = create_engine(postgresql_url)
    with engine.begin() as connection:
        connection.exec_driver_sql('GRANT ALL ON event TO "fund worker"')
        grant(connection, "fund worker")
        asked: Any = connection.exec_driver_sql(
            "SELECT has_table_privilege('fund worker', 'event', 'DELETE')"
        )
        assert asked.scalar_one() is False
    engine.dispose()
