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
    do("2019-08-15", "pay_grant", "treasurer", "treasurer_2", grant="G1")
    do("2019-08-16", "send_back_grant", "office", grant="G2", reason="缴费凭证不清")
    started = {"delivered_on": "2019-03-01", "agreed_start_on": "2019-06-01", "actual_start_on": "2019-05-22"}
    of_estate = {"programme": ESTATE, "beneficiary": "F3", "area": "lianshan", "project": "PRJ1"}
    do("2019-08-01", "apply_grant", grant="G3", documents=ESTATE_PAPERS, facts=started, **of_estate)
    for officer in ("county", "office", "finance", "panel"):
        do("2019-08-05", "review_grant", officer, grant="G3")
    do("2019-08-06", "publicise_grant", "office_head", grant="G3")


def name_everybody(desk: Desk, store: PersonStore) -> None:
    """The firms of the story by name."""
    with desk.ledger.database.writing() as connection:
        store.add(
            connection,
            {"F1": Person("连山机械有限公司", "", "6222020200112233445"), "F3": Person("龙港实业有限公司")},
        )
