"""Rules a second, singly and over a column of a million inputs, against the same rule written straight in Python."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from time import process_time
from typing import Any, Final, NamedTuple

from ledger.policy.overlay import overlaid
from ledger.policy.parameters import PolicyBook
from ledger.policy.rules import Rule, decide, find_rule
from tests.benchmarks.measuring import Figure
from tests.benchmarks.stores import Stores

SEED: Final = 3
TURNS: Final = 5
ON: Final = date(2020, 1, 1)
FIGURES_OF_A_CITY: Final = ("minimum_wage=142000", "city_average_monthly_wage=500000")


def monthly_contribution(base_fen: int, rate: Decimal) -> dict[str, Any]:
    share_fen = int((base_fen * rate).to_integral_value(ROUND_HALF_UP))
    return {"unit_fen": share_fen, "employee_fen": share_fen, "total_fen": 2 * share_fen}


def contribution_base(avg_monthly_wage_prior_year_fen: int) -> dict[str, Any]:
    return {"base_fen": min(max(avg_monthly_wage_prior_year_fen, 142_000), 3 * 500_000)}


def loan_first_month_interest(principal_fen: int, rate: Decimal) -> dict[str, Any]:
    return {"interest_fen": int((principal_fen * rate / 12).to_integral_value(ROUND_HALF_UP))}


def withdrawal(reason: int, need_fen: int, own_balance_fen: int, spouse_balance_fen: int) -> dict[str, Any]:
    if not 0 <= reason <= 7:
        raise ValueError(reason)
    own_fen = min(need_fen, own_balance_fen)
    spouse_fen = min(need_fen - own_fen, spouse_balance_fen) if reason in (1, 5, 6) else 0
    return {"own_fen": own_fen, "spouse_fen": spouse_fen, "unmet_fen": need_fen - own_fen - spouse_fen}


def annual_standard_month_slice(annual_fen: int, calendar_month: int) -> dict[str, Any]:
    if not 1 <= calendar_month <= 12:
        raise ValueError(calendar_month)
    return {"slice_fen": annual_fen * calendar_month // 12 - annual_fen * (calendar_month - 1) // 12}


def wage(chance: Random) -> int:
    return chance.randint(100_000, 3_000_000)


def rate(chance: Random) -> str:
    return f"0.{chance.randint(50, 120):03d}"


class Measured(NamedTuple):
    """A rule, the same written straight, and inputs as they come in from JSON."""

    straight: Callable[..., dict[str, Any]]
    inputs: Callable[[Random], dict[str, Any]]


RULES: Final = {
    one.straight.__name__: one
    for one in (
        Measured(monthly_contribution, lambda chance: {"base_fen": wage(chance), "rate": rate(chance)}),
        Measured(contribution_base, lambda chance: {"avg_monthly_wage_prior_year_fen": wage(chance)}),
        Measured(loan_first_month_interest, lambda chance: {"principal_fen": 20 * wage(chance), "rate": "0.0325"}),
        Measured(
            withdrawal,
            lambda chance: {
                "reason": chance.randint(1, 6), "need_fen": wage(chance), "own_balance_fen": wage(chance),
                "spouse_balance_fen": wage(chance),
            },
        ),
        Measured(
            annual_standard_month_slice,
            lambda chance: {"annual_fen": wage(chance), "calendar_month": chance.randint(1, 12)},
        ),
    )
}  # fmt: skip
"""The rules used most: each month of each member, each year, each loan and each roll."""


def run(kind: str, stores: Stores, small: bool, **_: Any) -> Iterator[Figure]:
    book = overlaid(PolicyBook.bundled(), FIGURES_OF_A_CITY)
    for name, measured in RULES.items():
        stores.tell(f"rule {name}")
        rule, chance = find_rule(name, ON), Random(SEED)
        cases = [measured.inputs(chance) for _ in range(5_000 if small else 20_000)]
        yield from _single(rule, measured.straight, cases, book)
        rows = [rule.read_inputs(measured.inputs(chance)) for _ in range(50_000 if small else 1_000_000)]
        yield from _column(rule, measured.straight, rows, book)


def _single(
    rule: Rule, straight: Callable[..., dict[str, Any]], cases: list[dict[str, Any]], book: PolicyBook
) -> Iterator[Figure]:
    """One case at a time, inputs checked and parameters looked up, with its proof and without."""
    rows = [rule.read_inputs(case) for case in cases]

    def decided(explain: bool) -> None:
        for case in cases:
            decide(rule.name, case, book, ON, explain=explain)

    by_hand, plain, explained = _seconds(
        lambda: _applied(straight, rows), lambda: decided(explain=False), lambda: decided(explain=True)
    )
    yield Figure(
        "rules", "-", f"{rule.name}, one at a time, no explanation", len(cases) / plain, "rules/s",
        plain / by_hand, "times the time written straight: no inputs to check, no day, no parameters",
    )  # fmt: skip
    yield Figure(
        "rules", "-", f"{rule.name}, one at a time, explained", len(cases) / explained, "rules/s",
        explained / plain, "times the time without explanation",
    )  # fmt: skip


def _column(
    rule: Rule, straight: Callable[..., dict[str, Any]], rows: list[dict[str, Any]], book: PolicyBook
) -> Iterator[Figure]:
    """Many rows by one compiled rule; what explains all of them, clause and versions, is known once."""
    compiled = rule.compiled(book, ON)
    assert [compiled(**row) for row in rows[:1_000]] == [straight(**row) for row in rows[:1_000]]
    by_hand, by_rule = _seconds(lambda: _applied(straight, rows), lambda: _applied(compiled, rows))
    yield Figure(
        "rules", "-", f"{rule.name}, a column of {len(rows):,}", len(rows) / by_rule, "rules/s",
        by_rule / by_hand, "times the time of the same rule written straight",
    )  # fmt: skip


def _applied(one: Callable[..., dict[str, Any]], rows: list[dict[str, Any]]) -> None:
    for row in rows:
        one(**row)


def _seconds(*ways: Callable[[], None]) -> list[float]:
    """The least processor time of each way, taken in turns, so that other work on the machine weighs on none."""
    taken: list[list[float]] = [[] for _ in ways]
    for _ in range(TURNS):
        for way, seconds in zip(ways, taken, strict=True):
            began = process_time()
            way()
            seconds.append(process_time() - began)
    return [min(seconds) for seconds in taken]
