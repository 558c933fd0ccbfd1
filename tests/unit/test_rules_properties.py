"""What the law makes monotone never falls, and a cap is a cap: at the boundary, one fen beyond, and far beyond."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.policy.parameters import PolicyBook
from ledger.policy.rules import decide

BOOK = PolicyBook.bundled()
FEN = st.integers(0, 10**10)

LOAN = {
    "committee_max_fen": 50_000_000, "repayment_capacity_fen": 60_000_000, "price_fen": 80_000_000,
    "max_ratio": "0.7", "balance_fen": 4_000_000, "multiple": 15,
}  # fmt: skip
INTERN = {
    "min_wage_fen": 142_000, "living_paid_fen": 142_000, "insurance_paid_fen": 4_000, "persons": 1, "months": 1,
    "retained": 1, "completed": 1,
}  # fmt: skip
LOW_INTERN = INTERN | {"retained": 0}
CAPITAL = {
    "principal_fen": 10**9, "base_rate": "0.0435", "actual_rate": "0.05", "days": 90, "day_basis": 360,
    "paid_this_year_fen": 0,
}  # fmt: skip
WITHDRAWAL = {"reason": 6, "need_fen": 10**7, "own_balance_fen": 10**6, "spouse_balance_fen": 10**6}
TOTAL = {
    "townships": 12, "projects_1500_up": 3, "projects_500_to_1500": 3, "scale_raw": 5, "progress_plus_raw": 5,
    "minus": 3, "service_items": 2,
}  # fmt: skip
RISING = [
    (
        "contribution_base",
        {"city_avg_monthly_wage_fen": 500_000, "min_wage_fen": 142_000},
        "avg_monthly_wage_prior_year_fen",
        "base_fen",
    ),
    (
        "contribution_base",
        {"avg_monthly_wage_prior_year_fen": 10**9, "min_wage_fen": 0},
        "city_avg_monthly_wage_fen",
        "base_fen",
    ),
    ("monthly_contribution", {"rate": "0.12", "rounding": "yuan_half_up"}, "base_fen", "total_fen"),
    ("arrears", {"rate": "0.07", "evidenced_wage_fen": 654_321}, "months", "total_fen"),
    ("underpayment", {"deposited_fen": 360_000}, "due_fen", "short_fen"),
    *(
        ("withdrawal", WITHDRAWAL, name, output)
        for name, output in (
            ("own_balance_fen", "own_fen"),
            ("spouse_balance_fen", "spouse_fen"),
            ("need_fen", "unmet_fen"),
        )
    ),
    *(
        ("loan_limit", LOAN, name, "limit_fen")
        for name in ("committee_max_fen", "repayment_capacity_fen", "price_fen", "balance_fen")
    ),
    ("loan_first_month_interest", {"rate": "0.0325"}, "principal_fen", "interest_fen"),
    ("urban_dibao_grant", {"monthly_per_capita_income_fen": 30_000}, "household_size", "grant_fen"),
    (
        "stable_jobs_refund",
        {"no_or_few_layoffs": True},
        "ui_premium_actually_paid_prior_year_fen",
        "refund_fen",
    ),
    ("startup_loan_cap", {"applicant": "small_micro"}, "requested_fen", "approved_max_fen"),
    ("startup_loan_handler_reward", {"ratio": "0.01"}, "new_loans_in_year_fen", "reward_fen"),
    *(
        ("internship_subsidy", paid, name, "total_fen")
        for paid in (INTERN, LOW_INTERN)
        for name in ("living_paid_fen", "insurance_paid_fen", "min_wage_fen")
    ),
    (
        "employee_education_tax_deduction",
        {"spend_fen": 10**9, "carried_in_fen": 0},
        "wages_fen",
        "deductible_fen",
    ),
    (
        "poor_labour_class_hour_subsidy",
        {"passed": True, "completed_on": "2020-01-01"},
        "class_hours",
        "subsidy_fen",
    ),
    ("work_for_training_subsidy_months", {}, "months_trained", "payable_months"),
    ("working_capital_interest_subsidy", CAPITAL, "principal_fen", "subsidy_fen"),
    ("working_capital_interest_subsidy", CAPITAL, "days", "subsidy_fen"),
    ("township_basic_award", {}, "investment_fen", "award_fen"),
    (
        "industrial_estate_investment_milestone_award",
        {"already_paid_fen": 0},
        "cumulative_fen",
        "entitled_fen",
    ),
    (
        "industrial_estate_completion_award",
        {"agreed_finish_on": "2020-06-30", "actual_finish_on": "2020-06-30"},
        "investment_fen",
        "award_fen",
    ),
    ("industrial_estate_area_subsidy", {"occupied": True}, "area_m2", "subsidy_fen"),
    ("enclave_fund_management_fee", {"phase": "investment"}, "paid_in_fen", "annual_cap_fen"),
    ("city_revenue_return", {"origin_ratio": "0.6"}, "city_concentrated_fen", "returned_fen"),
    *(
        ("assessment_total", TOTAL, name, "score")
        for name in (
            "projects_1500_up",
            "projects_500_to_1500",
            "scale_raw",
            "progress_plus_raw",
            "service_items",
        )
    ),
]
COUNTS = {
    "months",
    "household_size",
    "days",
    "months_trained",
    "service_items",
    "scale_raw",
    "progress_plus_raw",
}


def result(rule: str, inputs: dict[str, Any], name: str, value: int, output: str) -> Any:
    return decide(rule, {**inputs, name: value}, BOOK, explain=False).values[output]


@pytest.mark.parametrize(("rule", "inputs", "name", "output"), RISING, ids=lambda one: str(one)[:40])
@given(low=FEN, more=FEN)
def test_more_of_it_never_gives_less(rule, inputs, name, output, low, more):
    if name in COUNTS or name.startswith(("projects", "class")):
        low, more = low % 1_000, more % 1_000
    assert result(rule, inputs, name, low, output) <= result(rule, inputs, name, low + more, output)


@given(low=FEN, more=FEN)
def test_more_income_never_gives_a_higher_grant(low, more):
    for rule, name, size, output in (
        ("urban_dibao_grant", "monthly_per_capita_income_fen", 3, "grant_fen"),
        ("rural_dibao_grant", "annual_per_capita_income_fen", 3, "grant_fen_per_month"),
    ):
        inputs = {"household_size": size}
        assert result(rule, inputs, name, low, output) >= result(rule, inputs, name, low + more, output)


CAPS = [
    (
        "contribution_base",
        {"city_avg_monthly_wage_fen": 500_000, "min_wage_fen": 142_000},
        "avg_monthly_wage_prior_year_fen",
        "base_fen",
        1_500_000,
        1_500_000,
    ),
    (
        "startup_loan_cap",
        {"applicant": "unemployed"},
        "requested_fen",
        "approved_max_fen",
        15_000_000,
        15_000_000,
    ),
    (
        "startup_loan_cap",
        {"applicant": "graduate_hightech"},
        "requested_fen",
        "approved_max_fen",
        20_000_000,
        20_000_000,
    ),
    (
        "startup_loan_cap",
        {"applicant": "small_micro"},
        "requested_fen",
        "approved_max_fen",
        300_000_000,
        300_000_000,
    ),
    ("internship_subsidy", INTERN, "living_paid_fen", "living_fen", 142_000, 142_000),
    ("internship_subsidy", LOW_INTERN, "living_paid_fen", "living_fen", 213_000, 142_000),
    ("internship_subsidy", INTERN, "insurance_paid_fen", "insurance_fen", 4_000, 4_000),
    (
        "employee_education_tax_deduction",
        {"wages_fen": 10**9, "carried_in_fen": 0},
        "spend_fen",
        "deductible_fen",
        80_000_000,
        80_000_000,
    ),
    ("work_for_training_subsidy_months", {}, "months_trained", "payable_months", 6, 6),
    ("loan_limit", LOAN, "balance_fen", "limit_fen", 3_333_334, 50_000_000),
    ("withdrawal", WITHDRAWAL | {"own_balance_fen": 500, "reason": 2}, "need_fen", "own_fen", 500, 500),
]


@pytest.mark.parametrize(
    ("rule", "inputs", "name", "output", "boundary", "cap"), CAPS, ids=lambda one: str(one)[:40]
)
@given(beyond=st.integers(1, 10**6))
def test_a_cap_is_reached_at_its_boundary_and_never_passed(rule, inputs, name, output, boundary, cap, beyond):
    assert result(rule, inputs, name, boundary, output) == cap
    assert result(rule, inputs, name, boundary + 1, output) == cap
    assert result(rule, inputs, name, boundary + beyond, output) == cap
    assert result(rule, inputs, name, boundary - 1, output) < cap
