"""Histories of a loan: whatever happens to it, 121 and 122 are its balance, and it ends in exactly zero."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from ledger.books.posting import post
from ledger.dates import days_after
from ledger.policy.loan_terms import Terms
from ledger.policy.schedule import counted_days, due_day
from ledger.refusal import Refusal
from ledger.streams import loan as loans
from ledger.streams.base import Event, Recorded
from ledger.streams.loan import Arrived, Loan
from tests.unit.test_loan_schedule import table

RATES = [Decimal(one) for one in ("0.021", "0.026", "0.031", "0.0325", "0.03575", "0.045")]
TERMS = Terms()


class History:
    """A loan, its events, and what the books say of it."""

    def __init__(
        self, method: str, amount_fen: int, months: int, repay_day: int, on: date, rate: Decimal
    ) -> None:
        self.events: list[Recorded] = []
        self.state = Loan()
        self.books: dict[str, int] = {}
        applied = loans.Applied(
            effective_on=on, borrower="P1", purpose="new_home", price_fen=2 * amount_fen, amount_fen=amount_fen,
            months=months, home_number=1, decide_by=on, parameters=(), account="A1",
        )  # fmt: skip
        assessed = loans.Assessed(
            effective_on=on, limit_fen=amount_fen, binding="ratio", months_max=360, explanation={}, conditions={}, term={}
        )  # fmt: skip
        signed = loans.ContractSigned(
            effective_on=on, contract="C1", method=method, repay_day=repay_day, payee="F1"
        )
        approved = loans.Approved(effective_on=on, amount_fen=amount_fen, months=months)
        secured = loans.Secured(effective_on=on, kind="mortgage", document="M1", giver="P1")
        self.add((applied, assessed, approved, signed, secured))
        self.add(loans.disburse(self.state, "L1", rate, TERMS, "L1.1", {}, on))

    def add(self, events: tuple[Event, ...] | list[Event]) -> None:
        for one in events:
            version = len(self.events) + 1
            self.events.append(Recorded("loan-L1", version, one, datetime(2020, 1, 1, tzinfo=UTC), version))
            self.state = loans.evolve(self.state, one)
            lines = post(one)
            assert sum(fen for _, fen in lines) == 0
            for code, fen in lines:
                self.books[code] = self.books.get(code, 0) + fen
            assert self.books.get("121", 0) + self.books.get("122", 0) == self.state.balance_fen
        self.check()

    def check(self) -> None:
        state = self.state
        assert self.books.get("121", 0) == state.normal_fen >= 0
        assert self.books.get("122", 0) == state.overdue_fen >= 0
        assert state.running_fen >= 0
        assert all(min(one.principal_fen, one.interest_fen, one.penalty_fen) >= 0 for one in state.owed)
        assert state.status != "running" or state.balance_fen or state.owed

    def attempt(self, decision: Any, *arguments: Any) -> None:
        """Does it, where it is not refused."""
        try:
            found = decision(self.state, "L1", *arguments)
        except Refusal:
            return
        events = found[0] if isinstance(found, tuple) and found and isinstance(found[0], tuple) else found
        self.add(tuple(events))


step = st.one_of(
    st.tuples(st.just("wait"), st.integers(1, 200)),
    st.tuples(st.just("pay_due"), st.integers(0, 3)),
    st.tuples(st.just("pay"), st.integers(1, 2_000_000)),
    st.tuples(
        st.just("prepay"), st.integers(1, 30_000_000), st.sampled_from(loans.WAYS), st.integers(1, 360)
    ),
    st.tuples(st.just("reprice"), st.sampled_from(RATES)),
    st.tuples(st.just("extend"), st.integers(1, 60)),
    st.tuples(st.just("run")),
    st.tuples(st.just("reverse"), st.integers(0, 5)),
    st.tuples(st.just("demand"), st.integers(0, 90)),
)


def live(history: History, on: date, steps: list[tuple[Any, ...]]) -> date:
    """Carries steps out, each on the day to which the waiting has come."""
    for number, (what, *more) in enumerate(steps):
        if history.state.status != "running":
            break
        match what:
            case "wait":
                on = days_after(on, more[0])
            case "pay_due":
                on = max(on, history.state.next_due_on or on) + timedelta(days=more[0])
                brought, _ = loans.bring_up(history.state, on, TERMS)
                due_fen = loans.claim_on(brought, on, TERMS).total_fen
                history.attempt(loans.repay, Arrived(due_fen, on, "counter", f"R{number}"), TERMS)
            case "pay":
                history.attempt(loans.repay, Arrived(more[0], on, "counter", f"R{number}"), TERMS)
            case "prepay":
                arrived = Arrived(more[0], on, "counter", f"R{number}")
                history.attempt(loans.prepay, arrived, more[1], more[2], TERMS)
            case "reprice":
                history.attempt(loans.reprice, more[0], TERMS, (), on)
            case "extend":
                history.attempt(loans.extend, more[0], 480, "E1", TERMS, on)
            case "run":
                history.add(loans.run(history.state, on, TERMS))
            case "reverse":
                paid = [one for one in history.events if isinstance(one.body, loans.Repaid)]
                if more[0] < len(paid):
                    version = paid[-1 - more[0]].originator_version
                    history.attempt(
                        lambda s, k, v=version: (loans.reverse(s, k, history.events, v, "R", TERMS),)
                    )
            case "demand":
                history.attempt(loans.demand_early, "breach", days_after(on, more[0]), "D1", on)
    return on


@settings(max_examples=100, deadline=None)
@given(
    method=st.sampled_from(["level_payment", "equal_principal", "single_payment"]),
    amount_fen=st.integers(1, 80_000_000),
    months=st.integers(1, 360),
    repay_day=st.integers(0, 31),
    on=st.dates(date(2015, 1, 1), date(2026, 12, 31)),
    rate=st.sampled_from(RATES),
    steps=st.lists(step, max_size=15),
)
def test_after_every_step_the_books_are_the_balance_and_the_loan_ends_in_exactly_zero(
    method, amount_fen, months, repay_day, on, rate, steps
):
    history = History(method, amount_fen, months, repay_day, on, rate)
    on = live(history, on, steps)
    if history.state.status == "running":
        on = max(on, history.state.moved_on)
        payoff_fen = loans.payoff_on(history.state, on, TERMS).total_fen
        last = Arrived(payoff_fen, on, "counter", "last")
        if loans.bring_up(history.state, on, TERMS)[0].running_fen:
            history.add(loans.prepay(history.state, "L1", last, "keep_term", 0, TERMS))
        else:
            events, rest_fen = loans.repay(history.state, "L1", last, TERMS)
            assert rest_fen == 0
            history.add(events)
    assert history.state.status == "settled"
    assert history.state.balance_fen == history.books["121"] == 0
    assert history.books.get("122", 0) == 0
    assert history.books["101"] == -history.books.get("401.loans", 0) - history.books.get("401.penalty", 0)


@settings(max_examples=20, deadline=None)
@given(
    method=st.sampled_from(["level_payment", "equal_principal"]),
    amount_fen=st.integers(100_000, 80_000_000),
    months=st.integers(1, 240),
    on=st.dates(date(2015, 1, 1), date(2026, 12, 31)),
    rate=st.sampled_from(RATES),
)
def test_paid_on_every_due_day_a_loan_is_settled_by_its_schedule_and_by_nothing_else(
    method, amount_fen, months, on, rate
):
    history = History(method, amount_fen, months, 0, on, rate)
    planned = list(loans.schedule(history.state, TERMS))
    for due in planned:
        events, rest_fen = loans.repay(
            history.state, "L1", Arrived(due.payment_fen, due.due_on, "bank_card", f"R{due.number}"), TERMS
        )
        assert rest_fen == 0
        history.add(events)
    assert history.state.status == "settled"
    assert len(planned) == months
    if method == "level_payment":
        assert [(one.principal_fen, one.interest_fen) for one in planned] == table(
            method, amount_fen, rate, months
        )


@given(
    st.dates(date(2015, 1, 1), date(2030, 12, 31)),
    st.integers(0, 900),
    st.integers(0, 900),
    st.integers(1, 31),
)
def test_the_parts_of_a_time_add_up_to_the_whole_and_a_month_is_thirty_days(first, some, more, repay_day):
    middle, last = days_after(first, some), days_after(first, some + more)
    parts = counted_days(first, middle, repay_day) + counted_days(middle, last, repay_day)
    assert parts == counted_days(first, last, repay_day) >= 0
    month = first.year * 12 + first.month - 1
    assert counted_days(due_day(month, repay_day), due_day(month + 1, repay_day), repay_day) == 30


@pytest.mark.parametrize(
    ("rate", "published_difference"),
    [(("0.0285", "0.026"), 5_710_085), (("0.03325", "0.03075"), 5_907_001)],
)
def test_a_repricing_saves_what_was_published_to_the_fen(rate, published_difference):
    def interest_fen(yearly: str) -> int:
        history = History("level_payment", 120_000_000, 360, 1, date(2025, 5, 1), Decimal(yearly))
        return sum(one.interest_fen for one in loans.schedule(history.state, TERMS))

    assert interest_fen(rate[0]) - interest_fen(rate[1]) == published_difference


def booked_before(history: History, arrived: Arrived) -> Arrived:
    """The same money with what the history has under its reference."""
    events = [(one.originator_version, one.body) for one in history.events]
    return arrived._replace(before=next(loans.standing_under(history.state, events, arrived.reference), None))


def test_the_same_money_twice_is_one_repayment_whatever_came_between():
    history = History("level_payment", 10_000_000, 120, 1, date(2019, 8, 1), Decimal("0.0325"))
    first = Arrived(50_000, date(2019, 9, 1), "bank_card", "R1")
    history.add(loans.repay(history.state, "L1", first, TERMS)[0])
    history.add(loans.repay(history.state, "L1", first._replace(amount_fen=60_000, reference="R2"), TERMS)[0])
    assert loans.repay(history.state, "L1", booked_before(history, first), TERMS) == ((), 0)
    second = first._replace(amount_fen=60_000, reference="R2")
    assert loans.repay(history.state, "L1", booked_before(history, second), TERMS) == ((), 0)


@pytest.mark.parametrize("other", [{"amount_fen": 97_718}, {"on": date(2019, 9, 2)}, {"source": "counter"}])
def test_the_same_reference_with_another_content_is_refused(other):
    history = History("level_payment", 10_000_000, 120, 1, date(2019, 8, 1), Decimal("0.0325"))
    arrived = Arrived(97_719, date(2019, 9, 1), "bank_card", "R1")
    history.add(loans.repay(history.state, "L1", arrived, TERMS)[0])
    again = booked_before(history, arrived)
    with pytest.raises(Refusal, match="reference_differs"):
        loans.repay(history.state, "L1", again._replace(**other), TERMS)
    with pytest.raises(Refusal, match="reference_differs"):
        loans.prepay(history.state, "L1", again, "keep_term", 0, TERMS)


def test_rates_split_a_month_without_losing_a_day():
    history = History("level_payment", 10_000_000, 120, 20, date(2019, 12, 20), Decimal("0.0325"))
    same = loans.next_due(history.state, TERMS)
    up = replace(history.state, accrued_fen=loans.interest_to(history.state, date(2020, 1, 1), TERMS),
                 interest_from=date(2020, 1, 1))  # fmt: skip
    split = loans.next_due(up, TERMS)
    assert same is not None
    assert split is not None
    assert abs(same.interest_fen - split.interest_fen) <= 1


def test_money_that_is_booked_late_leaves_the_overdue_account_it_had_gone_to():
    history = History("equal_principal", 12_000_000, 120, 15, date(2019, 8, 15), Decimal("0.0325"))
    history.add(loans.run(history.state, date(2019, 12, 15), TERMS))
    assert history.books["122"] == 100_000
    brought, _ = loans.bring_up(history.state, date(2019, 12, 13), TERMS)
    due_fen = loans.claim_on(brought, date(2019, 12, 13), TERMS).total_fen
    late = Arrived(due_fen, date(2019, 12, 13), "bank_card", "R1")
    history.add(loans.repay(history.state, "L1", late, TERMS)[0])
    assert history.books["122"] == 0
    history.add(loans.run(history.state, date(2019, 12, 14), TERMS))
    assert history.books["122"] == 0


SINCE = st.one_of(
    st.tuples(st.just("pay"), st.integers(0, 45), st.integers(1, 400_000)),
    st.tuples(
        st.just("prepay"),
        st.integers(0, 45),
        st.integers(100_000, 6_000_000),
        st.sampled_from(loans.WAYS[:2]),
    ),
    st.tuples(st.just("settle"), st.integers(0, 45)),
    st.tuples(st.just("run"), st.integers(0, 45)),
)


def carry_out(history: History, on: date, steps: list[tuple[Any, ...]]) -> None:
    """Steps of fixed amounts, each some days after the one before; what is refused did not happen."""
    for number, (what, days, *more) in enumerate(steps):
        on = days_after(on, days)
        if history.state.status != "running":
            break
        match what:
            case "pay":
                history.attempt(loans.repay, Arrived(more[0], on, "counter", f"R{number}"), TERMS)
            case "prepay":
                history.attempt(
                    loans.prepay, Arrived(more[0], on, "counter", f"R{number}"), more[1], 0, TERMS
                )
            case "settle":
                # At the old rate it costs more, so that the same sum settles the loan at the new one.
                whole_fen = loans.payoff_on(history.state, on, TERMS).total_fen
                if loans.bring_up(history.state, on, TERMS)[0].running_fen:
                    history.attempt(
                        loans.prepay, Arrived(whole_fen, on, "counter", "all"), "keep_term", 0, TERMS
                    )
            case "run":
                history.add(loans.run(history.state, on, TERMS))


@settings(max_examples=150, deadline=None)
@given(
    method=st.sampled_from(["level_payment", "equal_principal"]),
    amount_fen=st.integers(1_000_000, 30_000_000),
    months=st.integers(13, 240),
    paid=st.integers(0, 3),
    steps=st.lists(SINCE, min_size=1, max_size=6),
)
def test_a_late_run_leaves_the_loan_as_the_run_in_time_would_have(method, amount_fen, months, paid, steps):
    january, new_rate = date(2026, 1, 1), Decimal("0.026")
    late, in_time = (
        History(method, amount_fen, months, 2, date(2025, 8, 2), Decimal("0.0285")) for _ in range(2)
    )
    for history in (late, in_time):
        for number in range(paid):
            due = loans.next_due(history.state, TERMS)
            history.add(
                loans.repay(
                    history.state, "L1", Arrived(due.payment_fen, due.due_on, "counter", f"D{number}"), TERMS
                )[0]
            )
    carry_out(late, date(2026, 1, 2), steps)
    came = [one.body for one in late.events if isinstance(one.body, loans.Repaid)][paid:]
    if not loans.moved_after(late.state, january):
        return
    events, over = loans.reprice_late(late.events, "L1", new_rate, lambda _: TERMS, (), january)
    late.add(events)
    again = [one for one in events if isinstance(one, loans.Repaid)]
    assert [loans.content_of(one) for one in again] == [loans.content_of(one) for one in came]
    assert sum(one.rest_fen for one in over) >= 0
    in_time.add(loans.reprice(in_time.state, "L1", new_rate, TERMS, (), january))
    for one in again:
        booked_fen = one.principal_fen + one.interest_fen + one.penalty_fen
        arrived = Arrived(booked_fen, one.effective_on, one.source, one.reference)
        if one.kind == "instalment":
            found, rest_fen = loans.repay(in_time.state, "L1", arrived, TERMS)
            assert rest_fen == 0
            in_time.add(found)
        else:
            how = next(
                (x.how for x in events[events.index(one) :] if isinstance(x, loans.Rescheduled)), "keep_term"
            )
            in_time.add(loans.prepay(in_time.state, "L1", arrived, how, 0, TERMS))
    last = max(one.body.effective_on for one in late.events)
    ends = [
        one if one.status == "settled" else loans.bring_up(one, last, TERMS)[0]
        for one in (late.state, in_time.state)
    ]
    same = {"reversed": (), "grade": "", "turned_on": None}
    assert replace(ends[0], **same) == replace(ends[1], **same)
    for code in ("401.loans", "401.penalty"):
        assert late.books.get(code, 0) == in_time.books.get(code, 0)
    assert loans.reprice_late(late.events, "L1", new_rate, lambda _: TERMS, (), january) == ((), [])
