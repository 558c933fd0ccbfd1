"""The days of conduct, remedies, orders and fines as obligations: what is late stays late, what is a right lapses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from commands.desk import Desk
from projections.views.obligations import Obligations, obligations
from projections.views.view import catch_up
from tests.conftest import Clock, illustrative_book

Shown = tuple[str | None, str | None, int]


class Office:
    """A desk in memory, asked for the obligations of a subject on a day: due, done, days late."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.desk = Desk("sqlite://", self.clock, illustrative_book())

    def do(self, on: str, name: str, **content: Any) -> None:
        self.clock.on(date.fromisoformat(on))
        self.desk.do(name, {"on": on, **content}, actor="clerk", approver="boss")

    def unlawful_loan(self) -> None:
        case = {"case": "F1", "document": "认定书1", "facts_on": "2019-06-01", "return_by": "2019-09-15"}
        loan = {"person": "P1", "loan": "L1", "amount": "100.00", "loan_years": 1}
        self.do("2019-07-25", "establish_unlawful_loan", **case, **loan)

    def duties(self, on: str) -> dict[str, Shown]:
        view = Obligations(self.desk.present_book())
        catch_up(self.desk.ledger.database, view)
        with self.desk.ledger.database.reading() as connection:
            found = obligations(connection, date.fromisoformat(on))
        return {
            one.kind: (one.due_on and str(one.due_on), one.done_on and str(one.done_on), one.late_days)
            for one in found
        }


@pytest.fixture
def office() -> Iterator[Office]:
    office = Office()
    office.unlawful_loan()
    yield office
    office.desk.close()


def test_money_of_a_fraud_is_owed_until_all_of_it_is_back(office: Office) -> None:
    office.do("2019-09-10", "return_fraud_money", person="P1", case="F1", amount="99.99", reference="B1")
    assert office.duties("2019-09-16")["return_money"] == ("2019-09-15", None, 1)
    office.do("2019-09-17", "return_fraud_money", person="P1", case="F1", amount="0.01", reference="B2")
    assert office.duties("2025-01-01")["return_money"] == ("2019-09-15", "2019-09-17", 2)


def test_a_return_that_was_reversed_is_owed_by_its_old_day(office: Office) -> None:
    office.do("2019-07-25", "register_employer", employer="E1", rate="0.12")
    office.do("2019-07-25", "open_account", account="A1", employer="E1", person="P2", base="5000.00")
    office.do("2019-07-26", "deposit", account="A1", month="2019-07")
    office.do("2019-07-26", "withdraw", account="A1", reason="rent", amount="10.00")
    days = {"facts_on": "2019-07-26", "return_by": "2019-09-01", "document": "D"}
    office.do("2019-07-27", "correct_conduct", person="P1", case="F1", document="D", reason="认定有误")
    fraud = {"case": "F2", "account": "A1", "payment": "A1.3", "withdrawal_years": 1}
    office.do("2019-07-27", "establish_fraud", **fraud, **days)
    office.do("2019-08-01", "return_fraud_money", person="P2", case="F2", amount="10.00", reference="B1")
    assert office.duties("2019-09-03")["return_money"] == ("2019-09-01", "2019-08-01", 0)
    office.do("2019-08-05", "reverse", account="A1", version=4, reason="退票")
    assert office.duties("2019-09-03")["return_money"] == ("2019-09-01", None, 2)


def test_a_corrected_entry_leaves_nothing_owed(office: Office) -> None:
    office.do("2019-08-01", "correct_conduct", person="P1", case="F1", document="D", reason="认定有误")
    assert "return_money" not in office.duties("2019-08-01")


def test_the_windows_of_a_decision_lapse_and_then_the_centre_has_its_own_days(office: Office) -> None:
    office.do("2019-08-01", "notify_decision", decision="F1", person="P1", document="送达1")
    shown = office.duties("2020-05-07")
    assert shown["review_window"] == ("2019-09-30", None, 0)
    assert shown["suit_window"] == ("2020-02-01", None, 0)
    assert shown["apply_enforcement"] == ("2020-05-03", None, 1)


def test_a_review_moves_the_days_of_suit_and_enforcement(office: Office) -> None:
    office.do("2019-08-01", "notify_decision", decision="F1", person="P1", document="送达1")
    office.do("2019-09-30", "file_review", decision="F1", document="复议1")
    shown = office.duties("2019-09-30")
    assert shown["review_window"] == ("2019-09-30", "2019-09-30", 0)
    assert not {"suit_window", "apply_enforcement"} & set(shown)
    office.do("2019-11-01", "decide_review", decision="F1", document="复议决定1", outcome="upheld")
    shown = office.duties("2019-11-01")
    assert shown["suit_window"][0] == "2019-11-16"
    assert shown["apply_enforcement"][0] == "2020-02-18"
    office.do("2019-12-01", "apply_enforcement", decision="F1", court="连山区人民法院", document="申请1")
    assert office.duties("2020-12-01")["apply_enforcement"] == ("2020-02-18", "2019-12-01", 0)


def test_an_annulled_decision_leaves_nothing_to_seek_or_to_enforce(office: Office) -> None:
    office.do("2019-08-01", "notify_decision", decision="F1", person="P1", document="送达1")
    office.do("2019-09-30", "file_suit", decision="F1", document="起诉1")
    office.do("2019-11-01", "decide_suit", decision="F1", document="判决1", outcome="annulled")
    assert set(office.duties("2019-11-01")) == {"suit_window"}


def test_an_order_is_owed_by_its_employer(office: Office) -> None:
    order = {"penalty": "O1", "employer": "E9", "violation": "unregistered", "facts_on": "2019-08-01"}
    papers = {"evidence": "营业执照", "document": "责令1", "due_on": "2019-09-30"}
    office.do("2019-09-02", "order_correction", **order, **papers)
    assert office.duties("2019-10-02")["correct_violation"] == ("2019-09-30", None, 2)
    office.do("2019-10-03", "record_correction", penalty="O1", evidence="登记表")
    assert office.duties("2025-01-01")["correct_violation"] == ("2019-09-30", "2019-10-03", 3)
