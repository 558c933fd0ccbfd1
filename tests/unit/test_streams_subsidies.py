"""Budgets, grants, offices and circumstances: what each decision gives, and that nothing is done twice."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands.grants.purse import portion
from ledger.programmes import find
from ledger.programmes.periods import in_window, months_of
from ledger.refusal import Refusal
from ledger.streams import budget, circumstance, grant, office

DAY = date(2019, 8, 1)


def refused(decide, *args) -> str:
    with pytest.raises(Refusal) as refusal:
        decide(*args)
    return refusal.value.code


def voted(amount_fen: int) -> budget.Budget:
    first = budget.Voted(
        effective_on=DAY, purse="p", year=2019, area="city", fund="city", amount_fen=amount_fen, document="文"
    )
    return budget.BUDGETS.fold([first])


@given(
    st.lists(st.tuples(st.sampled_from(["reserve", "release", "spend"]), st.integers(1, 300)), max_size=40)
)
def test_a_budget_never_spends_or_reserves_more_than_was_voted(steps):
    state = voted(500)
    for what, fen in steps:
        make = {"reserve": budget.Reserved, "release": budget.Released, "spend": budget.Spent}[what]
        event = make(effective_on=DAY, amount_fen=fen, cause="grant-G1/5")
        try:
            (done,) = getattr(budget, what)(state, "B", event)
        except Refusal:
            continue
        state = budget.evolve(state, done)
        assert state.reserved_fen + state.spent_fen <= state.voted_fen
        assert min(state.reserved_fen, state.spent_fen) >= 0


def test_what_came_back_goes_to_the_treasury_and_is_not_spent_again():
    state = voted(100)
    recovered = budget.Recovered(effective_on=DAY, amount_fen=40, cause="grant-G1/9")
    state = budget.evolve(state, *budget.recover(state, recovered))
    assert (budget.available_fen(state), state.recovered_fen) == (100, 40)
    assert budget.recover(budget.Budget(), recovered) == ()
    more = budget.Returned(
        effective_on=DAY, what="recovered", fund="city", amount_fen=41, reason="上缴", payment="x"
    )
    assert refused(budget.give_back, state, "B", more) == "nothing_to_return"


@given(
    st.dictionaries(st.sampled_from("abc"), st.integers(0, 50), min_size=1),
    st.integers(0, 100),
    st.integers(0, 100),
)
def test_an_amount_is_taken_from_budgets_in_their_order_and_never_twice(by_budget, before_fen, amount_fen):
    first = portion(by_budget, 0, before_fen)
    then = portion(by_budget, before_fen, amount_fen)
    total_fen = sum(by_budget.values())
    assert sum(first.values()) == min(before_fen, total_fen)
    assert sum(then.values()) == min(amount_fen, total_fen - min(before_fen, total_fen))
    assert all(first.get(key, 0) + then.get(key, 0) <= fen for key, fen in by_budget.items())


def test_an_office_given_twice_is_one_office_and_one_circumstance_twice_is_one():
    assigned = office.Assigned(effective_on=DAY, role="city_office", area="city", by="director")
    state = office.OFFICES.fold([*office.assign(office.Office(), "officer", assigned)])
    assert office.assign(state, "officer", assigned) == ()
    assert state.held == ("city_office@city",)
    noted = circumstance.Noted(effective_on=DAY, circumstance="dibao", holds_from=DAY, source="民政局")
    known = circumstance.CIRCUMSTANCES.fold([*circumstance.record(circumstance.Circumstances(), noted)])
    assert circumstance.record(known, noted) == ()
    backwards = circumstance.Noted(
        effective_on=DAY, circumstance="dibao", holds_from=DAY, source="民政局", holds_until=date(2019, 7, 31)
    )
    assert refused(circumstance.record, known, backwards) == "circumstance_ends_before"


def test_a_circumstance_holds_from_its_first_day_to_its_last_and_touches_their_months():
    noted = circumstance.Noted(
        effective_on=DAY, circumstance="dibao", holds_from=date(2019, 7, 31), source="民政局",
        holds_until=date(2019, 9, 1),
    )  # fmt: skip
    known = circumstance.CIRCUMSTANCES.fold([noted])
    days = (date(2019, 7, 30), date(2019, 7, 31), date(2019, 9, 1), date(2019, 9, 2))
    assert [circumstance.holds_on(known, "dibao", day) for day in days] == [False, True, True, False]
    months = ("2019-06", "2019-07", "2019-08", "2019-09", "2019-10")
    assert [circumstance.holds_in(known, "dibao", month) for month in months] == [
        False,
        True,
        True,
        True,
        False,
    ]


def test_a_period_names_its_months_and_a_window_what_they_touch():
    quarterly, yearly, monthly = map(
        find, ("working_capital_interest_subsidy", "startup_loan_handler_reward", "temporary_relief")
    )
    assert months_of(quarterly, {}, "2019-Q3", DAY) == ("2019-07", "2019-08", "2019-09")
    assert len(months_of(yearly, {}, "2018", DAY)) == 12
    assert months_of(monthly, {}, "2019-12/2020-01", DAY) == ("2019-12", "2020-01")
    assert months_of(quarterly, {}, "", DAY) == ("2019-07", "2019-08", "2019-09")
    assert months_of(monthly, {}, "", DAY) == ("2019-08",)
    assert in_window("quarter", ("2019-12", "2020-01")) == {"2019Q4", "2020Q1"}
    assert refused(months_of, monthly, {}, "2019-07/2024-07", DAY) == "period_malformed"
    assert len(months_of(monthly, {}, "2019-07/2024-06", DAY)) == 60


@pytest.mark.parametrize(
    ("programme", "facts", "months"),
    [
        ("stable_jobs_refund", {}, ("2019-01", "2019-12")),
        ("difficult_enterprise_refund", {"year": 2020}, ("2020-01", "2020-12")),
        ("training_living_subsidy", {"trained_on": "2018-12-31"}, ("2018-01", "2018-12")),
        ("internship_living_subsidy", {"start_on": "2019-01-07", "months": 6}, ("2019-01", "2019-06")),
        ("public_post_supplement_550", {"months": 3}, ("2019-05", "2019-07")),
        ("temporary_living_allowance", {"benefit_months": ["2019-09", "2019-08"]}, ("2019-08", "2019-09")),
    ],
)
def test_the_time_that_the_facts_name_goes_before_the_period_of_the_claim(programme, facts, months):
    found = months_of(find(programme), facts, "2019-05", DAY)
    assert (found[0], found[-1]) == months


def test_what_is_due_of_a_demand_follows_its_instalments():
    state = grant.Grant(
        status="paid",
        demanded_fen=100,
        due_on=date(2019, 9, 30),
        instalments={"2019-09-30": 60, "2019-10-31": 40},
    )
    assert [grant.due_fen(state, date(2019, *day)) for day in ((9, 29), (9, 30), (10, 31))] == [0, 60, 100]
    whole = grant.Grant(status="paid", demanded_fen=100, due_on=date(2019, 9, 30), repaid_fen=30)
    assert [grant.due_fen(whole, date(2019, 9, day)) for day in (29, 30)] == [0, 70]


def test_a_step_that_was_done_is_not_done_again():
    state = grant.Grant(
        status="planned", amount_fen=10, suspended="核查", confirmed_on=DAY, referred_to="市公安局"
    )
    again = grant.Suspended(effective_on=DAY, by="finance", reason="核查")
    assert grant.suspend(state, "G1", again) == ()
    paid = grant.Grant(status="paid", beneficiary="P1", payee="T1", paid_fen=10, demanded_fen=5, confirmed_on=DAY,
                       referred_to="市公安局")  # fmt: skip
    assert grant.confirm(paid, "G1", grant.Confirmed(effective_on=DAY, person="P1", evidence="签收单")) == ()
    referred = grant.Referred(effective_on=DAY, to="市公安局", by="finance", reason="骗取")
    assert grant.refer(paid, "G1", referred) == ()
    queued = grant.Queued(effective_on=DAY, rank=1, by="finance", short_fen=1)
    assert grant.queue(grant.Grant(status="queued", rank=1), "G1", queued) == ()
