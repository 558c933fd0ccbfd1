"""Jobs: once for each period, caught up, visible when they fail. The clock is the test's own."""

from __future__ import annotations

import threading
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from commands import jobs
from commands.backup import back_up, restore
from commands.desk import Desk
from commands.jobs import JOBS, Job, history, run_due, run_job
from ledger.refusal import Refusal
from ledger.store.database import Database
from ledger.store.unit_of_work import read_head
from projections.views import all_views
from tests.conftest import Clock, illustrative_book


@pytest.fixture
def desk(ledger_url: str, clock: Clock) -> Any:
    with Desk(ledger_url, clock, illustrative_book()) as desk:
        desk.do("register_employer", {"on": "2019-07-01", "employer": "E1", "rate": "0.12"})
        desk.do("open_account", {"on": "2019-07-01", "account": "A1", "employer": "E1", "base": "5000"})
        desk.do("remit", {"on": "2019-07-01", "employer": "E1", "month": "2019-07"})
        yield desk


def counting(counted: list[str]) -> Job:
    return JOBS["views"]._replace(name="counting", run=lambda _, period, __: counted.append(period) or {})  # type: ignore[func-returns-value]


def test_a_period_is_done_once_however_often_the_job_is_asked(desk: Desk, tmp_path: Path) -> None:
    counted: list[str] = []
    assert [run.status for run in run_due(desk, counting(counted), tmp_path)] == ["done"]
    assert run_due(desk, counting(counted), tmp_path) == []
    assert counted == ["2019-07-01"]


def test_periods_missed_in_downtime_are_caught_up_in_order(desk: Desk, clock: Clock, tmp_path: Path) -> None:
    counted: list[str] = []
    run_due(desk, counting(counted), tmp_path)
    clock.on(date(2019, 7, 4))
    run_due(desk, counting(counted), tmp_path)
    assert counted == ["2019-07-01", "2019-07-02", "2019-07-03", "2019-07-04"]


def test_two_servers_at_once_do_a_period_once(desk: Desk, clock: Clock, tmp_path: Path) -> None:
    counted: list[str] = []
    inside, release = threading.Event(), threading.Event()

    def slow(_: Desk, period: str, __: Path) -> dict[str, Any]:
        counted.append(period)
        inside.set()
        assert release.wait(10)
        return {}

    job = counting(counted)._replace(run=slow)
    first = threading.Thread(target=run_job, args=(desk, job, "2019-07-01", tmp_path))
    first.start()
    assert inside.wait(10)
    with Desk(desk.ledger.database.url, clock, desk.book) as other:
        assert run_job(other, job, "2019-07-01", tmp_path).status == "busy"
        release.set()
        first.join()
        assert run_job(other, job, "2019-07-01", tmp_path).status == "done"
    assert counted == ["2019-07-01"]


def test_a_failed_run_is_visible_and_tried_again_up_to_its_limit(desk: Desk, tmp_path: Path) -> None:
    tries: list[str] = []

    def broken(_: Desk, period: str, __: Path) -> dict[str, Any]:
        tries.append(period)
        raise Refusal("verification_failed", counts="{}")

    job = counting([])._replace(run=broken)
    for _ in range(5):
        run_due(desk, job, tmp_path)
    assert len(tries) == jobs.ATTEMPTS_MAX
    with desk.ledger.database.reading() as connection:
        (run,) = history(connection, "counting")
    assert (run["status"], run["attempts"]) == ("failed", jobs.ATTEMPTS_MAX)
    assert "verification_failed" in run["result"]
    assert run_job(desk, job._replace(run=lambda *_: {}), "2019-07-01", tmp_path, force=True).status == "done"


def test_a_run_that_died_with_its_server_is_done_again(desk: Desk, tmp_path: Path) -> None:
    counted: list[str] = []

    def dying(_: Desk, __: str, ___: Path) -> dict[str, Any]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_due(desk, counting([])._replace(run=dying), tmp_path)
    assert [run.status for run in run_due(desk, counting(counted), tmp_path)] == ["done"]
    assert counted == ["2019-07-01"]


def test_the_daily_jobs_run_on_a_real_ledger(desk: Desk, clock: Clock, tmp_path: Path) -> None:
    for name in ("views", "verify", "backup"):
        (run,) = run_due(desk, JOBS[name], tmp_path)
        assert run.status == "done", run
    assert [path.name for path in tmp_path.glob("backup-*")] == ["backup-2019-07-01.db"]


def test_a_restored_backup_is_the_same_ledger(desk: Desk, tmp_path: Path) -> None:
    made = back_up(desk.ledger.database, tmp_path / "copy.db")
    fresh = Database(f"sqlite:///{tmp_path / 'fresh.db'}")
    assert restore(tmp_path / "copy.db", fresh, all_views(desk.book)) == made
    with desk.ledger.database.reading() as old, fresh.reading() as new:
        assert read_head(old) == read_head(new)
    with Desk(fresh.url, desk.ledger.clock, desk.book) as again:
        outcome = again.do(
            "deposit", {"on": "2019-07-01", "account": "A1", "month": "2019-08", "advance": True}
        )
        assert outcome.result["balance_fen"] == 240_000
    fresh.close()


def test_a_backup_is_never_written_over_another_and_never_restored_into_a_ledger_in_use(
    desk: Desk, tmp_path: Path
) -> None:
    path = tmp_path / "copy.db"
    back_up(desk.ledger.database, path)
    with pytest.raises(Refusal, match="file_exists"):
        back_up(desk.ledger.database, path)
    with pytest.raises(Refusal, match="ledger_not_empty"):
        restore(path, desk.ledger.database, all_views(desk.book))


def test_a_fund_year_ends_by_itself_with_accruals_settlement_and_statements(
    desk: Desk, clock: Clock, tmp_path: Path
) -> None:
    clock.on(date(2020, 7, 2))
    assert [run.period for run in run_due(desk, JOBS["accrue"], tmp_path)] == ["2020-06"]
    (settled,) = run_due(desk, JOBS["settle"], tmp_path)
    assert (settled.period, settled.status) == ("2019", "done")
    assert settled.result["interest_fen"] > 0
    (produced,) = run_due(desk, JOBS["statements"], tmp_path)
    assert (produced.status, produced.result["employers"]) == ("done", 1), produced
    assert list((tmp_path / "statements-2019").rglob("*.pdf"))
    assert run_due(desk, JOBS["settle"], tmp_path) == run_due(desk, JOBS["statements"], tmp_path) == []


def test_a_settlement_that_may_not_run_yet_is_a_failed_run_with_its_reason(
    desk: Desk, clock: Clock, tmp_path: Path
) -> None:
    desk.do(
        "receive", {"on": "2019-07-01", "receipt": "R1", "employer": "E1", "amount": "10", "why": "under"}
    )
    clock.on(date(2020, 7, 1))
    (run,) = run_due(desk, JOBS["settle"], tmp_path)
    assert (run.status, run.result["code"]) == ("failed", "year_unfinished")


def test_on_the_thirtieth_of_july_an_employer_without_its_statement_is_named(
    desk: Desk, clock: Clock, tmp_path: Path
) -> None:
    clock.on(date(2020, 7, 30))
    run_due(desk, JOBS["settle"], tmp_path)
    (run,) = run_due(desk, JOBS["statements-due"], tmp_path)
    assert (run.status, run.result["code"], run.result["facts"]["employers"]) == (
        "failed",
        "statements_missing",
        "E1",
    )
    run_due(desk, JOBS["statements"], tmp_path)
    (run,) = run_due(desk, JOBS["statements-due"], tmp_path)
    assert run.status == "done"


def test_the_annual_report_is_drafted_by_itself_and_published_by_people_only(
    desk: Desk, clock: Clock, tmp_path: Path
) -> None:
    clock.on(date(2020, 3, 1))
    (drafted,) = run_due(desk, JOBS["report"], tmp_path)
    assert (drafted.period, drafted.status, drafted.result["edition"]) == ("2019", "done", 1), drafted
    assert "committee_members" in drafted.result["missing"]
    assert sorted(one.suffix for one in (tmp_path / "report-2019").iterdir()) == [".json", ".pdf", ".xlsx"]
    clock.on(date(2020, 3, 31))
    (due,) = run_due(desk, JOBS["report-due"], tmp_path)
    assert (due.status, due.result["code"]) == ("failed", "report_unpublished")


@pytest.mark.parametrize(
    ("job", "today", "newest"),
    [
        ("accrue", date(2020, 3, 1), "2020-02"),
        ("accrue", date(2020, 2, 29), "2020-01"),
        ("settle", date(2020, 6, 30), "2018"),
        ("settle", date(2020, 7, 1), "2019"),
        ("statements", date(2020, 7, 1), "2018"),
        ("statements", date(2020, 7, 2), "2019"),
        ("statements-due", date(2020, 7, 29), "2018"),
        ("statements-due", date(2020, 7, 30), "2019"),
        ("report", date(2020, 2, 29), "2018"),
        ("report", date(2020, 3, 1), "2019"),
        ("report-due", date(2020, 3, 30), "2018"),
        ("report-due", date(2020, 3, 31), "2019"),
    ],
)
def test_a_period_falls_due_on_its_day_and_not_before(job: str, today: date, newest: str) -> None:
    periods = JOBS[job].periods(today)
    assert periods[-1] == newest
    assert periods == sorted(set(periods))
