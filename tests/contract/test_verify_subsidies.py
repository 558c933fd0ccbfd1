"""``verify`` finds what was changed in budgets, grants and their payments behind the ledger's back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from commands.desk import Desk
from commands.handlers import COMMANDS
from ledger.policy.parameters import PolicyBook
from ledger.programmes import find
from projections.replay.verify import Report, verify

REFUND = "stable_jobs_refund"
ROSTER = {
    "service": ["city_service"],
    "office": ["city_office"],
    "finance": ["city_finance"],
    "payer": ["city_finance"],
}
BUDGET = {"purse": REFUND, "year": 2019}


@pytest.fixture
def paid_out(desk: Desk, clock: Any) -> Desk:
    """A ledger with two refunds, one of them demanded back and repaid, and a year that was closed."""

    def on(day: str, command: str, actor: str, **content: Any) -> None:
        clock.on(date.fromisoformat(day))
        maker, approver = ("clerk", actor) if COMMANDS[command].by_office else (actor, "")
        desk.do(command, {"on": day, **content}, actor=maker, approver=approver)

    on("2019-06-03", "assign_offices", "director", roster=ROSTER)
    on("2019-06-03", "vote_budget", "finance", **BUDGET, amount="200000.00", document="文")
    for grant, firm in (("G1", "F1"), ("G2", "F2")):
        on("2019-08-01", "apply_grant", "clerk", grant=grant, programme=REFUND, beneficiary=firm, area="lianshan",
           period="2018", documents=list(find(REFUND).documents),
           facts={"ui_premium_actually_paid_prior_year_fen": "123456.78", "no_or_few_layoffs": True})  # fmt: skip
        on("2019-08-01", "review_grant", "service", grant=grant)
        on("2019-08-01", "review_grant", "office", grant=grant)
        on("2019-08-01", "approve_grant", "finance", grant=grant)
        on("2019-08-01", "plan_grant", "finance", grant=grant)
        on("2019-08-01", "pay_grant", "payer", grant=grant)
    on("2019-09-02", "reclaim_grant", "finance", grant="G2", due_on="2019-09-30", reason="虚报")
    on("2019-09-20", "repay_grant", "payer", grant="G2", amount="61728.39", bank_reference="B1")
    on("2019-12-31", "return_budget", "payer", **BUDGET, what="recovered", reason="上缴")
    on("2019-12-31", "close_budget", "payer", **BUDGET)
    return desk


@pytest.fixture
def verified(paid_out: Desk, book: PolicyBook) -> Callable[[], Report]:
    return lambda: verify(paid_out.ledger.database, book)


def test_subsidies_that_were_left_alone_are_sound(verified: Callable[[], Report]) -> None:
    report = verified()
    assert report.sound, [finding.message() for finding in report.findings]


def changed(topic: str, old: str, new: str, stream: str = "") -> str:
    """A statement that alters the first event of a topic, of a stream whose id begins so."""
    first = f"SELECT min(id) FROM event WHERE topic = '{topic}/1' AND substr(stream_id, 1, {len(stream)}) = '{stream}'"
    return f"UPDATE event SET state = replace(state, '{old}', '{new}') WHERE id = ({first})"


TAMPERINGS = {
    "an amount that was approved": (
        changed("grant.approved", '"amount_fen":6172839', '"amount_fen":6172840'),
        {"grant_not_by_rule"},
    ),
    "a fact among the inputs of a rule": (
        changed("grant.approved", "12345678", "12345699"),
        {"decision_not_by_rule"},
    ),
    "a budget that was voted": (
        changed("budget.voted", "20000000", "10000000"),
        {"budget_out_of_bounds", "register_row_differs"},
    ),
    "an order of another amount": (
        changed("payment.ordered", "6172839", "6172939"),
        {"payment_differs_from_cause"},
    ),
    "a second order for one cause": (
        changed("payment.ordered", "grant-G2/", "grant-G1/", "payment-grant-G2"),
        {"cause_paid_twice", "payment_differs_from_cause"},
    ),
    "money that came back": (
        changed("grant.repaid", "6172839", "6172838"),
        {"subsidy_books_differ", "register_row_differs"},
    ),
}


@pytest.mark.parametrize("what", TAMPERINGS)
def test_what_was_changed_in_a_subsidy_is_found(
    what: str, verified: Callable[[], Report], tamperer: Any
) -> None:
    statement, codes = TAMPERINGS[what]
    tamperer.alter(statement)
    tamperer.rechain()
    assert codes <= set(verified().counts)


def test_two_grants_that_shut_each_other_out_are_found(verified: Callable[[], Report], tamperer: Any) -> None:
    """A grant that was wholly demanded back excludes nothing; with less demanded the two stand side by side."""
    tamperer.alter(
        changed("grant.applied", '"F2"', '"F1"', "grant-G2"), changed("grant.reclaimed", "6172839", "1")
    )
    assert "exclusion_broken" in verified().counts
