"""A small city's subsidies for the tests that read them: three budgets; a grant paid, one public, one sent back."""

from __future__ import annotations

from datetime import date
from typing import Any

from commands.desk import Desk
from ledger.store.persons import Person, PersonStore

ROSTER = {
    "county": ["county_office@lianshan"],
    "county_head": ["county_office@lianshan"],
    "service": ["city_service"],
    "office": ["city_office"],
    "office_head": ["city_office"],
    "finance": ["city_finance"],
    "treasurer": ["city_finance"],
    "panel": ["panel"],
    "county_treasurer": ["county_finance@lianshan"],
}
REFUND = "stable_jobs_refund"
ESTATE = "industrial_estate_early_start_award"
LESSONS = "poor_labour_class_hour_subsidy"
MONEY = "葫财指〔2019〕1号"
ESTATE_PAPERS = [
    "application_form",
    "commitment",
    "investment_audit",
    "permits",
    "land_documents",
    "registered_capital",
]


def tell_story(desk: Desk, clock: Any) -> None:
    """From votes in May to a payment in August 2019, each step recorded on its day; one vote was learned late."""

    def do(on: str, what: str, by: str = "clerk", approver: str = "", **content: Any) -> None:
        clock.on(date.fromisoformat(content.pop("learned", on)))
        desk.do(what, {"on": on, **content}, actor=by, approver=approver)

    do("2019-05-20", "assign_offices", "director", roster=ROSTER)
    vote = {"year": 2019, "document": MONEY}
    do("2019-05-21", "vote_budget", "finance", purse=REFUND, amount="100000.00", **vote)
    do("2019-06-04", "vote_budget", "finance", purse="enclave_estates", amount="20000000.00", **vote)
    county = {"purse": LESSONS, "area": "lianshan", "amount": "5000.00", **vote}
    do("2019-06-04", "vote_budget", "county_treasurer", learned="2019-07-02", **county)
    do("2019-07-05", "adjust_budget", "finance", purse=REFUND, amount="20000.00", direction="raise", **vote)
    papers = ["application_form", "payment_proof", "layoff_record"]
    for grant, firm, premium in (("G1", "F1", "123456.78"), ("G2", "F2", "20000.00")):
        facts = {"ui_premium_actually_paid_prior_year_fen": premium, "no_or_few_layoffs": True}
        of_firm = {
            "grant": grant,
            "programme": REFUND,
            "beneficiary": firm,
            "area": "lianshan",
            "period": "2018",
        }
        do("2019-08-01", "apply_grant", documents=papers, facts=facts, **of_firm)
        do("2019-08-05", "review_grant", "service", grant=grant)
    do("2019-08-05", "review_grant", "office", grant="G1")
    do("2019-08-12", "approve_grant", "finance", grant="G1")
    do("2019-08-13", "plan_grant", "finance", grant="G1")
    do("2019-08-15", "pay_grant", "clerk", "treasurer", grant="G1")
    do("2019-08-16", "send_back_grant", "office", grant="G2", reason="缴费凭证不清")
    started = {"delivered_on": "2019-03-01", "agreed_start_on": "2019-06-01", "actual_start_on": "2019-05-22"}
    of_estate = {"programme": ESTATE, "beneficiary": "F3", "area": "lianshan", "project": "PRJ1"}
    do("2019-08-01", "apply_grant", grant="G3", documents=ESTATE_PAPERS, facts=started, **of_estate)
    for officer in ("county", "office", "finance", "panel"):
        do("2019-08-05", "review_grant", officer, grant="G3")
    do("2019-08-06", "publicise_grant", "office_head", grant="G3")


DIBAO = "urban_dibao_standard"
AWARD_PAPERS = [
    "investment_summary",
    "project_agreement",
    "enterprise_licence",
    "investor_licence",
    "project_filing",
]


def tell_of_rolls_and_pools(desk: Desk, clock: Any) -> None:
    """A household on the roll that moves and has another account; the pool of the townships, counted twice and paid."""

    def do(on: str, what: str, by: str, approver: str = "", **content: Any) -> None:
        clock.on(date.fromisoformat(on))
        desk.do(what, {"on": on, **content}, actor=by, approver=approver)

    roster = {
        "window": ["county_office@lianshan"],
        "checker": ["county_office@lianshan", "county_office@longgang"],
        "government": ["county_government@lianshan"],
        "treasurer_1": ["county_finance@lianshan", "county_finance@longgang", "city_finance"],
        "service": ["city_service"],
        "panel": ["panel"],
    }
    do("2019-05-20", "assign_offices", "director", roster=roster)
    vote = {"year": 2019, "amount": "1000000.00", "document": MONEY}
    for area in ("lianshan", "longgang"):
        do("2019-06-01", "vote_budget", "treasurer_1", purse=DIBAO, area=area, **vote)
    means = {"household_size": 2, "monthly_per_capita_income_fen": "300.00"}
    of_household = {
        "beneficiary": "P1",
        "members": ["P1", "P2"],
        "documents": ["means_report"],
        "facts": means,
    }
    do("2019-07-20", "apply_roll", "window", entry="R1", programme=DIBAO, area="lianshan", **of_household)
    do("2019-07-22", "check_roll", "checker", entry="R1")
    do("2019-07-24", "admit_roll", "government", entry="R1")
    do("2019-07-25", "pay_roll", "second", "treasurer_1", programme=DIBAO, area="lianshan", month="2019-07")
    do(
        "2019-08-01",
        "move_roll",
        "window",
        "checker",
        entry="R1",
        area="longgang",
        from_month="2019-08",
        reason="搬迁",
    )
    do("2019-08-01", "change_roll_payee", "window", "checker", entry="R1", payee="P2", reason="更换监护人")
    do("2019-08-10", "pay_roll", "second", "treasurer_1", programme=DIBAO, area="longgang", month="2019-08")
    do(
        "2020-01-05",
        "vote_budget",
        "treasurer_1",
        purse="enclave_awards",
        **(vote | {"year": 2020, "amount": "9000000.00"}),
    )
    pool = {"kind": "township", "year": 2019}
    for town, invested in (("T1", "8000000.00"), ("T2", "15000000.00")):
        entered = {"entrant": town, "area": "lianshan", "investment": invested, "documents": AWARD_PAPERS}
        do("2020-01-10", "enter_pool", "window", **pool, **entered)
        do("2020-02-10", "count_pool", "service", **pool)
    do("2020-02-15", "approve_pool", "panel", **pool)
    do("2020-02-20", "pay_pool", "second", "treasurer_1", **pool)


def name_everybody(desk: Desk, store: PersonStore) -> None:
    """The firms of the story by name."""
    with desk.ledger.database.writing() as connection:
        store.add(
            connection,
            {"F1": Person("连山机械有限公司", "", "6222020200112233445"), "F3": Person("龙港实业有限公司")},
        )
