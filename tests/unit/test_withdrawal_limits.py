"""Limits of the committee: what a table of them may say, and that the order of booking does not matter."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.dates import months_after
from ledger.policy.parameters import PolicyBook
from ledger.policy.rules.withdrawals import Applied, Limit, limits_of, require_within_limits
from ledger.policy.units import WrongValue
from ledger.refusal import Refusal

LIMIT = PolicyBook.bundled().parameter("withdrawal_limit")
ROW = {"reason": "rent", "per": "year", "limit_fen": 100, "times": None, "months_apart": None}


@pytest.mark.parametrize(
    "change",
    [
        {"per": "week"},
        {"limit_fen": -1},
        {"limit_fen": "1.00"},
        {"limit_fen": None},
        {"reason": " "},
        {"more": 1},
    ],
)
def test_a_table_that_limits_nothing_or_badly_is_no_value(change: dict[str, Any]) -> None:
    LIMIT.checked([ROW])
    with pytest.raises(WrongValue):
        LIMIT.checked([ROW | change])


def test_one_amount_does_not_bind_who_may_take_the_whole() -> None:
    assert limits_of(500, {"code": "retirement", "closes_account": True}) == []
    assert limits_of(500, {"code": "rent", "closes_account": False}) == [Limit("withdrawal", 500)]


def test_a_row_for_every_reason_counts_each_reason_for_itself_and_a_named_one_binds_always() -> None:
    value = LIMIT.checked([ROW | {"reason": "*"}, ROW | {"reason": "retirement", "times": 1}])
    assert limits_of(value, {"code": "home", "closes_account": False}) == [Limit("year", 100)]
    assert limits_of(value, {"code": "retirement", "closes_account": True}) == [Limit("year", 100, 1)]


DAYS = st.integers(min_value=0, max_value=700).map(lambda days: date(2019, 7, 1) + timedelta(days))
ASKED = st.lists(st.builds(Applied, DAYS, st.integers(min_value=1, max_value=70)), max_size=8)


def taken(limits: list[Limit], asked: list[Applied]) -> list[Applied]:
    """What is granted of several applications in the order in which they are booked."""
    granted: list[Applied] = []
    for one in asked:
        try:
            require_within_limits(lambda _: limits, one, granted)
        except Refusal:
            continue
        granted.append(one)
    return granted


@given(ASKED, st.sampled_from(["month", "year", "fund_year"]), st.randoms())
def test_what_one_order_of_booking_grants_every_other_order_grants_too(
    asked: list[Applied], per: str, random: Any
) -> None:
    limits = [Limit(per, 100, 3)]
    granted = taken(limits, asked)
    again = list(granted)
    random.shuffle(again)
    assert taken(limits, again) == again


@given(ASKED, st.integers(min_value=1, max_value=12))
def test_no_two_withdrawals_lie_closer_than_the_months_between_them(
    asked: list[Applied], months: int
) -> None:
    days = sorted(one.on for one in taken([Limit("withdrawal", None, None, months)], asked))
    for first, second in pairwise(days):
        assert second >= months_after(first, months)
