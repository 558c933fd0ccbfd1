"""Loan rates by date, home order and term; bans before and after Order 844; the reserve by its modes."""

from datetime import date
from decimal import Decimal

import pytest

from ledger.policy.overlay import overlaid
from ledger.policy.parameters import Citation, ParameterValue, PolicyBook
from ledger.policy.rules import decide
from ledger.refusal import Refusal

BOOK = PolicyBook.bundled()


def rate(day: str, months: int, second: bool = False) -> Decimal:
    case = {"second_home": second, "term_months": months, "disbursed_on": day}
    return decide("loan_rate", case, BOOK).values["rate"]


@pytest.mark.parametrize(
    ("day", "months", "second", "expected"),
    [
        ("1999-09-21", 60, False, "0.0414"),
        ("2015-08-25", 61, False, "0.035"),
        ("2015-08-26", 61, False, "0.0325"),
        ("2019-07-01", 360, True, "0.03575"),
        ("2022-09-30", 60, True, "0.03025"),
        ("2022-10-01", 60, False, "0.026"),
        ("2022-10-01", 360, True, "0.03575"),
        ("2024-05-17", 360, False, "0.031"),
        ("2024-05-18", 360, True, "0.03325"),
        ("2025-05-08", 60, True, "0.02525"),
        ("2026-11-23", 360, False, "0.026"),
        ("2026-11-23", 360, True, "0.03075"),
    ],
)
def test_the_rate_is_that_of_the_day_of_disbursement(day, months, second, expected):
    assert rate(day, months, second) == Decimal(expected)


def test_since_october_2022_the_second_home_is_not_one_point_one_times_the_first():
    assert rate("2025-06-01", 360, True) != rate("2025-06-01", 360) * Decimal("1.1")


def test_a_second_home_in_a_time_without_figure_and_multiplier_is_refused():
    with pytest.raises(Refusal, match="missing_parameter"):
        rate("2003-01-01", 360, True)


def test_a_rate_needs_a_base_rate_or_a_term():
    with pytest.raises(Refusal, match="rule_input_missing"):
        decide("loan_rate", {"second_home": False}, BOOK)


def test_a_day_before_the_first_published_rate_is_refused():
    with pytest.raises(Refusal, match="missing_parameter"):
        rate("1999-09-20", 60)


@pytest.mark.parametrize(
    ("facts_on", "years", "valid"),
    [("2026-09-19", 1, True), ("2026-09-20", 1, False), ("2026-09-20", 5, True), ("2019-08-15", 6, False)],
)
def test_a_loan_ban_follows_the_law_of_the_day_of_the_facts(facts_on, years, valid):
    case = {"decided_on": "2026-12-01", "years": years, "facts_on": facts_on}
    five = ParameterValue(
        "loan_ban_years_min",
        5,
        date(2026, 9, 20),
        date(2026, 8, 18),
        Citation("国务院令第844号", "第四十一条"),
    )
    assert decide("loan_ban", case, BOOK.with_values(five)).values["valid"] is valid


def test_the_citys_years_of_a_loan_ban_stand_until_the_committee_takes_order_844_over():
    case = {"decided_on": "2026-12-01", "years": 1, "facts_on": "2026-09-20"}
    assert decide("loan_ban", case, BOOK).values["valid"] is True


def test_the_withdrawal_ban_of_the_city_names_no_years_and_the_committee_may_take_three_over():
    with pytest.raises(Refusal, match="missing_parameter"):
        decide("withdrawal_ban", {"decided_on": "2019-08-15"}, BOOK)
    with pytest.raises(Refusal, match="missing_parameter"):
        decide("withdrawal_ban", {"decided_on": "2026-10-01"}, BOOK)
    three = overlaid(BOOK, ["withdrawal_ban_years=3"])
    after = decide("withdrawal_ban", {"decided_on": "2026-10-01"}, three).values
    assert after["eligible_again_on"] == date(2029, 10, 2)


def test_the_reserve_waits_for_the_mode_of_the_province():
    case = {"value_added_income_fen": 1000, "loan_balance_fen": 10**6, "reserve_before_fen": 9000}
    with pytest.raises(Refusal, match="missing_parameter"):
        decide("risk_reserve_required", case, BOOK)
    of_gain = overlaid(BOOK, ["risk_reserve_mode=share_of_gain"])
    assert decide("risk_reserve_required", case, of_gain).values == {"required_fen": 600}
    of_loans = overlaid(BOOK, ["risk_reserve_mode=share_of_balance", "risk_reserve_balance_rate=0.01"])
    assert decide("risk_reserve_required", case, of_loans).values == {"required_fen": 1000}


def test_a_body_of_the_first_list_is_found_and_the_centre_is_not():
    assert decide("penalty_authority", {"body": "葫芦岛市财政局"}, BOOK).values == {
        "listed": True,
        "number": 12,
        "kind": "职权执法",
    }
    assert not decide("penalty_authority", {"body": "葫芦岛市住房公积金管理中心"}, BOOK).values["listed"]
