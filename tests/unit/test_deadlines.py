"""The end of a period: parties to the next working day, the centre and named days to the day itself."""

from datetime import date

import pytest

from ledger.deadlines import named, of_centre, of_party
from ledger.refusal import Refusal
from projections.views import conduct_duties
from projections.views.obligations import KINDS, NAMED, OF_PARTIES

DAYS = [
    ("2020-02-29", "2020-03-02", "a Saturday"),
    ("2020-03-01", "2020-03-02", "a Sunday"),
    ("2020-02-28", "2020-02-28", "a Friday"),
    ("2019-10-01", "2019-10-08", "the first of seven days of holiday"),
    ("2019-09-29", "2019-09-29", "a Sunday on which work is made up"),
    ("2020-01-24", "2020-02-03", "the holiday of 2020 that was made longer"),
    ("2019-12-31", "2019-12-31", "the last day of a year"),
    ("2020-01-01", "2020-01-02", "new year's day"),
]


@pytest.mark.parametrize(("due_on", "last", "why"), DAYS, ids=[one[2] for one in DAYS])
def test_a_period_of_a_party_ends_on_a_working_day(due_on, last, why):
    end, last_day = of_party(date.fromisoformat(due_on)), date.fromisoformat(last)
    assert (end.last_day, end.is_over(last_day), end.late_days(last_day)) == (last_day, False, 0)
    next_day = date.fromordinal(last_day.toordinal() + 1)
    assert (end.is_over(next_day), end.late_days(next_day)) == (True, 1)


def test_the_centre_and_a_named_day_keep_the_day_itself():
    sunday = date(2020, 3, 1)
    for end in (named(sunday), of_centre(sunday, "day_counted")):
        assert (end.last_day, end.late_days(date(2020, 3, 2))) == (sunday, 1)
    assert of_centre(sunday, "next_working_day").late_days(date(2020, 3, 2)) == 0


def test_an_unknown_year_is_asked_about_only_where_the_answer_depends_on_it():
    end = of_party(date(2097, 3, 1))
    assert not end.is_over(date(2097, 3, 1))
    assert end.late_days(date(2097, 2, 28)) == 0
    for ask in (end.is_over, end.late_days):
        with pytest.raises(Refusal, match="calendar_unpublished"):
            ask(date(2097, 3, 2))
    assert (end.last_day_known, end.late_days_known(date(2097, 3, 2))) == (None, None)


def test_every_duty_says_whose_period_it_is_and_none_says_two():
    assert not OF_PARTIES & NAMED
    of_centre_kinds = set(KINDS) - OF_PARTIES - NAMED - conduct_duties.RIGHTS
    assert of_centre_kinds == {
        "answer_balance",
        "answer_objection",
        "book_reserve",
        "book_transfer",
        "centre_acts",
        "decide",
        "decide_loan",
        "decide_withdrawal",
        "pay_remainder",
        "payee_account",
        "publish_report",
        "send_letter",
        "send_transfer",
    }
