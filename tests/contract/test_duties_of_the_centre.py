"""Duties of the centre that a parameter dates: the reserve in time and in full, balances reviewed, a fresh backup."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from commands.desk import Desk
from commands.jobs import JOBS, backup_age_days, run_job
from ledger.policy.parameters import Citation, ParameterValue, PolicyBook
from ledger.refusal import Refusal
from projections.views.obligations import Obligation, Obligations, obligations
from projections.views.view import catch_up
from tests.conftest import Clock, illustrative_book


def given(**values: Any) -> PolicyBook:
    since, cited = date(2019, 1, 1), Citation("葫公积金管委〔2019〕1号", "一")
    new = (ParameterValue(name, value, since, since, cited) for name, value in values.items())
    return illustrative_book().with_values(*new)


def duties(desk: Desk, on: str, kind: str, only_open: bool = False) -> list[Obligation]:
    book = desk.present_book()
    catch_up(desk.ledger.database, Obligations(book))
    with desk.ledger.database.reading() as connection:
        found = obligations(connection, date.fromisoformat(on), only_open=only_open, book=book)
    return [one for one in found if one.kind == kind]


def close_2019(desk: Desk, clock: Clock) -> None:
    def do(on: str, name: str, **content: Any) -> None:
        clock.on(date.fromisoformat(on))
        desk.do(name, {"on": on, **content}, actor="clerk", approver="boss")

    do("2019-12-21", "book_entry", kind="bank_interest_received", amount="1000.00", reference="银行回单")
    do("2019-12-31", "accrue_interest", month="2019-12")
    do("2020-01-02", "close_month", month="2019-12")
    do("2020-01-03", "close_year", year=2019)


def distribute(desk: Desk, clock: Clock, on: str) -> dict[str, Any]:
    clock.on(date.fromisoformat(on))
    content = {"on": on, "year": 2019, "management": "0.00"}
    return desk.do("distribute", content, actor="clerk", approver="boss").result


@pytest.mark.parametrize(("on", "late"), [("2020-03-31", 0), ("2020-04-01", 1)])
def test_a_reserve_is_in_time_on_its_day_and_late_a_day_after(clock: Clock, on: str, late: int) -> None:
    """第二十一条：按时、足额."""
    with Desk(
        "sqlite://", clock, given(risk_reserve_mode="share_of_gain", risk_reserve_due_month_day="03-31")
    ) as desk:
        close_2019(desk, clock)
        (waiting,) = duties(desk, "2020-04-02", "book_reserve")
        assert (waiting.due_on, waiting.done_on, waiting.late_days) == (date(2020, 3, 31), None, 2)
        assert distribute(desk, clock, on)["reserve_short_fen"] == 0
        (booked,) = duties(desk, "2021-01-01", "book_reserve")
        assert (booked.done_on, booked.late_days) == (date.fromisoformat(on), late)
        assert duties(desk, "2021-01-01", "book_reserve", only_open=True) == []


def test_a_reserve_that_falls_short_stays_owed_and_the_command_says_by_how_much(clock: Clock) -> None:
    """1 % of loans of 200,000 asks for 2,000.00 where 1,000.00 is all there is."""
    book = given(
        risk_reserve_mode="share_of_balance",
        risk_reserve_balance_rate="0.01",
        risk_reserve_due_month_day="12-31",
    )
    with Desk("sqlite://", clock, book) as desk:
        clock.on(date(2019, 7, 1))
        opening = {
            "source": "旧系统",
            "debits": {"101": "100.00", "121": "200000.00"},
            "credits": {"201": "200100.00"},
        }
        desk.do("open_books", {"on": "2019-07-01", **opening}, actor="clerk", approver="boss")
        close_2019(desk, clock)
        assert distribute(desk, clock, "2020-01-05")["reserve_short_fen"] == 100_000
        (open_one,) = duties(desk, "2020-01-31", "book_reserve", only_open=True)
        assert (open_one.due_on, open_one.late_days) == (date(2019, 12, 31), 31)


def test_a_day_for_the_reserve_that_nobody_has_published_is_not_guessed(clock: Clock) -> None:
    with Desk("sqlite://", clock, given(risk_reserve_mode="share_of_gain")) as desk:
        close_2019(desk, clock)
        (waiting,) = duties(desk, "2025-01-01", "book_reserve")
        assert (waiting.due_on, waiting.last_day, waiting.late_days) == (None, None, 0)


def test_the_result_goes_only_to_what_the_law_of_the_year_allows(clock: Clock) -> None:
    """条例第二十九条: a law that drops the housing share leaves nothing to give it to."""
    allowed = given(risk_reserve_mode="share_of_gain", value_added_income_uses=["贷款风险准备金", "管理费用"])
    with Desk("sqlite://", clock, allowed) as desk:
        close_2019(desk, clock)
        with pytest.raises(Refusal, match="use_not_allowed"):
            distribute(desk, clock, "2020-03-01")


def test_a_doubt_about_a_balance_is_answered_within_five_days_by_the_day_counted(clock: Clock) -> None:
    """条例第三十六条: 7 September 2019 is a Saturday, and the duty is the centre's own."""
    with Desk("sqlite://", clock, illustrative_book()) as desk:
        desk.do("register_employer", {"on": "2019-07-01", "employer": "E1", "rate": "0.12"})
        desk.do("open_account", {"on": "2019-07-01", "account": "A1", "employer": "E1", "base": "5000"})
        clock.on(date(2019, 9, 2))
        asked = {"on": "2019-09-02", "petition": "Q1", "account": "A1", "doubt": "少记一笔"}
        assert desk.do("request_balance_review", asked).result["answer_by"] == "2019-09-07"
        (waiting,) = duties(desk, "2019-09-08", "answer_balance")
        assert (waiting.who, waiting.due_on, waiting.late_days) == ("centre", date(2019, 9, 7), 1)
        clock.on(date(2019, 9, 9))
        answer = {"on": "2019-09-09", "petition": "Q1", "document": "答复1", "outcome": "confirmed"}
        desk.do("answer_balance_review", answer)
        (answered,) = duties(desk, "2025-01-01", "answer_balance")
        assert (answered.done_on, answered.late_days) == (date(2019, 9, 9), 2)


def test_the_daily_job_tells_when_the_newest_backup_is_too_old(
    ledger_url: str, clock: Clock, tmp_path: Path
) -> None:
    """第二十条第二款: two days at most; a third is told, and so is having none."""
    with Desk(ledger_url, clock, given(backup_age_days_max=2)) as desk:
        desk.do("register_employer", {"on": "2019-07-01", "employer": "E1", "rate": "0.12"})

        def told(on: date) -> tuple[int | None, bool]:
            clock.on(on)
            result = run_job(desk, JOBS["views"], on.isoformat(), tmp_path).result
            return result["backup_age_days"], result["backup_too_old"]

        assert told(date(2019, 7, 1)) == (None, True)
        assert run_job(desk, JOBS["backup"], "2019-07-01", tmp_path).status == "done"
        assert told(date(2019, 7, 3)) == (2, False)
        assert told(date(2019, 7, 4)) == (3, True)
        with desk.ledger.database.reading() as connection:
            assert backup_age_days(connection, date(2019, 7, 1)) == 0
