"""Deposit interest by accumulated products (积数计息法): published examples, conventions, and the two ways of computing."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.money import ROUNDINGS, rounded_ratio
from ledger.policy.parameters import Citation, ParameterValue, PolicyBook
from ledger.policy.rules import decide
from ledger.policy.rules.interest import accrue, interest_terms
from ledger.refusal import Refusal

FIRST, END, SETTLEMENT = date(2018, 7, 1), date(2019, 7, 1), date(2019, 6, 30)
BOOK = PolicyBook.bundled()


def with_method(**chosen: str) -> PolicyBook:
    values = [
        ParameterValue(name, value, date(1999, 4, 3), date(2000, 1, 1), Citation("示例", "—"))
        for name, value in chosen.items()
    ]
    return BOOK.with_values(*values, overriding=True)


@pytest.mark.parametrize(
    ("day_count", "interest_fen"),
    [("actual_365", 15000), ("actual_360", 15208), ("factor_8_decimals", 15210)],
)
def test_ten_thousand_yuan_for_a_year_earn_what_each_convention_publishes(
    day_count: str, interest_fen: int
) -> None:
    book = with_method(deposit_interest_day_count=day_count)
    case = {"first": FIRST, "end": END, "on": SETTLEMENT, "opening_fen": 1_000_000}
    assert decide("deposit_interest", case, book).values["interest_fen"] == interest_fen


def test_the_explanation_names_the_products_the_rates_and_every_parameter() -> None:
    case = {"first": FIRST, "end": END, "on": SETTLEMENT, "opening_fen": 1_000_000}
    outcome = decide("deposit_interest", case, BOOK)
    assert outcome.clause == "住房公积金管理条例 第二十一条"
    assert "365000000 fen-days" in [step.value for step in outcome.steps]
    assert outcome.parameters["deposit_rate_carried"] == "deposit_rate_carried@2016-02-21"
    assert len(outcome.parameters) == 9


def test_before_2016_each_part_has_the_rate_that_its_settlement_day_posts() -> None:
    terms = interest_terms(BOOK, date(2014, 7, 1), date(2015, 7, 1), date(2015, 6, 30))
    assert terms.rates == (Decimal("0.016"), Decimal("0.0035"))
    assert len(terms.segments) == 1


def test_the_settlement_of_2016_takes_the_one_new_rate_for_the_whole_year() -> None:
    terms = interest_terms(BOOK, date(2015, 7, 1), date(2016, 7, 1), date(2016, 6, 30))
    assert terms.rates == (Decimal("0.0150"), Decimal("0.0150"))


def test_a_withdrawal_on_the_day_before_the_new_rate_takes_the_old_ones() -> None:
    day = date(2016, 2, 20)
    assert interest_terms(BOOK, date(2015, 7, 1), day, day).rates == (Decimal("0.011"), Decimal("0.0035"))


def test_by_segments_every_change_of_either_rate_begins_one() -> None:
    book = with_method(deposit_settlement_rate="by_segment")
    terms = interest_terms(book, date(2015, 7, 1), date(2016, 7, 1), date(2016, 6, 30))
    starts = [date.fromordinal(one.start) for one in terms.segments]
    assert starts == [date(2015, 7, 1), date(2015, 8, 26), date(2015, 10, 24), date(2016, 2, 21)]
    assert sum(one.end - one.start for one in terms.segments) == 366


def test_where_the_next_day_is_the_first_to_bear_interest_the_day_of_withdrawal_counts() -> None:
    book = with_method(deposit_interest_bearing_from="next_day")
    deposited, withdrawn = date(2018, 9, 3), date(2018, 9, 13)
    terms = interest_terms(book, FIRST, withdrawn, withdrawn)
    assert accrue(terms, 0, [(deposited.toordinal(), 0, 100)]).products == ((0, 1000),)


def test_jiao_and_fen_earn_nothing_where_principal_counts_in_yuan() -> None:
    book = with_method(deposit_interest_principal_unit="yuan")
    terms = interest_terms(book, FIRST, END, SETTLEMENT)
    assert accrue(terms, 199, []).products == ((100 * 365, 0),)
    assert accrue(terms, 60, [(FIRST.toordinal() + 10, 60, 0)]).products == ((100 * 355, 0),)


def test_a_rate_that_is_not_known_is_refused_by_name() -> None:
    with pytest.raises(Refusal) as refused:
        interest_terms(BOOK, date(1991, 7, 1), date(1992, 7, 1), date(1999, 6, 30), date(1992, 1, 1))
    assert refused.value.code == "missing_parameter"


_MOVES = st.lists(
    st.tuples(st.integers(-40, 400), st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9)), max_size=12
)


@given(_MOVES, st.integers(0, 10**10))
def test_the_products_are_the_sums_of_the_daily_balances(
    moves: list[tuple[int, int, int]], opening_fen: int
) -> None:
    terms = interest_terms(with_method(deposit_settlement_rate="by_segment"), FIRST, END, SETTLEMENT)
    placed = [(FIRST.toordinal() + max(day, 0), carried, current) for day, carried, current in moves]
    carried = current = 0
    for offset in range(365):
        day = (FIRST + timedelta(days=offset)).toordinal()
        carried += opening_fen + sum(fen for moved, fen, _ in placed if moved <= day)
        current += sum(fen for moved, _, fen in placed if moved <= day)
    found = accrue(terms, opening_fen, placed)
    assert tuple(map(sum, zip(*found.products, strict=True))) == (carried, current)


@given(
    st.integers(-(10**12), 10**12),
    st.sampled_from(["fen_half_up", "fen_floor", "fen_up", "jiao_down", "jiao_half_up", "yuan_up"]),
)
def test_a_ratio_is_rounded_as_the_decimal_is(thousandths: int, mode: str) -> None:
    assert rounded_ratio(thousandths, 1000, mode) == ROUNDINGS[mode](Decimal(thousandths) / 1000)
