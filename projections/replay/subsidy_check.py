"""Subsidies are recomputed: no budget was overspent, amounts follow the rule, each payment has one cause, the books tie."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from typing import Any

from sqlalchemy import Connection

from ledger.books.posting import post
from ledger.books.subsidies import RECEIVABLE, RECOVERED, book_of, funds, paid
from ledger.money import format_fen
from ledger.policy.again import perform_again
from ledger.policy.parameters import PolicyBook
from ledger.policy.units import plain
from ledger.programmes import Exclusion, programmes
from ledger.programmes.exclusions import meet, rules_between
from ledger.refusal import Refusal
from ledger.streams import budget, grant, payment, pool, roll, rollrun
from ledger.streams.base import Event
from projections.replay.checks import Fold
from projections.replay.findings import Findings
from projections.replay.walk import DAMAGE, Portion


class Subsidies:
    """Budgets at every commit, grants against their explanations, payments against their causes, books against both."""

    def __init__(self, found: Findings, book: PolicyBook, fold: Fold) -> None:
        self.found = found
        self.bare = book.without_values()
        self.fold = fold
        self.balances: dict[str, int] = defaultdict(int)
        self.causes: dict[str, tuple[str, int]] = {}
        self.ordered: dict[str, tuple[str, int]] = {}

    def see(self, portion: Portion) -> None:
        touched = set()
        for row, body in portion.events:
            kind, _, key = row[1].partition("-")
            if kind == "budget":
                touched.add(key)
            elif kind == "grant":
                self._of_grant(portion.commit.id, row, body)
            elif isinstance(body, payment.Ordered):
                self._ordered(portion.commit.id, row, key, body)
            if order := _order_of(body):
                self.causes[f"{row[1]}/{row[2]}"] = order
            self._post(body)
        for key in touched:
            self._in_bounds(portion.commit.id, key)

    def _in_bounds(self, commit: int, key: str) -> None:
        """After a commit a budget has spent and reserved no more than was voted, and nothing below zero."""
        state: budget.Budget = self.fold.states["budget"][key][1]
        if min(budget.available_fen(state), state.reserved_fen, state.recovered_fen) < 0:
            self.found.add(
                "budget_out_of_bounds", commit, stream=f"budget-{key}", budget=key,
                available=format_fen(budget.available_fen(state)), reserved=format_fen(state.reserved_fen),
            )  # fmt: skip

    # -- amounts

    def _of_grant(self, commit: int, row: Any, body: Event) -> None:
        if not isinstance(body, grant.Approved):
            return
        given = {**body.explanation.get("inputs", {}), **body.explanation.get("values", {})}
        due_fen = max(0, given.get(body.value, 0) - body.elsewhere_fen)
        if body.amount_fen != due_fen or sum(body.parts.values()) != body.amount_fen:
            self.found.add(
                "grant_not_by_rule", commit, row[0], row[1],
                recorded=format_fen(body.amount_fen), due=format_fen(due_fen),
            )  # fmt: skip
        for test in body.tests:
            self._perform_again(commit, row, test)

    def _perform_again(self, commit: int, row: Any, test: dict[str, Any]) -> None:
        """The further conditions, from what the event keeps; the amount's own explanation is performed with all others."""
        try:
            due = plain(perform_again(test, self.bare).values)
        except Refusal as refusal:
            due = {"refused": refusal.code}
        except DAMAGE as damage:
            due = {"refused": repr(damage)}
        if due != test.get("values"):
            self.found.add(
                "decision_not_by_rule", commit, row[0], row[1],
                rule=test.get("rule", ""), recorded=test.get("values"), due=due,
            )  # fmt: skip

    # -- payments and causes

    def _ordered(self, commit: int, row: Any, key: str, body: payment.Ordered) -> None:
        if not body.cause.startswith(("grant-", "budget-", "roll-", "rollrun-", "pool-")):
            return
        if body.cause in self.ordered:
            self.found.add("cause_paid_twice", commit, row[0], row[1], cause=body.cause)
        self.ordered[body.cause] = key, body.principal_fen + body.interest_fen

    # -- books

    def _post(self, body: Event) -> None:
        if not body.moves_money:
            return
        try:
            lines = post(body)
        except DAMAGE:
            return  # it has been said by the check of the books
        for code, fen in lines:
            if book_of(code) == "subsidy":
                self.balances[code] += fen
        if len({book_of(code) for code, _ in lines}) > 1:
            self.found.add("books_mixed", topic=body.topic)

    def finish(self, connection: Connection) -> None:
        for cause in sorted({*self.causes, *self.ordered}):
            if self.causes.get(cause) != self.ordered.get(cause):
                self.found.add(
                    "payment_differs_from_cause", stream=cause.partition("/")[0], cause=cause,
                    caused=str(self.causes.get(cause)), ordered=str(self.ordered.get(cause)),
                )  # fmt: skip
        self._tie_books()
        self._exclusions()

    def _exclusions(self) -> None:
        """No two grants that count shut each other out; of those from which the higher is had, one may add to another."""
        known = programmes()
        by_holder: dict[str, list[tuple[str, grant.Grant]]] = defaultdict(list)
        for key, (_, state) in self.fold.states["grant"].items():
            if grant.counts(state):
                by_holder[f"beneficiary {state.beneficiary}"].append((key, state))
                if state.project:
                    by_holder[f"project {state.project}"].append((key, state))
        for holder, held in sorted(by_holder.items()):
            for (key, one), (other_key, other) in combinations(held, 2):
                for rule in rules_between(known[one.programme], known[other.programme]):
                    of_project = holder.startswith("project ") == (rule.window == "project")
                    if rule.effect == "refuse" and of_project and _meet(rule, one, other):
                        self.found.add(
                            "exclusion_broken",
                            stream=f"grant-{key}",
                            grant=key,
                            other=other_key,
                            rule=rule.clause,
                        )

    def _tie_books(self) -> None:
        """Funds, payments and recoveries in the books are what budgets and grants come to."""
        due: dict[str, int] = defaultdict(int)
        for _, state in self.fold.states["budget"].values():
            open_spent_fen = state.spent_fen if state.status == "open" else 0
            closed_spent_fen = state.spent_fen - open_spent_fen
            due[funds(state.fund)] -= state.voted_fen - closed_spent_fen
            due[paid(state.purse)] += open_spent_fen
            due[RECOVERED] -= state.recovered_fen
        for _, one in self.fold.states["grant"].values():
            due[RECEIVABLE] += grant.owed_fen(one)
            due[RECOVERED] -= grant.owed_fen(one)
        for _, entry in self.fold.states["roll"].values():
            due[RECEIVABLE] += entry.demanded_fen - entry.repaid_fen
            due[RECOVERED] -= entry.demanded_fen - entry.repaid_fen
        for code in sorted({*due, *self.balances}):
            if code.startswith(("S201", "S411", "S119", RECOVERED)) and due[code] != self.balances[code]:
                self.found.add(
                    "subsidy_books_differ", subject=code, books=format_fen(self.balances[code]),
                    due=format_fen(due[code]),
                )  # fmt: skip


def _order_of(body: Event) -> tuple[str, int] | None:
    """The order, and its amount, that must stand beside an event by which subsidy money leaves."""
    match body:
        case grant.Paid() if body.amount_fen > body.set_off_fen:
            return body.payment, body.amount_fen - body.set_off_fen
        case roll.Paid() if body.purse and body.amount_fen:
            return body.payment, body.amount_fen
        case rollrun.ListPaid() if body.payment:
            return body.payment, body.amount_fen
        case pool.Paid() if body.payments:
            name, order = next(reversed(body.payments.items()))
            return order, body.lines[name]
        case budget.Returned():
            return body.payment, body.amount_fen
        case _:
            return None


def _meet(rule: Exclusion, one: grant.Grant, other: grant.Grant) -> bool:
    one_holder = one.beneficiary == other.beneficiary
    return meet(rule, one.months, one.project, other.months, other.project, one_holder)
