"""Subsidy rules: shares of a pool, slices of a year, caps at the boundary and one fen beyond, both dates."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.policy.overlay import overlaid
from ledger.policy.parameters import PolicyBook
from ledger.policy.rules import decide
from ledger.refusal import Refusal

BOOK = PolicyBook.bundled()
EXCESS = "township_excess_award"
MILESTONE = "industrial_estate_investment_milestone"
FEN = st.integers(0, 10**11)
INVESTMENTS = st.dictionaries(st.text("ABCDEFGH", min_size=1, max_size=3), FEN, min_size=1, max_size=8)


def values(rule: str, *settings: str, **inputs: object) -> dict[str, object]:
    return decide(rule, inputs, overlaid(BOOK, settings), explain=False).values


@given(INVESTMENTS)
def test_shares_of_a_pool_never_exceed_the_pool_nor_a_million_each(investments):
    for rule, name, pool in (
        ("township_excess_award", "investments_fen", 550_000_000),
        ("township_excess_award_alt_total_denominator", "investments_fen", 550_000_000),
        ("enclave_project_award", "projects_fen", 500_000_000),
    ):
        awards = values(rule, **{name: investments})
        assert awards["paid_total_fen"] == sum(awards["awards_fen"].values()) <= pool
        assert all(award <= 100_000_000 for award in awards["awards_fen"].values())


@given(FEN, st.integers(1, 12), st.integers(1, 12))
def test_monthly_slices_of_a_yearly_standard_add_up(annual, first, last):
    whole = values("annual_standard_period_total", annual_fen=annual, from_month=1, to_month=12)["total_fen"]
    assert whole == annual
    parts = sum(
        values("annual_standard_month_slice", annual_fen=annual, calendar_month=month)["slice_fen"]
        for month in range(first, last + 1)
    )
    assert (
        parts
        == values("annual_standard_period_total", annual_fen=annual, from_month=first, to_month=last)[
            "total_fen"
        ]
    )


def test_a_month_that_does_not_exist_is_refused():
    with pytest.raises(Refusal, match="rule_input_malformed"):
        values("annual_standard_month_slice", annual_fen=1, calendar_month=13)


@given(FEN, st.integers(0, 10**9 - 1))
def test_two_way_shares_add_up_to_the_fen(amount, billionths):
    ratio = f"0.{billionths:09d}"
    interest = values("startup_loan_interest_share", interest_fen=amount, city_ratio=ratio)
    assert interest["city_fen"] + interest["county_fen"] == amount
    revenue = values("city_revenue_return", city_concentrated_fen=amount, origin_ratio=ratio)
    assert revenue["origin_fen"] + revenue["host_fen"] + revenue["city_keeps_fen"] == amount
    kept = values("retention", county_level_fen=amount, exception_ratio=ratio)
    assert kept["township_fen"] + kept["county_fen"] == amount


@pytest.mark.parametrize(
    ("rule", "inputs", "output", "expected"),
    [
        ("township_basic_award", {"investment_fen": 500_000_000}, "award_fen", 10_000_000),
        ("incubator_award", {"proposed_fen": 10_000_000}, "valid", True),
        ("startup_loan_cap", {"applicant": "unemployed", "requested_fen": 15_000_001}, "approved_max_fen", 15_000_000),
        ("first_contribution", {"paid_in_fen": 5_000_000_001, "first": True}, "valid", True),
        ("above_scale", {"industry": "service", "revenue_fen": 0, "staff": 50}, "above_scale", True),
        ("above_scale", {"industry": "catering", "revenue_fen": 199_999_999, "staff": 99}, "above_scale", False),
        ("unanimous", {"members": 5, "votes_for": 6}, "passed", False),
        ("unanimous", {"members": 4, "votes_for": 4}, "passed", False),
        ("poverty_policy_window", {"on": "2019-05-17"}, "in_force", False),
        ("difficulty_older_worker", {"sex": "M", "birth_on": "1964-07-01", "on": "2019-07-01"}, "older_worker", False),
        ("difficulty_older_worker", {"sex": "F", "birth_on": "1969-07-01", "on": "2019-07-01"}, "older_worker", False),
        ("low_income_family_class", {"area": "urban", "per_capita_income_fen": 86_251}, "class", "none"),
        ("low_income_family_class", {"area": "rural", "per_capita_income_fen": 639_000}, "class", "low_income"),
    ],
)  # fmt: skip
def test_a_boundary_lies_where_the_words_put_it(rule, inputs, output, expected):
    assert values(rule, **inputs)[output] == expected


def test_an_unknown_kind_is_refused_with_those_that_exist():
    with pytest.raises(Refusal, match="rule_input_malformed") as refused:
        values("startup_loan_cap", applicant="farmer", requested_fen=1)
    assert "small_micro" in refused.value.facts["kind"]


def test_the_act_was_public_on_30_may_and_its_standards_hold_from_1_july():
    case = {"benefit_month": "2019-07"}
    with pytest.raises(Refusal, match="missing_parameter"):
        decide("urban_dibao_standard", case, BOOK, known_on=date(2019, 5, 29))
    known = decide("urban_dibao_standard", case, BOOK, known_on=date(2019, 5, 30))
    assert known.values == {"standard_fen_per_month": 57500}
    before = decide(
        "urban_dibao_standard", case | {"old_standard_fen": 54000}, BOOK, known_on=date(2019, 5, 29)
    )
    assert before.values == {"standard_fen_per_month": 54000}


def test_a_month_before_july_2019_needs_the_older_standard():
    with pytest.raises(Refusal, match="missing_parameter"):
        values("rural_dibao_standard", benefit_month="2019-06")
    with pytest.raises(Refusal, match="missing_parameter"):
        values(
            "temporary_living_allowance", area="urban", benefit_months=["2019-06"], dibao_months=[],
            ui_benefit_eligible=False, terminated_on="2019-05-31",
        )  # fmt: skip


def test_dibao_months_pay_nothing_and_do_not_use_up_the_six():
    months = [f"2019-{month:02d}" for month in range(7, 13)] + ["2020-01"]
    paid = values(
        "temporary_living_allowance", area="urban", benefit_months=months, dibao_months=["2019-07"],
        ui_benefit_eligible=False, terminated_on="2019-06-30",
    )  # fmt: skip
    assert paid == {"months_paid": 6, "total_fen": 345_000}


@pytest.mark.parametrize(
    ("setting", "rule", "alternative"),
    [
        ("township_excess_denominator=whole_investment", EXCESS, f"{EXCESS}_alt_total_denominator"),
        ("internship_cap_on=base", "internship_subsidy", "internship_living_subsidy_alt_cap_on_base"),
        ("living_day_basis=year_365", "training_living_subsidy", "training_living_subsidy_alt_annual365"),
        ("estate_milestone_reading=actual_investment", f"{MILESTONE}_award", f"{MILESTONE}_alt_actual"),
        ("estate_milestone_reading=running_total", f"{MILESTONE}_award", f"{MILESTONE}_alt_repeat"),
    ],
)  # fmt: skip
def test_an_alternative_reading_is_reached_by_its_named_parameter_only(setting, rule, alternative):
    given = {
        "township_excess_award": {"investments_fen": {"A": 800_000_000, "B": 1_500_000_000}},
        "internship_subsidy": {
            "min_wage_fen": 142000, "living_paid_fen": 240000, "insurance_paid_fen": 0, "persons": 1, "months": 1,
            "retained": 0, "completed": 1,
        },
        "training_living_subsidy": {
            "segments": [{"standard_fen": 57500, "days": 15}], "already_paid_this_year": False,
            "ui_benefit_eligible": False, "difficulty_recognised": True, "trained_on": "2019-08-01",
        },
        "industrial_estate_investment_milestone_award": {"cumulative_fen": 3_560_000_000, "already_paid_fen": 0},
    }[rule]  # fmt: skip
    renamed = {"standard_fen": 57500, "days": 15} if "segments" in given else given
    names = {
        "living_paid_fen",
        "min_wage_fen",
        "persons",
        "months",
        "cumulative_fen",
        "investments_fen",
        "standard_fen",
        "days",
    }
    other = values(alternative, **{name: value for name, value in renamed.items() if name in names})
    chosen, usual = values(rule, setting, **given), values(rule, **given)
    key = {"entitled_fen": "award_fen"}
    money = [name for name in chosen if name in other or key.get(name) in other]
    assert money
    assert all(chosen[name] == other[key.get(name, name)] for name in money)
    assert chosen != usual


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.integers(0, 500), st.integers(0, 500))
def test_the_living_subsidy_of_an_intern_never_exceeds_the_minimum_wage(living, premium, retained, completed):
    paid = values(
        "internship_subsidy", min_wage_fen=142000, living_paid_fen=living, insurance_paid_fen=premium, persons=1,
        months=1, retained=retained, completed=completed,
    )  # fmt: skip
    assert paid["living_fen"] <= 142000
    assert paid["insurance_fen"] <= 4000
    assert paid["high_retention"] == (2 * retained > completed)


@given(FEN, FEN, st.integers(0, 10**8))
def test_the_interest_subsidy_stays_within_interest_and_yearly_cap(principal, more, paid):
    def subsidy(amount: int) -> int:
        return values(
            "working_capital_interest_subsidy", principal_fen=amount, base_rate="0.0435", actual_rate="0.05",
            days=90, day_basis=360, paid_this_year_fen=paid,
        )["subsidy_fen"]  # fmt: skip

    assert 0 <= subsidy(principal) <= subsidy(principal + more) <= 100_000_000 - paid


def test_the_budget_fits_at_the_ceiling_and_not_one_fen_beyond():
    assert values("interest_subsidy_budget", management_fee_fen=0, committed_fen=0, requested_fen=10**9)[
        "within_budget"
    ]
    over = values("interest_subsidy_budget", management_fee_fen=0, committed_fen=0, requested_fen=10**9 + 1)
    assert not over["within_budget"]


@given(st.integers(1, 40), st.integers(0, 60), st.integers(0, 120))
def test_a_score_keeps_its_maximum_and_counts_parts_of_a_task(townships, large, small):
    points = values(
        "assessment_quantity", townships=townships, projects_1500_up=large, projects_500_to_1500=small
    )
    assert 0 <= points["score"] <= 40
    assert (points["score"] == 40) == (3 * large + small >= 3 * townships) or points["score"] >= 39
