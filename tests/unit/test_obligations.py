"""Obligations: who must do what by which day; late ones stay visible as late (葫政发〔2019〕12号 第七至九、十二条)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from commands.desk import Desk
from ledger.policy.parameters import Citation, ParameterValue, PolicyBook
from projections.views.obligations import Obligation, Obligations, deadline, obligations
from projections.views.view import catch_up
from tests.conftest import Clock, illustrative_book


class Office:
    """A desk in memory with one employer and one account, asked for its obligations on a day."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.desk = Desk("sqlite://", self.clock, illustrative_book())
        self.do("register_employer", "2019-07-01", employer="E1", rate="0.12", pay_day=10)
        self.do("open_account", "2019-07-01", account="A1", employer="E1", base="5000")

    def do(self, name: str, on: str, **content: Any) -> None:
        self.clock.on(date.fromisoformat(on))
        self.desk.do(name, {"on": on, **content}, actor="clerk")

    def duties(self, on: str, kind: str, only_open: bool = False) -> list[Obligation]:
        view = Obligations(self.desk.present_book())
        catch_up(self.desk.ledger.database, view)
        with self.desk.ledger.database.reading() as connection:
            found = obligations(connection, date.fromisoformat(on), only_open=only_open)
        return [one for one in found if one.kind == kind]


@pytest.fixture
def office() -> Iterator[Office]:
    office = Office()
    yield office
    office.desk.close()


def test_a_broken_relation_is_to_be_sealed_within_thirty_days(office: Office) -> None:
    office.do("break_relation", "2019-08-01", account="A1", broken_on="2019-07-31")
    (open_one,) = office.duties("2019-08-31", "seal")
    assert (open_one.due_on, open_one.done_on, open_one.late_days) == (date(2019, 8, 30), None, 1)
    assert open_one.clause.endswith("第七条")


def test_a_late_seal_stays_visible_as_late_for_ever(office: Office) -> None:
    office.do("break_relation", "2019-08-01", account="A1", broken_on="2019-07-31")
    office.duties("2019-08-02", "seal")
    office.do("seal", "2019-09-05", account="A1")
    (sealed,) = office.duties("2025-01-01", "seal")
    assert (sealed.done_on, sealed.late_days) == (date(2019, 9, 5), 6)


def test_a_seal_that_was_never_made_is_not_owed_once_the_relation_resumes(office: Office) -> None:
    office.do("break_relation", "2019-08-01", account="A1", broken_on="2019-07-31")
    office.do("unseal", "2019-08-20", account="A1", resumed_on="2019-08-20")
    assert office.duties("2020-01-01", "seal", only_open=True) == []


def test_a_month_is_due_five_days_after_pay_day(office: Office) -> None:
    office.do("remit", "2019-07-16", employer="E1", month="2019-07")
    (remitted,) = office.duties("2019-07-16", "remit")
    assert (remitted.arose_on, remitted.due_on, remitted.late_days) == (
        date(2019, 7, 10),
        date(2019, 7, 15),
        1,
    )


def test_a_month_that_nobody_remitted_is_overdue_until_it_is(office: Office) -> None:
    assert [one.late_days for one in office.duties("2019-08-16", "remit", only_open=True)] == [32, 1]
    office.do("remit", "2019-08-16", employer="E1", month="2019-07")
    (august,) = office.duties("2019-08-16", "remit", only_open=True)
    assert (august.due_on, august.late_days) == (date(2019, 8, 15), 1)


def test_an_urged_employer_has_five_days_and_then_the_centre_ten(office: Office) -> None:
    office.do("petition", "2019-08-01", petition="P1", account="A1", evidence="离职证明")
    office.do("urge", "2019-08-02", petition="P1")
    (urged,) = office.duties("2019-08-08", "urged")
    (centre,) = office.duties("2019-08-08", "centre_acts")
    assert (urged.due_on, urged.late_days, centre.due_on) == (date(2019, 8, 7), 1, date(2019, 8, 17))
    assert urged.who == "E1"
    office.do("seal", "2019-08-18", account="A1", broken_on="2019-07-31", petition="P1")
    (acted,) = office.duties("2020-01-01", "centre_acts")
    assert (acted.done_on, acted.late_days) == (date(2019, 8, 18), 1)
    assert office.duties("2020-01-01", "centre_acts", only_open=True) == []


def test_a_transfer_has_thirty_days_on_each_side(office: Office) -> None:
    office.do("register_employer", "2019-07-01", employer="E2", rate="0.12")
    office.do("transfer", "2019-09-10", account="A1", to="E2", ended_on="2019-08-01", hired_on="2019-08-15")
    (out,) = office.duties("2020-01-01", "transfer_out")
    (into,) = office.duties("2020-01-01", "transfer_in")
    assert (out.who, out.late_days, into.who, into.late_days) == ("E1", 8, "E2", 0)


def test_a_sunday_on_which_work_is_made_up_is_the_last_day(office: Office) -> None:
    """第七条: the day counted is Sunday 2019-09-29, on which work was made up for the holiday; a day later it is late."""
    office.do("break_relation", "2019-09-02", account="A1", broken_on="2019-08-30")
    office.do("seal", "2019-09-30", account="A1")
    (sealed,) = office.duties("2020-01-01", "seal")
    assert (sealed.due_on, sealed.last_day, sealed.late_days) == (date(2019, 9, 29), date(2019, 9, 29), 1)


def test_a_remittance_due_on_a_sunday_is_in_time_on_monday(office: Office) -> None:
    office.do("register_employer", "2019-07-01", employer="E2", rate="0.12", pay_day=9)
    office.do("open_account", "2019-07-01", account="A2", employer="E2", base="5000")
    office.do("remit", "2019-07-15", employer="E2", month="2019-07")
    (remitted,) = [one for one in office.duties("2019-07-15", "remit") if one.subject == "E2"]
    assert (remitted.due_on, remitted.last_day, remitted.late_days) == (
        date(2019, 7, 14),
        date(2019, 7, 15),
        0,
    )


def test_without_a_calendar_nothing_is_called_late_and_nothing_in_time(office: Office) -> None:
    """The day counted stands there, marked; what was done by it is in time whatever the calendar says."""
    office.do("open_account", "2019-07-01", account="A2", employer="E1", base="5000")
    office.do("break_relation", "2029-03-01", account="A1", broken_on="2029-02-28")
    office.do("break_relation", "2029-03-01", account="A2", broken_on="2029-02-28")
    office.do("seal", "2029-03-30", account="A1")
    office.do("seal", "2029-04-20", account="A2")
    found = {one.subject: one for one in office.duties("2029-05-01", "seal")}
    assert (found["A1"].due_on, found["A1"].last_day, found["A1"].late_days) == (date(2029, 3, 30), None, 0)
    assert (found["A2"].due_on, found["A2"].last_day, found["A2"].late_days) == (
        date(2029, 3, 30),
        None,
        None,
    )


def test_a_duty_of_the_centre_ends_on_the_day_counted_unless_the_committee_says_otherwise() -> None:
    """第二十五条: 31 March 2024 is a Sunday."""
    book = PolicyBook.bundled()
    other = ParameterValue(
        "centre_period_end",
        "next_working_day",
        date(2020, 1, 1),
        date(2020, 1, 1),
        Citation("葫公积金管委〔2020〕1号", "一"),
    )
    day = date(2024, 3, 31)
    assert deadline("publish_report", day, book).last_day == day
    assert deadline("publish_report", day, book.with_values(other)).last_day == date(2024, 4, 1)


def test_an_application_is_decided_within_three_working_days(office: Office) -> None:
    content = {"account": "A1", "reason": "rent", "amount": "100.00"}
    office.do("propose", "2019-09-27", proposal="W1", command="withdraw", content=content)
    (waiting,) = office.duties("2019-10-09", "decide")
    assert (waiting.due_on, waiting.late_days) == (date(2019, 10, 8), 1)


@pytest.mark.parametrize(
    ("filed", "due"),
    [
        ("2019-10-08", "2019-10-11"),
        ("2019-10-09", "2019-10-12"),
        ("2019-10-10", "2019-10-13"),
        ("2019-09-27", "2019-09-30"),
    ],
)
def test_a_withdrawal_is_decided_within_three_days_which_are_the_centres_own_and_end_on_the_day_counted(
    office: Office, filed: str, due: str
) -> None:
    content = {"account": "A1", "reason": "rent", "amount": "100.00"}
    office.do("propose", filed, proposal="W1", command="withdraw", content=content)
    (waiting,) = office.duties("2019-10-20", "decide_withdrawal")
    assert (waiting.due_on, waiting.clause) == (date.fromisoformat(due), "住房公积金管理条例 第二十五条")
    assert waiting.late_days == (date(2019, 10, 20) - waiting.due_on).days


def test_a_decision_on_a_withdrawal_ends_both_of_its_days(office: Office) -> None:
    content = {"account": "A1", "reason": "rent", "amount": "100.00"}
    office.do("propose", "2019-10-10", proposal="W1", command="withdraw", content=content)
    office.do("propose", "2019-10-10", proposal="S1", command="send_payments", content={"batch": "B1"})
    office.clock.on(date(2019, 10, 15))
    office.desk.do("reject", {"on": "2019-10-15", "proposal": "W1", "reason": "缺合同"}, actor="approver")
    (decided,) = office.duties("2020-01-01", "decide_withdrawal")
    assert (decided.done_on, decided.late_days) == (date(2019, 10, 15), 2)
    assert [one.subject for one in office.duties("2020-01-01", "decide", only_open=True)] == ["S1"]


def test_a_view_fed_often_is_the_same_as_one_fed_once() -> None:
    def histories(often: bool) -> list[Obligation]:
        office = Office()
        steps = (
            ("break_relation", "2019-08-01", {"account": "A1", "broken_on": "2019-07-31"}),
            ("seal", "2019-09-05", {"account": "A1"}),
            ("unseal", "2019-10-01", {"account": "A1"}),
            ("break_relation", "2019-10-09", {"account": "A1", "broken_on": "2019-10-08"}),
        )
        for command, on, content in steps:
            office.do(command, on, **content)
            if often:
                office.duties(on, "seal")
        return office.duties("2020-01-01", "seal")

    assert histories(often=True) == histories(often=False)
