"""Days, months and fund years; the day itself is never counted."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.dates import (
    business_day,
    days_after,
    first_day,
    format_month,
    fund_year_bounds,
    fund_year_of,
    last_day,
    month_of,
    months_after,
    next_working_day,
    parse_day,
    parse_month,
    working_days_after,
)
from ledger.refusal import Refusal

DAYS = st.dates(date(1999, 1, 1), date(2099, 12, 31))


@given(DAYS)
def test_a_day_lies_in_its_month_and_in_its_fund_year(day):
    assert first_day(month_of(day)) <= day <= last_day(month_of(day))
    first, last = fund_year_bounds(fund_year_of(day))
    assert first <= day <= last
    assert (first.month, first.day, last.month, last.day) == (7, 1, 6, 30)


@given(DAYS)
def test_days_and_months_that_were_written_are_read_back(day):
    assert parse_day(day.isoformat()) == day
    assert parse_month(format_month(month_of(day))) == month_of(day)
    assert parse_month(format_month(month_of(day)).replace("-", "")) == month_of(day)


@given(DAYS, st.integers(0, 400))
def test_the_first_day_of_a_period_is_not_counted(day, days):
    assert days_after(day, days) - day == timedelta(days=days)


@given(DAYS, st.integers(0, 60))
def test_months_later_is_the_same_day_or_the_last_of_its_month(day, months):
    later = months_after(day, months)
    assert month_of(later) == month_of(day) + months
    assert later.day == min(day.day, last_day(month_of(later)).day)


@pytest.mark.parametrize(
    ("day", "year"), [("2019-06-30", 2018), ("2019-07-01", 2019), ("2020-02-29", 2019), ("2020-06-30", 2019)]
)
def test_the_fund_year_begins_on_1_july(day, year):
    assert fund_year_of(date.fromisoformat(day)) == year


@pytest.mark.parametrize(
    ("day", "days", "due"),
    [("2019-05-31", 30, "2019-06-30"), ("2020-01-31", 30, "2020-03-01"), ("2019-12-02", 30, "2020-01-01")],
)
def test_thirty_days_as_the_regulation_counts_them(day, days, due):
    assert days_after(date.fromisoformat(day), days) == date.fromisoformat(due)


@pytest.mark.parametrize(("day", "due"), [("2019-06-14", "2019-06-19"), ("2019-09-27", "2019-10-08")])
def test_three_working_days_by_the_published_calendar(day, due):
    assert working_days_after(date.fromisoformat(day), 3) == date.fromisoformat(due)


def test_a_period_that_ends_on_a_rest_day_ends_on_the_next_working_day():
    assert next_working_day(date(2019, 6, 30)) == date(2019, 7, 1)
    assert next_working_day(date(2019, 9, 29)) == date(2019, 9, 29)


def test_a_year_whose_calendar_is_not_published_is_refused_and_not_guessed():
    with pytest.raises(Refusal) as refused:
        working_days_after(date(2097, 3, 1), 3)
    assert refused.value.code == "calendar_unpublished"


def test_the_business_day_is_the_day_in_shanghai():
    assert business_day(datetime(2019, 7, 1, 15, 59, tzinfo=UTC)) == date(2019, 7, 1)
    assert business_day(datetime(2019, 7, 1, 16, 0, tzinfo=UTC)) == date(2019, 7, 2)
