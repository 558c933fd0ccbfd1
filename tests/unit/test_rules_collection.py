"""Collection and withdrawal rules at the edges that the law draws."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.dates import is_working_day
from ledger.policy.parameters import PolicyBook
from ledger.policy.rules import decide, find_rule
from ledger.policy.rules.collection import monthly_share
from ledger.refusal import Refusal

BOOK = PolicyBook.bundled()
FEN = st.integers(0, 10**9)


def values(rule: str, on: date | None = None, **inputs: object) -> dict[str, object]:
    return decide(rule, inputs, BOOK, on).values


def test_an_outcome_carries_clause_parameter_versions_and_steps():
    outcome = decide(
        "fund_rate_check", {"unit_rate": "0.12", "employee_rates": ["0.12"]}, BOOK, date(2020, 1, 1)
    )
    assert outcome.values == {"valid": True}
    assert outcome.clause == "葫政发〔2019〕12号 第四条"
    assert outcome.parameters["contribution_rate_max"] == "contribution_rate_max@2019-05-20"
    assert len(outcome.steps) == 2


def test_the_rate_limits_of_the_national_regulation_hold_before_the_city_rule():
    outcome = decide("fund_rate_check", {"unit_rate": "0.05", "employee_rates": []}, BOOK, date(2018, 1, 1))
    assert outcome.clause.startswith("住房公积金管理条例")
    assert outcome.parameters["contribution_rate_max"] == "contribution_rate_max@2005-01-10"


def test_a_rule_outside_its_time_is_refused():
    with pytest.raises(Refusal, match="rule_not_in_force"):
        decide("contributor_type", {"unit_type": "国家机关"}, BOOK, date(1990, 1, 1))


def test_inputs_are_checked_by_name_and_kind():
    with pytest.raises(Refusal, match="rule_input_missing"):
        values("underpayment", due_fen=1)
    with pytest.raises(Refusal, match="rule_input_unknown"):
        values("underpayment", due_fen=1, deposited_fen=1, colour="red")
    with pytest.raises(Refusal, match="rule_input_malformed"):
        values("underpayment", due_fen="1", deposited_fen=1)
    with pytest.raises(Refusal, match="rule_unknown"):
        values("nonsense")


def test_a_base_needs_the_published_wage_figures_and_names_the_missing_one():
    with pytest.raises(Refusal) as refused:
        values("contribution_base", avg_monthly_wage_prior_year_fen=500000)
    assert refused.value.facts["parameter"] == "city_average_monthly_wage"


def test_a_floor_above_the_cap_is_refused():
    with pytest.raises(Refusal, match="base_bounds_contradict"):
        values(
            "contribution_base",
            avg_monthly_wage_prior_year_fen=1,
            city_avg_monthly_wage_fen=100,
            min_wage_fen=301,
        )


@given(FEN, FEN)
def test_a_higher_wage_never_lowers_the_base_and_the_base_keeps_its_bounds(low, more):
    def base(wage: int) -> int:
        case = {
            "avg_monthly_wage_prior_year_fen": wage,
            "city_avg_monthly_wage_fen": 500000,
            "min_wage_fen": 142000,
        }
        return decide("contribution_base", case, BOOK, explain=False).values["base_fen"]

    assert 142000 <= base(low) <= base(low + more) <= 1500000


@given(FEN, st.integers(500, 1200), st.sampled_from(["fen_half_up", "yuan_half_up", "yuan_up", "jiao_down"]))
def test_the_bulk_path_and_the_explained_rule_give_the_same_amount(base_fen, points, rounding):
    rate = Decimal(points) / 10000
    explained = values("monthly_contribution", base_fen=base_fen, rate=rate, rounding=rounding)
    assert explained["unit_fen"] == explained["employee_fen"] == monthly_share(base_fen, rate, rounding)
    compiled = find_rule("monthly_contribution").compiled(BOOK, date(2020, 1, 1), rounding=rounding)
    assert compiled(base_fen=base_fen, rate=rate) == explained


@given(st.dates(date(2005, 1, 1), date(2025, 11, 1)), st.integers(1, 30))
def test_a_deadline_in_working_days_lands_on_a_working_day(from_on, days):
    assert is_working_day(values("deadline_working_days", from_on=from_on, days=days)["due_on"])


def test_working_days_are_refused_in_a_year_without_a_published_calendar():
    with pytest.raises(Refusal, match="calendar_unpublished"):
        values("deadline_working_days", from_on="2039-06-14", days=3)


def test_the_spouse_pays_only_what_is_short_and_only_where_the_law_opens_it():
    case = {"need_fen": 100, "own_balance_fen": 60, "spouse_balance_fen": 100}
    on = date(2019, 7, 1)
    assert values("withdrawal", on, reason="rent", **case) == {
        "own_fen": 60,
        "spouse_fen": 40,
        "unmet_fen": 0,
    }
    assert values("withdrawal", on, reason="retirement", **case)["spouse_fen"] == 0
    assert values("withdrawal", date(2019, 5, 19), reason="rent", **case)["spouse_fen"] == 0


def test_a_reason_that_does_not_exist_on_the_day_is_refused_with_those_that_do():
    with pytest.raises(Refusal, match="withdrawal_reason_unknown") as refused:
        values("withdrawal", date(2019, 7, 1), reason="decoration", need_fen=1, own_balance_fen=1)
    assert "rent" in refused.value.facts["known"]


@given(FEN, FEN, FEN, st.sampled_from([1, 2, 3, 4, 5, 6]))
def test_a_withdrawal_is_covered_by_its_parts_and_never_exceeds_a_balance(need, own, spouse, reason):
    parts = values("withdrawal", reason=reason, need_fen=need, own_balance_fen=own, spouse_balance_fen=spouse)
    assert parts["own_fen"] + parts["spouse_fen"] + parts["unmet_fen"] == need
    assert parts["own_fen"] <= own
    assert parts["spouse_fen"] <= spouse


def test_a_gap_between_segments_breaks_the_continuity_unless_the_committee_allows_it():
    assert values("continuous_months", segments=[18, 7])["months"] == 25
    assert values("continuous_months", segments=[18, 7], gaps_months=[1])["months"] == 7


def test_arrears_without_any_proven_wage_need_the_published_city_average():
    with pytest.raises(Refusal, match="missing_parameter"):
        values("arrears", months=1, rate="0.05")
