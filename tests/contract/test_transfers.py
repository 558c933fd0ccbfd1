"""Transfers between cities: what is owed by when, what is owed to the other centre, and their verification."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from commands.desk import Desk
from commands.exchange import owed_messages
from ledger.policy.parameters import Citation, ParameterValue, PolicyBook
from projections.replay.verify import verify
from projections.views.obligations import Obligations, obligations
from projections.views.view import catch_up

OURS, THEIRS, LETTER = "211400", "210700", "2114002001130001"
FROM_THERE = {"letter": LETTER, "from_centre": THEIRS, "to_centre": OURS}
INFORMATION = {"principal": "3000.00", "interest": "12.34", "months": 20, "opened_on": "2015-03-01"}


def coded(book: PolicyBook) -> PolicyBook:
    day = date(2017, 7, 1)
    return book.with_values(ParameterValue("centre_code", OURS, day, day, Citation("平台", "909")))


class Office:
    """A desk that has sent a letter for a member of six months."""

    def __init__(self, desk: Desk, clock: Any) -> None:
        self.desk, self.clock = desk, clock
        self.do("2019-07-01", "register_employer", employer="E1", rate="0.12")
        self.do("2019-07-01", "open_account", account="A1", employer="E1", person="P1", base="5000.00")
        months = [f"2019-{month:02d}" for month in range(7, 13)]
        self.do("2020-01-10", "make_up", account="A1", months=months)
        self.do("2020-01-13", "apply_transfer", account="A1", centre=THEIRS, account_there="B1")

    def do(self, on: str, command: str, **content: Any) -> dict[str, Any]:
        self.clock.on(date.fromisoformat(on))
        return self.desk.do(command, {"on": on, **content}, actor="clerk", approver="approver").result

    def told(self, on: str, **message: Any) -> dict[str, Any]:
        return self.do(on, "transfer_message", **FROM_THERE, **message)

    def duties(self, on: str) -> dict[str, tuple[date | None, date | None, int]]:
        view = Obligations(self.desk.present_book())
        catch_up(self.desk.ledger.database, view)
        with self.desk.ledger.database.reading() as connection:
            found = obligations(connection, date.fromisoformat(on))
        return {one.kind: (one.due_on, one.done_on, one.late_days) for one in found if one.subject == LETTER}


@pytest.fixture
def office(ledger_url: str, clock: Any, book: PolicyBook) -> Any:
    with Desk(ledger_url, clock, coded(book)) as desk:
        yield Office(desk, clock)


def test_every_working_day_limit_is_an_obligation_and_a_late_one_stays_late(office: Office) -> None:
    # 2020-01-13 is a Monday; 19 January was worked, the Spring Festival was a holiday from 24 January to 2 February.
    assert office.duties("2020-01-13") == {"send_letter": (date(2020, 1, 16), None, 0)}
    office.do("2020-01-17", "send_letter", letter=LETTER)
    assert office.duties("2020-01-17") == {"send_letter": (date(2020, 1, 16), date(2020, 1, 17), 1)}
    office.told("2020-01-17", message="BDC901", kind=1)
    assert office.duties("2020-01-17")["send_transfer"] == (date(2020, 1, 23), None, 0)
    office.do("2020-01-22", "transfer_money", letter=LETTER, amount="3012.34", reference="B7")
    assert "book_transfer" not in office.duties("2020-01-22")
    office.told("2020-01-22", message="BDC905", information=INFORMATION)
    assert office.duties("2020-01-23")["send_transfer"] == (date(2020, 1, 23), date(2020, 1, 22), 0)
    assert office.duties("2020-02-05")["book_transfer"] == (date(2020, 2, 4), None, 1)
    office.do("2020-02-04", "book_transfer", letter=LETTER)
    assert office.duties("2020-02-05")["book_transfer"] == (date(2020, 2, 4), date(2020, 2, 4), 0)


def test_the_days_to_book_run_again_after_a_negotiation(office: Office) -> None:
    office.do("2020-01-13", "send_letter", letter=LETTER)
    office.told("2020-01-14", message="BDC901", kind=1)
    office.told("2020-01-15", message="BDC905", information=INFORMATION)
    office.do("2020-01-15", "transfer_money", letter=LETTER, amount="3012.34", reference="B7")
    assert office.duties("2020-01-15")["book_transfer"][0] == date(2020, 1, 19)
    office.do("2020-01-16", "negotiate_transfer", letter=LETTER, reason="月数待核")
    assert "book_transfer" not in office.duties("2020-01-16")
    office.told("2020-01-17", message="BDC905", kind=1, round=1, information=INFORMATION | {"months": 21})
    assert office.duties("2020-01-17")["book_transfer"][0] == date(2020, 1, 21)


@pytest.mark.parametrize(
    ("topic", "was", "becomes", "code"),
    [
        ("account.transferred_in/1", '"months":20', '"months":21', "transfer_not_booked"),
        ("account.transferred_in/1", '"amount_fen":301234', '"amount_fen":301235', "transfer_not_booked"),
        ("transfer.completed/1", '"status":"00"', '"status":"40"', "transfer_not_booked"),
    ],
)
def test_an_altered_transfer_is_found(
    topic: str, was: str, becomes: str, code: str, office: Office, tamperer: Any
) -> None:
    office.do("2020-01-13", "send_letter", letter=LETTER)
    office.told("2020-01-14", message="BDC901", kind=1)
    office.told("2020-01-15", message="BDC905", information=INFORMATION)
    office.do("2020-01-15", "transfer_money", letter=LETTER, amount="3012.34", reference="B7")
    database, book = office.desk.ledger.database, office.desk.present_book()
    assert verify(database, book).sound
    office.do("2020-01-16", "book_transfer", letter=LETTER)
    assert verify(database, book).sound
    tamperer.alter(f"UPDATE event SET state = replace(state, '{was}', '{becomes}') WHERE topic = '{topic}'")
    tamperer.rechain()
    finding = next(one for one in verify(database, book).findings if one.code == code)
    assert finding.message("zh")


def test_held_money_of_a_letter_that_is_not_held_is_found(office: Office, tamperer: Any) -> None:
    office.do("2020-01-15", "transfer_money", letter=LETTER, amount="3012.34", reference="B7")
    was, becomes = '"amount_fen":301234', '"amount_fen":301233'
    topic = "transfer.money_arrived/1"
    tamperer.alter(f"UPDATE event SET state = replace(state, '{was}', '{becomes}') WHERE topic = '{topic}'")
    tamperer.rechain()
    report = verify(office.desk.ledger.database, office.desk.present_book())
    assert "transfer_money_not_held" in report.counts


def test_the_messages_that_are_owed_are_the_same_whenever_they_are_asked_for(office: Office) -> None:
    office.do("2020-01-14", "send_letter", letter=LETTER)
    first = owed_messages(office.desk, date(2020, 1, 14))
    assert first == owed_messages(office.desk, date(2020, 1, 20), [LETTER])
    assert [(one["message"], one["kind"], one["account"]) for one in first] == [("BDC901", 0, "B1")]


def test_the_fraud_mark_and_its_bans_leave_with_the_money(office: Office) -> None:
    letter = "2107002001130001"
    asked = {
        "letter": letter,
        "from_centre": THEIRS,
        "to_centre": OURS,
        "account": "A1",
        "account_there": "B1",
    }
    fraud = {"person": "P1", "case": "F1", "document": "D", "loan": "L1", "amount": "1.00", "loan_years": 2}
    days = {"facts_on": "2020-01-10", "return_by": "2020-02-10"}
    office.do("2020-01-13", "establish_unlawful_loan", **fraud, **days)
    office.do("2020-01-14", "transfer_message", message="BDC901", **asked)
    office.do("2020-01-15", "confirm_letter", letter=letter)
    office.do("2020-01-15", "seal", account="A1", broken_on="2020-01-10")
    office.do("2020-01-16", "send_transfer", letter=letter, loans=1)
    (_, sent) = owed_messages(office.desk, date(2020, 1, 16), [letter])
    said = sent["information"]
    assert (said["fraud"], said["bans"], said["loans"]) == (True, {"loan": "2022-01-13"}, 1)
    assert (said["principal"], said["six_months"], said["paid_up_to"]) == ("7,200.00", True, "2019-12")
