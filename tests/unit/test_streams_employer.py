"""The employer: rates and exceptions by month, months in order, debts with their debtor."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.dates import format_month, month_of
from ledger.refusal import Refusal
from ledger.streams import employer as employers
from ledger.streams.base import Event
from ledger.streams.employer import (
    EMPLOYERS,
    ArrearsAssigned,
    ArrearsLeft,
    ArrearsMadeUp,
    Deferred,
    Employer,
    MonthRemitted,
    RateReduced,
    RateSet,
    Registered,
    Resumed,
)

DAY = date(2019, 7, 1)
JULY = month_of(DAY)
REGISTERED = Registered(
    effective_on=DAY, name="E1", kind="国有企业", rate=Decimal("0.12"), first_month="2019-07", pay_day=15
)


def state(*events: Event) -> Employer:
    return EMPLOYERS.fold([REGISTERED, *events])


def remitted(month: int) -> Event:
    return MonthRemitted(effective_on=DAY, month=format_month(month), due_on=DAY, heads=1, total_fen=1)


def deferred(first: int, last: int, approval: str = "管委会") -> Deferred:
    return Deferred(
        effective_on=DAY, from_month=format_month(first), until_month=format_month(last), approval=approval
    )


def refused(decide, *args) -> str:
    with pytest.raises(Refusal) as refusal:
        decide(*args)
    return refusal.value.code


def test_the_same_registration_rate_or_debtor_again_gives_no_second_event():
    assert refused(employers.register, state(), "E1", REGISTERED) == "employer_exists"
    same = RateSet(effective_on=DAY, rate=Decimal("0.12"), from_month="2019-08", parameters=())
    assert employers.set_rate(state(), "E1", same) == ()
    assigned = ArrearsAssigned(
        effective_on=DAY, debtor="E2", months={"2019-07": 5}, total_fen=5, basis="bases", explanation={}
    )
    assert employers.assign_arrears(state(), "E1", assigned) == (assigned,)
    assert employers.assign_arrears(state(assigned), "E1", assigned) == ()


def test_a_rate_holds_from_its_month_and_a_reduction_before_it():
    after = state(
        RateSet(effective_on=DAY, rate=Decimal("0.08"), from_month="2019-10", parameters=()),
        RateReduced(
            effective_on=DAY, rate=Decimal("0.05"), from_month="2019-09", until_month="2019-10", approval="a"
        ),
    )
    rates = [str(employers.rate_in(after, JULY + ahead)) for ahead in (-1, 0, 2, 3, 4)]
    assert rates == ["0.12", "0.12", "0.05", "0.05", "0.08"]


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 4)), max_size=4), st.integers(0, 14))
def test_deferrals_never_overlap_and_resuming_cuts_them_where_it_says(spans, resumed):
    current = state()
    for first, length in spans:
        one = deferred(JULY + first, JULY + first + length)
        try:
            current = EMPLOYERS.evolve(current, *employers.defer(current, "E1", one))
        except Refusal as refusal:
            assert refusal.code == "already_deferred"  # noqa: PT017
    months = [month for start, end in current.deferred for month in range(start, end + 1)]
    assert len(months) == len(set(months))
    cut = EMPLOYERS.evolve(current, Resumed(effective_on=DAY, from_month=format_month(JULY + resumed)))
    kept = {month for start, end in cut.deferred for month in range(start, end + 1)}
    assert kept == {month for month in months if month < JULY + resumed}


def test_the_next_month_passes_over_deferred_ones():
    after = state(remitted(JULY), deferred(JULY + 1, JULY + 2))
    assert employers.expected_month(after) == JULY + 3
    assert refused(employers.remit_month, after, "E1", JULY + 1) == "employer_deferred"
    assert refused(employers.remit_month, after, "E1", JULY) == "month_already_remitted"
    assert refused(employers.remit_month, after, "E1", JULY + 4, JULY + 3) == "month_out_of_order"
    assert employers.remit_month(after, "E1", JULY + 3) is None
    assert employers.remit_month(after, "E1", JULY + 4, None) is None


def test_a_deferral_runs_until_its_last_month_is_complete():
    after = state(deferred(JULY, JULY + 2))
    assert employers.running_deferrals(after, JULY + 1) == ((JULY, JULY + 2),)
    assert employers.running_deferrals(after, JULY + 2) == ()


def test_debts_stay_until_they_are_made_up_and_keep_their_debtor():
    left = ArrearsLeft(effective_on=DAY, account="A1", months={"2019-07": 120_000, "2019-08": 120_000})
    assigned = ArrearsAssigned(
        effective_on=DAY, debtor="E2", months={}, total_fen=240_000, basis="bases", explanation={}
    )
    after = state(assigned, left)
    assert after.left_behind == (("A1", JULY, 120_000), ("A1", JULY + 1, 120_000))
    assert employers.require_debtor(after, "E1", 240_000) is None
    assert refused(employers.require_debtor, after, "E1", 240_001) == "arrears_without_debtor"
    made_up = ArrearsMadeUp(effective_on=DAY, account="A1", month="2019-07")
    assert EMPLOYERS.evolve(after, made_up).left_behind == (("A1", JULY + 1, 120_000),)


def test_an_employer_that_is_gone_or_was_never_there_decides_nothing():
    assert refused(employers.require_active, Employer(), "E1") == "employer_unknown"
    for gone in (
        employers.Closed(effective_on=DAY, reason="注销"),
        employers.Merged(effective_on=DAY, into="E2", accounts=0),
    ):
        assert refused(employers.require_active, state(gone), "E1") == "employer_closed"


def test_an_employer_is_closed_without_accounts_and_without_open_debts():
    closed = employers.Closed(effective_on=DAY, reason="注销")
    assert refused(employers.close, state(), "E1", 0, 1, closed) == "employer_has_accounts"
    assert refused(employers.close, state(), "E1", 1, 0, closed) == "arrears_without_debtor"
    assert employers.close(state(), "E1", 0, 0, closed) == (closed,)


def test_resuming_does_not_change_the_rate_of_a_remitted_month():
    reduced = RateReduced(
        effective_on=DAY, rate=Decimal("0.05"), from_month="2019-07", until_month="2019-09", approval="a"
    )
    after = state(reduced, remitted(JULY))
    early = Resumed(effective_on=DAY, from_month="2019-07")
    assert refused(employers.resume, after, "E1", early) == "rate_in_remitted_month"
    assert employers.resume(after, "E1", Resumed(effective_on=DAY, from_month="2019-08"))
