"""What a scenario may ask about subsidies: grants with their money, budgets, offices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ledger.streams import budget, grant

Asked = tuple[str, Callable[[Any, str], Any], bool]
"""What a question means, how a history answers it for a subject, and whether the answer is an amount."""


def _of(kind: str, answer: Callable[[Any], Any]) -> Callable[[Any, str], Any]:
    return lambda history, key: answer(history.state(kind, key))


SUBSIDY_QUESTIONS: Final[dict[str, Asked]] = {
    "grant": ("where a grant stands (补贴状态)", _of("grant", lambda one: one.status), False),
    "grant_amount": ("what was approved of it (批准金额)", _of("grant", lambda one: one.amount_fen), True),
    "grant_paid": ("what was paid of it (已拨付)", _of("grant", lambda one: one.paid_fen), True),
    "grant_owed": ("what is owed back on it (应退未退)", _of("grant", grant.owed_fen), True),
    "grant_rank": ("its rank where it waits for money (排队名次)", _of("grant", lambda one: one.rank), False),
    "public_until": ("the last day of its publicity (公示截止)", _of("grant", lambda one: one.publicised_until), False),
    "confirmed_on": ("the day on which the person confirmed (签收日)", _of("grant", lambda one: one.confirmed_on), False),
    "referred_to": ("whom it was referred to (移送)", _of("grant", lambda one: one.referred_to), False),
    "budget_left": ("what is left of a budget `PURSE.YEAR.AREA` (可用)", _of("budget", budget.available_fen), True),
    "budget_reserved": ("what is reserved in it (预留)", _of("budget", lambda one: one.reserved_fen), True),
    "budget_spent": ("what was spent from it (支出)", _of("budget", lambda one: one.spent_fen), True),
    "budget_recovered": ("what came back, to be returned (待上缴)", _of("budget", lambda one: one.recovered_fen), True),
    "budget": ("`open` or `closed` (预算状态)", _of("budget", lambda one: one.status), False),
    "offices": ("the roles of an officer, `ROLE@AREA` (岗位)", _of("office", lambda one: list(one.held)), False),
}  # fmt: skip
"""Each question by its word."""
