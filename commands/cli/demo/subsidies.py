"""A subsidy from its budget to its payment: offices of their own area, publicity that blocks, the amount and its proof."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

from commands.cli.demo.counter import CLERK
from commands.cli.demo.stage import Stage
from commands.cli.grants import show_steps
from commands.cli.opening import reading
from commands.cli.output import language, say, say_table, words
from commands.cli.why import show_trace, traced
from commands.handlers import COMMANDS
from commands.intake.city import set_day
from ledger.dates import business_day
from ledger.money import format_fen
from ledger.programmes import find
from ledger.refusal import Refusal
from ledger.streams.grant import GRANTS
from projections.views.grants import approval_of, budget_facts, budgets_where
from projections.views.history import told
from projections.views.journal import Journal, trial_balance
from projections.views.view import catch_up

PROGRAMME: Final = "industrial_estate_early_start_award"
ROSTER: Final = {
    "lianshan": ["county_office@lianshan"],
    "longgang": ["county_office@longgang"],
    "industry": ["city_office"],
    "industry_head": ["city_office"],
    "finance": ["city_finance"],
    "treasury": ["city_finance"],
    "leading_group": ["panel"],
}
"""Illustrative officers: their offices, and not their names."""

Step = tuple[int, str, str, dict[str, Any]]


def grant_a_subsidy(stage: Stage) -> None:
    """An award for an early start of works: what is refused on its way, how it is paid, and why it is this amount."""
    with stage.chapter("补贴：从预算到拨付", "A subsidy: from the budget to the payment"):
        first = business_day(stage.clock()) + timedelta(days=1)
        for offset, actor, command, content in _steps(first):
            maker, approver = (CLERK, actor) if COMMANDS[command].by_office else (actor, "")
            day = first + timedelta(days=offset)
            set_day(stage.clock, day)
            try:
                stage.desk.do(command, {"on": day, **content}, actor=maker, approver=approver)
            except Refusal as one:
                say(f"{day} 不予办理 [{one.code}] {one.message(language())} · {one.clause}",
                    f"{day} refused [{one.code}] {one.message(language())} · {one.clause}")  # fmt: skip
        _show(stage)


def _steps(first: date) -> list[Step]:
    """Days after the first, who, what. The refusals are part of the story."""
    grant = {"grant": "S1"}
    facts = {
        "delivered_on": first - timedelta(days=60),
        "agreed_start_on": first,
        "actual_start_on": first - timedelta(days=10),
    }
    applied = {
        **grant, "programme": PROGRAMME, "beneficiary": "ESTATE1", "area": "lianshan", "project": "PRJ1",
        "documents": list(find(PROGRAMME).documents), "facts": {name: str(day) for name, day in facts.items()},
    }  # fmt: skip
    return [
        (0, "director", "assign_offices", {"roster": ROSTER}),
        (0, "treasury", "vote_budget", {"purse": "enclave_estates", "year": first.year, "amount": "20000000.00",
                                        "document": "示例：工业地产专项资金年度预算"}),
        (0, "window", "apply_grant", applied),
        (1, "longgang", "review_grant", grant),  # not this county's office: refused
        (1, "lianshan", "review_grant", grant),
        (2, "industry", "review_grant", grant),
        (3, "finance", "review_grant", grant),
        (4, "leading_group", "review_grant", grant),
        (4, "industry", "publicise_grant", grant),
        (11, "industry_head", "approve_grant", grant),  # the last day of publicity is not over: refused
        (12, "industry", "approve_grant", grant),  # he reviewed it himself: refused
        (12, "industry_head", "approve_grant", grant),
        (12, "industry_head", "plan_grant", grant),
        (13, "treasury", "pay_grant", grant),
    ]  # fmt: skip


def _show(stage: Stage) -> None:
    desk = stage.desk
    events = desk.ledger.stream(GRANTS.id("S1"))
    with reading(desk) as connection:
        show_steps(list(told(connection, events)))
        budgets = [budget_facts(*one) for one in budgets_where(connection, purse="enclave_estates")]
    for one in budgets:
        say(
            f"预算 {one['budget']}：下达 {format_fen(one['voted_fen'])}，支出 {format_fen(one['spent_fen'])}，"
            f"可用 {format_fen(one['available_fen'])}",
            f"budget {one['budget']}: {format_fen(one['voted_fen'])} voted, {format_fen(one['spent_fen'])} spent, "
            f"{format_fen(one['available_fen'])} left",
        )
    approval = approval_of(events)
    if approval is not None:
        show_trace(traced(desk, approval.id))
    catch_up(desk.ledger.database, Journal())
    with reading(desk) as connection:
        books = trial_balance(connection, book="subsidy")
    say_table(
        words("补助资金科目,名称,>借方,>贷方,>余额", "Subsidy code,Account,>Debit,>Credit,>Balance").split(
            ","
        ),
        [
            (
                one.code,
                one.zh if language() == "zh" else one.en,
                format_fen(one.debit_fen),
                format_fen(one.credit_fen),
                format_fen(one.balance_fen),
            )
            for one in books
        ],
    )
