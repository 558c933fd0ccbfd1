"""Jobs: what happens by itself, once for each period, on time, and is caught up when it was missed.

The truth is the table ``job_run``: one row for each job and period. Whoever runs a job holds the lock of the ledger's
jobs, so two servers at once do each period once, and a run that died with its server is done again: every job does
its work once however often it is run. APScheduler only says when to look.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Column, Connection, Integer, Table, Text, func, insert, select, update
from sqlalchemy.engine import make_url

from commands.backup import back_up, restore
from commands.bank.files import FileGateway
from commands.bank.gateway import SHARED, SHARED_VARIABLE
from commands.desk import Desk
from commands.loan_runs import run_over_loans
from commands.payments import ask, receive
from commands.reports import produce_report, report_state
from commands.settlement import settle
from commands.statements import produce, statements_missing
from ledger.dates import (
    SHANGHAI,
    business_day,
    days_after,
    format_month,
    fund_year_bounds,
    last_day,
    month_of,
    parse_month,
)
from ledger.policy.rules import decide
from ledger.refusal import Refusal
from ledger.store.database import Database
from ledger.store.persons import open_person_store
from ledger.store.tables import Moment, metadata
from ledger.streams import loan as loans
from ledger.streams.receipt import age_days
from projections.replay.verify import verify
from projections.views import all_views
from projections.views.obligations import obligations
from projections.views.payments import differences
from projections.views.stays import Stays
from projections.views.view import catch_up

JOB_RUN: Final = Table(
    "job_run",
    metadata,
    Column("job", Text, primary_key=True),
    Column("period", Text, primary_key=True),
    Column("status", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("finished_at", Moment, nullable=True),
    Column("result", Text, nullable=False),
)

ATTEMPTS_MAX: Final = 3
"""How often a period is tried; after that a person has to run it."""

CATCH_UP_PERIODS_MAX: Final = 40
"""How many missed periods of one job are caught up at once."""

ACTOR: Final = "jobs"
"""Who the audit envelope names for what a job books."""

_NAMED_MAX: Final = 20

JOBS_LOCK: Final = 0x6A6F6273
"""The advisory lock of whoever runs jobs (the letters ``jobs``)."""


class Job(NamedTuple):
    """A job: what it does for a period, and when a period falls due.

    ``due_day`` gives the newest day at or before a day on which a period falls due, and ``period`` that period's
    name, which sorts as time does. ``cron`` are the fields of APScheduler's trigger, in Asia/Shanghai.
    """

    name: str
    zh: str
    en: str
    clause: str
    run: Callable[[Desk, str, Path], dict[str, Any]]
    due_day: Callable[[date], date]
    period: Callable[[date], str]
    cron: Mapping[str, Any]

    def periods(self, today: date) -> list[str]:
        """The newest periods that have fallen due by today, oldest first, bounded."""
        found: list[str] = []
        day = today
        while len(found) < CATCH_UP_PERIODS_MAX:
            day = self.due_day(day)
            found.append(self.period(day))
            day = days_after(day, -1)
        return found[::-1]


# ---------------------------------------------------------------- what the jobs do


def _views(desk: Desk, period: str, folder: Path) -> dict[str, Any]:
    """Brings the views up to date and says what is overdue and which held money is old."""
    on = date.fromisoformat(period)
    database = desk.ledger.database
    book = desk.present_book()
    for view in all_views(book):
        catch_up(database, view)
    limit = book.value("held_money_ageing_days", on).value
    with database.reading() as connection:
        waiting = obligations(connection, on, only_open=True, book=book)
        register: Any = desk.ledger.registers["receipt"]
        keys = register.keys_where(connection, status="held")
        held = [state for _, state in register.read(connection, keys).values()]
        backup_age = backup_age_days(connection, on)
    old = [one for one in held if age_days(one, on) > limit]
    oldest = book.find("backup_age_days_max", on)
    return {
        "overdue": sum(bool(one.late_days) for one in waiting),
        "calendar_unpublished": sum(one.late_days is None for one in waiting),
        "held": len(held),
        "held_too_long": len(old),
        "backup_age_days": backup_age,
        "backup_too_old": oldest and (backup_age is None or backup_age > oldest.value),
    }


def _loans(desk: Desk, period: str, folder: Path) -> dict[str, Any]:
    """What a day brings to all loans: a new rate where this is its day, repayment from the fund accounts, what fell due.

    Loans that the new rate could not be given are counted and named, and stand among the obligations.
    """
    on = date.fromisoformat(period)
    register: Any = desk.ledger.registers["loan"]
    with desk.ledger.database.reading() as connection:
        if not register.keys_where(connection, status=loans.RUNNING):
            return {"loans": 0}
    mode = desk.present_book().value("loan_repricing", on).value
    repriced = loans.is_repricing_day(mode, on, date.min)
    done = {
        name: run_over_loans(desk, name, on, actor=ACTOR, mode=offset)
        for name, offset, wanted in (
            ("reprice_loans", "", repriced),
            ("run_offsets", "monthly", True),
            ("run_instalments", "", True),
        )
        if wanted
    }
    left_out = done["reprice_loans"]["left_out"] if repriced else []
    told = {"left_out": len(left_out), "left_out_named": left_out[:_NAMED_MAX]} if left_out else {}
    return {name: one["changed"] for name, one in done.items()} | told


def _bank(desk: Desk, period: str, folder: Path) -> dict[str, Any]:
    """Takes in what the bank sent, matches it, asks about orders on which it is silent, and counts what differs.

    Without a ``bank.yaml`` in the shared folder there is no bank.
    """
    shared = Path(os.environ.get(SHARED_VARIABLE, SHARED))
    if not (shared / "bank.yaml").is_file():
        return {"messages": 0}
    gateway, database = FileGateway(shared), desk.ledger.database
    on = business_day(desk.ledger.clock())
    taken = receive(desk, gateway, open_person_store(database), on, actor=ACTOR)
    asked = ask(desk, gateway, on, actor=ACTOR)
    with database.reading() as connection:
        open_differences = len(differences(connection, on))
    counted = {name: count for name, count in taken.items() if isinstance(count, int)}
    return {**counted, "asked": asked["asked"], "differences": open_differences}


def _verify(desk: Desk, period: str, folder: Path) -> dict[str, Any]:
    """Verifies the ledger; a finding makes the run fail, so that it is seen."""
    report = verify(desk.ledger.database, desk.present_book())
    if not report.sound:
        raise Refusal("verification_failed", counts=str(report.counts))
    return {"events": report.events, "commits": report.commits, "checkpoint": report.checkpoint}


def _back_up(desk: Desk, period: str, folder: Path) -> dict[str, Any]:
    """Takes a backup, restores it into a fresh ledger, replays it and verifies that."""
    folder.mkdir(parents=True, exist_ok=True)
    book, path = desk.present_book(), folder / f"backup-{period}.db"
    path.unlink(missing_ok=True)
    made = back_up(desk.ledger.database, path)
    proof = folder / f"backup-{period}.proof.db"
    proof.unlink(missing_ok=True)
    fresh = Database(f"sqlite:///{proof}")
    try:
        restore(path, fresh, all_views(book))
        if not verify(fresh, book).sound:
            raise Refusal("backup_unfit", path=path.name)
    finally:
        fresh.close()
        for name in (proof.name, proof.name + "-wal", proof.name + "-shm"):
            (folder / name).unlink(missing_ok=True)
    return {"file": path.name, **made._asdict()}


def _accrue(desk: Desk, period: str, folder: Path) -> dict[str, Any]:
    """Accrues the members' interest of a month that is over (计提应付利息)."""
    content = {"on": last_day(parse_month(period)), "month": period}
    return desk.do("accrue_interest", content, actor=ACTOR, key=f"accrue-{period}").result


def _settle(desk: Desk, period: str, folder: Path) -> dict[str, Any]:
    """Credits every account with its interest of a fund year, chunk by chunk, from where it had come to (年终结息)."""
    return settle(desk, int(period), fund_year_bounds(int(period))[1], actor=ACTOR)


def _statements(desk: Desk, period: str, folder: Path) -> dict[str, Any]:
    """Produces every employer's statement of a settled year (第二十四条: by 30 July); one that fails makes the run fail."""
    into = folder / f"statements-{period}"
    into.mkdir(parents=True, exist_ok=True)
    on, processes = business_day(desk.ledger.clock()), os.cpu_count() or 1
    made = produce(desk, int(period), into, on, actor=ACTOR, processes=processes)
    if made.refused:
        raise made.refused[0]
    return {"employers": made.employers, "accounts": made.accounts, "made": made.made, "issued": made.issued}


def _statements_due(desk: Desk, period: str, folder: Path) -> dict[str, Any]:
    """On the last day for statements: who has none makes the run fail, so that it is seen (第二十四条)."""
    catch_up(desk.ledger.database, Stays())
    with desk.ledger.database.reading() as connection:
        missing = statements_missing(connection, int(period))
    if missing:
        names = ", ".join(missing[:_NAMED_MAX])
        raise Refusal("statements_missing", year=period, count=len(missing), employers=names)
    ends = fund_year_bounds(int(period))[1]
    due = decide("statement_due", {"year": ends.year}, desk.present_book(), ends)
    return {"missing": 0, "due_on": due.values["due_on"].isoformat()}


def _report(desk: Desk, period: str, folder: Path) -> dict[str, Any]:
    """Drafts the report of a calendar year with a month left for the committee, and says what it lacks (第二十五条)."""
    into = folder / f"report-{period}"
    into.mkdir(parents=True, exist_ok=True)
    return produce_report(desk, int(period), into, business_day(desk.ledger.clock()), actor=ACTOR)


def _report_due(desk: Desk, period: str, folder: Path) -> dict[str, Any]:
    """On the last day for the report: one that is not published makes the run fail; publishing is for people."""
    state = report_state(desk, int(period))
    if state.published_on is None:
        raise Refusal("report_unpublished", year=period, status=state.status or "-")
    return {"published_on": state.published_on.isoformat()}


def _same_day(day: date) -> date:
    return day


def _first_of_month(day: date) -> date:
    return day.replace(day=1)


def _month_before(day: date) -> str:
    return format_month(month_of(day) - 1)


def _each(month: int, number: int) -> Callable[[date], date]:
    """The newest such day of a year at or before a day."""
    return lambda day: date(day.year - (day < date(day.year, month, number)), month, number)


def _year_before(day: date) -> str:
    return str(day.year - 1)


JOBS: Final = {
    job.name: job
    for job in (
        Job("views", "更新视图、到期与挂账提醒", "views, overdue duties, old held money",
            "葫政发〔2019〕12号 第七至九条", _views, _same_day, date.isoformat, {"hour": 6}),
        Job("loans", "贷款：利率调整、冲还贷、到期与逾期", "loans: new rates, repayment from fund accounts, what fell due",
            "葫政发〔2019〕12号 第十七、十八条", _loans, _same_day, date.isoformat, {"hour": 5}),
        Job("bank", "收银行回执和流水、对账、查询无结果的指令", "the bank: take in, match, ask where it is silent",
            "葫政发〔2019〕12号 第十二条", _bank, _same_day, date.isoformat, {"hour": 20}),
        Job("verify", "每日核验账本", "verify the ledger", "葫政发〔2019〕12号 第二十二条",
            _verify, _same_day, date.isoformat, {"hour": 2}),
        Job("accrue", "月末计提应付利息", "accrue the members' interest of the month", "财会字〔1999〕33号",
            _accrue, _first_of_month, _month_before, {"day": 1, "hour": 1}),
        Job("settle", "年终结息", "settle the fund year on 30 June", "葫政发〔2019〕12号 第二十四条",
            _settle, _each(7, 1), _year_before, {"month": 7, "day": 1, "hour": 1, "minute": 30}),
        Job("statements", "出年度对账单（7 月 30 日前）", "produce the statements, by 30 July",
            "葫政发〔2019〕12号 第二十四条", _statements, _each(7, 2), _year_before,
            {"month": 7, "day": 2, "hour": 1}),
        Job("statements-due", "对账单期限检查（7 月 30 日）", "every employer has its statement, on 30 July",
            "葫政发〔2019〕12号 第二十四条", _statements_due, _each(7, 30), _year_before,
            {"month": 7, "day": 30, "hour": 4}),
        Job("report", "起草年度报告（3 月 31 日前公布）", "draft the annual report, to be published by 31 March",
            "葫政发〔2019〕12号 第二十五条", _report, _each(3, 1), _year_before,
            {"month": 3, "day": 1, "hour": 4}),
        Job("report-due", "年度报告期限检查（3 月 31 日）", "the annual report is published, on 31 March",
            "葫政发〔2019〕12号 第二十五条", _report_due, _each(3, 31), _year_before,
            {"month": 3, "day": 31, "hour": 4}),
        Job("backup", "备份并试恢复", "back up, restore and replay", "葫政发〔2019〕12号 第二十条",
            _back_up, _same_day, date.isoformat, {"hour": 3}),
    )
}  # fmt: skip


# ---------------------------------------------------------------- running


class Run(NamedTuple):
    """One period of one job: ``done``, ``failed``, ``running``, or ``busy`` when another server is at work."""

    job: str
    period: str
    status: str
    attempts: int = 0
    result: Mapping[str, Any] = {}


def run_job(desk: Desk, job: Job, period: str, folder: Path, force: bool = False) -> Run:
    """Runs a period unless it is done; ``force`` is a person's wish to try again beyond the limit."""
    with _alone(desk.ledger.database) as alone:
        if not alone:
            return Run(job.name, period, "busy")
        attempts = _claim(desk, job, period, force)
        if attempts is None:
            return _found(desk, job, period)
        try:
            result, status = job.run(desk, period, folder), "done"
        except Refusal as refused:
            result, status = refused.as_json(), "failed"
        except Exception as error:  # a job that breaks is recorded as failed, whatever broke it
            result, status = {"error": f"{type(error).__name__}: {error}"}, "failed"
        _finish(desk, job, period, status, result)
        return Run(job.name, period, status, attempts, result)


def run_due(desk: Desk, job: Job, folder: Path) -> list[Run]:
    """Runs every period of a job that has fallen due since its first run and is not done, oldest first.

    A job that never ran begins with its newest period.
    """
    with desk.ledger.database.reading() as connection:
        known = {row.period: row for row in connection.execute(_runs(job))}
    periods = job.periods(business_day(desk.ledger.clock()))
    since = min(known, default=periods[-1])
    tried = {
        period
        for period, row in known.items()
        if row.status == "done" or (row.status == "failed" and row.attempts >= ATTEMPTS_MAX)
    }
    return [
        run_job(desk, job, period, folder) for period in periods if period >= since and period not in tried
    ]


def history(connection: Connection, job: str | None = None) -> list[dict[str, Any]]:
    """Runs, the newest first."""
    asked = select(JOB_RUN).order_by(JOB_RUN.c.started_at.desc(), JOB_RUN.c.job)
    if job:
        asked = asked.where(JOB_RUN.c.job == job)
    return [dict(row._mapping) for row in connection.execute(asked)]


def backup_age_days(connection: Connection, on: date) -> int | None:
    """Days since the newest backup that was restored and verified (第二十条第二款), or nothing where there is none."""
    done = JOB_RUN.c.job == "backup", JOB_RUN.c.status == "done"
    newest = connection.execute(select(func.max(JOB_RUN.c.finished_at)).where(*done)).scalar()
    return None if newest is None else (on - business_day(newest)).days


def _runs(job: Job) -> Any:
    return select(JOB_RUN).where(JOB_RUN.c.job == job.name)


def _found(desk: Desk, job: Job, period: str) -> Run:
    with desk.ledger.database.reading() as connection:
        row = connection.execute(_runs(job).where(JOB_RUN.c.period == period)).one()
    return Run(job.name, period, row.status, row.attempts, msgspec.json.decode(row.result))


def _claim(desk: Desk, job: Job, period: str, force: bool) -> int | None:
    """Marks a period as running and counts the attempt; nothing when it is done or was tried too often."""
    now = desk.ledger.clock()
    where = (JOB_RUN.c.job == job.name) & (JOB_RUN.c.period == period)
    with desk.ledger.database.writing() as connection:
        row = connection.execute(select(JOB_RUN).where(where)).first()
        if row is None:
            values = {"job": job.name, "period": period, "status": "running", "attempts": 1}
            connection.execute(insert(JOB_RUN).values(**values, started_at=now, result="{}"))
            return 1
        if row.status == "done" or (row.attempts >= ATTEMPTS_MAX and not force):
            return None
        attempts = int(row.attempts) + 1
        connection.execute(
            update(JOB_RUN).where(where).values(status="running", attempts=attempts, started_at=now)
        )
        return attempts


def _finish(desk: Desk, job: Job, period: str, status: str, result: Mapping[str, Any]) -> None:
    with desk.ledger.database.writing() as connection:
        connection.execute(
            update(JOB_RUN)
            .where(JOB_RUN.c.job == job.name, JOB_RUN.c.period == period)
            .values(
                status=status,
                finished_at=desk.ledger.clock(),
                result=msgspec.json.encode(result, order="sorted").decode(),
            )
        )


@contextmanager
def _alone(database: Database) -> Iterator[bool]:
    """Whether this process may run jobs now: a PostgreSQL advisory lock, or a lock on a file beside SQLite's."""
    if not database.is_sqlite:
        with database.engine.connect() as connection:
            got = connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({JOBS_LOCK})").scalar()
            connection.commit()
            try:
                yield bool(got)
            finally:
                if got:
                    connection.exec_driver_sql(f"SELECT pg_advisory_unlock({JOBS_LOCK})")
                    connection.commit()
        return
    name = make_url(database.url).database
    if database.in_memory or not name:
        yield True
        return
    with Path(name + ".jobs").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True


def serve(desk: Desk, folder: Path, hours: Mapping[str, Mapping[str, Any]] | None = None) -> None:
    """Catches up what was missed, then looks at each job when its time comes, until the process is stopped."""
    from apscheduler.schedulers.blocking import BlockingScheduler

    scheduler = BlockingScheduler(timezone=SHANGHAI)
    for job in JOBS.values():
        run_due(desk, job, folder)
        scheduler.add_job(
            run_due,
            "cron",
            args=(desk, job, folder),
            id=job.name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
            **(hours or {}).get(job.name, job.cron),
        )
    # What failed is tried again in between, up to its limit.
    scheduler.add_job(_retry, "interval", minutes=10, args=(desk, folder), id="retry", coalesce=True)
    scheduler.start()


def _retry(desk: Desk, folder: Path) -> None:
    with desk.ledger.database.reading() as connection:
        failed = {run["job"] for run in history(connection) if run["status"] == "failed"}
    for name in failed & set(JOBS):
        run_due(desk, JOBS[name], folder)
