"""Every published rate of loans (1999 to 2026) and of members' deposits, value by value, against the packs."""

import csv
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from ledger.policy.parameters import PolicyBook
from ledger.policy.rules import decide

DATA = Path(__file__).with_name("data")
BOOK = PolicyBook.bundled()


def published(name):
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


LOANS, DEPOSITS = published("published-loan-rates.csv"), published("published-deposit-rates.csv")


def days(rows):
    """The first and the last day of every row; the last row still holds."""
    starts = [date.fromisoformat(row["from"]) for row in rows]
    ends = [start - timedelta(days=1) for start in starts[1:]] + [date(2026, 11, 23)]
    return list(zip(starts, ends, rows, strict=True))


@pytest.mark.parametrize(("first", "last", "row"), days(LOANS), ids=lambda one: str(one)[:10])
def test_a_loan_takes_the_rate_that_was_published_for_its_day_term_and_home(first, last, row):
    for day in (first, last):
        for column, rate in row.items():
            if column == "from" or not rate:
                continue
            case = {
                "disbursed_on": day.isoformat(),
                "second_home": column.startswith("second"),
                "term_months": 61 if "over" in column else 60,
            }
            assert decide("loan_rate", case, BOOK).values["rate"] == Decimal(rate), (day, column)


@pytest.mark.parametrize(("first", "last", "row"), days(DEPOSITS), ids=lambda one: str(one)[:10])
def test_a_deposit_earns_the_rate_that_was_posted_on_its_day(first, last, row):
    for day in (first, last):
        assert BOOK.value("deposit_rate_current", day).value == Decimal(row["current_year"])
        assert BOOK.value("deposit_rate_carried", day).value == Decimal(row["carried_forward"])


CHANGES = published("national-rate-changes.csv")
TABLES = {"loan_rate_table": "loans", "deposit_rate_current": "deposits", "deposit_rate_carried": "deposits"}


def test_every_table_of_national_rates_stands_in_the_list_of_changes():
    """A new table of rates names its steps here, so that none can be left out unnoticed."""
    held = {
        one.id for one in BOOK.parameters.values() if one.group == "national-rates" or one.unit == "rate/year"
    }
    assert held - {one for one in held if not BOOK.parameter(one).values} == set(TABLES)


@pytest.mark.parametrize(("parameter", "column"), TABLES.items())
def test_a_table_steps_on_the_national_days_of_change_and_on_no_others(parameter, column):
    held = [value.effective_from.isoformat() for value in BOOK.parameter(parameter).values]
    assert held == [row["day"] for row in CHANGES if row[column] == "yes"]


@pytest.mark.parametrize("row", [row for row in CHANGES if row["carried_before"]], ids=lambda row: row["day"])
def test_a_notice_finds_the_rate_that_it_says_it_changes(row):
    """The notice says "from … to …": a step that is missing before it shows here."""
    day = date.fromisoformat(row["day"])
    before, after = (BOOK.value("deposit_rate_carried", one).value for one in (day - timedelta(days=1), day))
    assert (before, after) == (Decimal(row["carried_before"]), Decimal(row["carried_after"]))
