"""The command line of subsidies: what an office and an auditor type, and what they read."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from click.testing import CliRunner, Result

from commands.cli import main
from commands.desk import Desk
from commands.handlers import COMMANDS
from ledger.programmes import find
from projections.views.grant_duties import grant_duties
from projections.views.obligations import obligations

Provident = Callable[..., Result]
REFUND = "stable_jobs_refund"
ROSTER = {
    "service": ["city_service"],
    "office": ["city_office"],
    "finance": ["city_finance"],
    "payer": ["city_finance"],
}
APPLIED = {
    "grant": "G1", "programme": REFUND, "beneficiary": "F1", "area": "lianshan", "period": "2018",
    "documents": list(find(REFUND).documents),
    "facts": {"ui_premium_actually_paid_prior_year_fen": "123456.78", "no_or_few_layoffs": True},
}  # fmt: skip
G1 = {"grant": "G1"}
STEPS: list[tuple[date, str, str, dict[str, Any]]] = [
    (date(2019, 6, 3), "director", "assign_offices", {"roster": ROSTER}),
    (date(2019, 6, 3), "finance", "vote_budget",
     {"purse": REFUND, "year": 2019, "amount": "100000.00", "document": "文"}),
    (date(2019, 8, 1), "clerk", "apply_grant", APPLIED),
    (date(2019, 8, 5), "service", "review_grant", G1),
    (date(2019, 8, 6), "office", "review_grant", G1),
    (date(2019, 8, 7), "finance", "approve_grant", G1),
    (date(2019, 8, 7), "finance", "plan_grant", G1),
    (date(2019, 8, 8), "payer", "pay_grant", G1),
    (date(2019, 9, 2), "finance", "reclaim_grant", {**G1, "due_on": "2019-09-30", "reason": "虚报", "amount": "100.00"}),
    (date(2019, 9, 3), "clerk", "apply_grant", {**APPLIED, "grant": "G2", "period": "2017"}),
]  # fmt: skip


@pytest.fixture
def desk_of_grants(sqlite_url: str, open_desk: Callable[..., Desk], clock: Any) -> Desk:
    """A ledger with one grant that was paid and partly demanded back, and one under review."""
    desk = open_desk(sqlite_url)
    for day, actor, command, content in STEPS:
        clock.on(day)
        maker, approver = ("clerk", actor) if COMMANDS[command].by_office else (actor, "")
        desk.do(command, {"on": day.isoformat(), **content}, actor=maker, approver=approver)
    return desk


@pytest.fixture
def provident(sqlite_url: str, desk_of_grants: Desk) -> Provident:
    def run(*words: str, lang: str = "en") -> Result:
        return CliRunner().invoke(main, ["--ledger", sqlite_url, "--lang", lang, *words])

    return run


def asked(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_the_history_of_a_firm_is_told_as_of_a_day_and_as_known_on_a_day(provident: Provident) -> None:
    whole = asked(provident("grant", "history", "F1", "--as-of", "2019-12-31", "--json"))
    assert [one["grant"] for one in whole["grants"]] == ["G1", "G2"]
    assert (whole["paid_fen"], whole["owed_fen"]) == (6_172_839, 10_000)
    known = asked(
        provident("grant", "history", "F1", "--as-of", "2019-12-31", "--known-on", "2019-08-07", "--json")
    )
    (only,) = known["grants"]
    assert (only["status"], only["amount_fen"], only["paid_fen"], known["owed_fen"]) == (
        "planned",
        6_172_839,
        0,
        0,
    )
    early = asked(provident("grant", "history", "F1", "--as-of", "2019-07-31", "--json"))
    assert early["grants"] == []
    assert (
        "2 grants: 61,728.39 granted" in provident("grant", "history", "F1", "--as-of", "2019-12-31").output
    )


def test_the_amount_of_a_grant_is_explained_and_performed_again(provident: Provident) -> None:
    facts = asked(provident("grant", "why", "G1", "--json"))
    assert facts["explanation"]["rule"] == REFUND
    assert facts["performed_again"]["equal"]
    assert "the same as in the ledger" in provident("grant", "why", "G1").output
    refused = provident("grant", "why", "G2")
    assert (refused.exit_code, "grant_not_approved" in refused.stderr) == (3, True)


def test_grants_are_listed_by_state_and_shown_step_by_step(provident: Provident) -> None:
    rows = asked(provident("grant", "list", "--status", "applied", "--json"))
    assert [(one["grant"], one["clause"]) for one in rows] == [("G2", "葫政发〔2019〕11号 （一）第1句")]
    assert "审核中" in provident("grant", "list", lang="zh").output
    shown = provident("grant", "show", "G1", lang="zh").output
    assert "批准 61,728.39 元，已付 61,728.39 元，应退未退 100.00 元" in shown
    assert "service（city_service）" in shown
    assert provident("grant", "show", "G9").exit_code == 3


def test_a_budget_is_listed_and_its_movements_are_told(provident: Provident) -> None:
    (row,) = asked(provident("budget", "list", "--year", "2019", "--json"))
    assert (row["voted_fen"], row["spent_fen"], row["available_fen"]) == (10_000_000, 6_172_839, 3_827_161)
    told = asked(provident("budget", "show", f"{REFUND}.2019.city", "--json"))
    assert [one["topic"] for one in told] == ["budget.voted/1", "budget.reserved/1", "budget.spent/1"]
    assert "38,271.61" in provident("budget", "list").output
    assert provident("budget", "show", "nothing.2019.city").exit_code == 3


def test_the_two_books_are_shown_apart(provident: Provident) -> None:
    subsidies = asked(provident("trial-balance", "--book", "subsidy", "--json"))
    assert {one["code"] for one in subsidies["lines"]} >= {"S101", f"S411.{REFUND}", "S119"}
    assert subsidies["debit_fen"] == subsidies["credit_fen"]
    assert asked(provident("trial-balance", "--json"))["lines"] == []
    assert all(
        one["code"].startswith("S") for one in asked(provident("journal", "--book", "subsidy", "--json"))
    )


def test_what_waits_is_among_the_duties_with_its_office_and_its_day(desk_of_grants: Desk, book: Any) -> None:
    with desk_of_grants.ledger.database.reading() as connection:
        duties = {(one.kind, one.grant): one for one in grant_duties(connection, date(2019, 10, 2), book)}
        late = {one.kind: one.late_days for one in obligations(connection, date(2019, 10, 2), book=book)}
    review = duties["grant_review", "G2"]
    assert (review.who, review.arose_on, review.due_on) == ("city_service@city", date(2019, 9, 3), None)
    assert duties["grant_repayment", "G1"].due_on == date(2019, 9, 30)
    assert (late["grant_review"], late["grant_repayment"]) == (0, 2)
