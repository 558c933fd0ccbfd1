"""The account: its events fold to its state in any order that effects allow, and each decision is taken once."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.dates import format_month, fund_year_of, month_of
from ledger.refusal import Refusal
from ledger.streams import account as accounts
from ledger.streams.account import (
    ACCOUNTS,
    Account,
    Contribution,
    Deposited,
    EntryReversed,
    Opened,
    Room,
    TransferredIn,
    Withdrawn,
)
from ledger.streams.base import EVENTS, Event, Recorded, decode, encode

DAY = date(2019, 7, 10)
JULY = month_of(DAY)
DUE = Contribution(60_000, 60_000, 500_000, Decimal("0.12"), ("contribution_rounding@1999-04-03",))
OPENED = Opened(
    effective_on=date(2019, 7, 1), person="P1", employer="E1", base_fen=500_000, first_month="2019-07",
    joined_on=date(2019, 7, 1),
)  # fmt: skip


def state(*events: Event) -> Account:
    return ACCOUNTS.fold([OPENED, *events])


def recorded(*events: Event) -> list[Recorded]:
    moment = datetime.combine(date(2024, 1, 1), time(), UTC)
    return [
        Recorded("account-A1", number, body, moment + timedelta(days=number), number)
        for number, body in enumerate(events, start=1)
    ]


def deposited(month: int, on: date = DAY) -> Event:
    return Deposited(
        effective_on=on, month=format_month(month), employer_fen=60_000, employee_fen=60_000,
        base_fen=500_000, rate=Decimal("0.12"), kind="single", parameters=(),
        rule="monthly_contribution",
    )  # fmt: skip


def withdrawn(carried_fen: int, current_fen: int, on: date = DAY) -> Event:
    return Withdrawn(
        effective_on=on, carried_fen=carried_fen, current_fen=current_fen, reason="rent", payment="A1.3",
        explanation={},
    )  # fmt: skip


def refused(decide, *args, **more) -> str:
    with pytest.raises(Refusal) as refusal:
        decide(*args, **more)
    return refusal.value.code


# ---------------------------------------------------------------- evolve

MOVES = st.lists(
    st.tuples(st.dates(date(2017, 1, 1), date(2021, 12, 31)), st.integers(1, 10**9), st.booleans()),
    max_size=12,
)


def _arrived(moves) -> list[Event]:
    return [
        TransferredIn(effective_on=on, amount_fen=fen, months=1, from_centre="沈阳", letter=str(number))
        if is_transfer
        else accounts.BalanceTakenOver(effective_on=on, carried_fen=fen, current_fen=1, months=0)
        for number, (on, fen, is_transfer) in enumerate(moves)
    ]


@given(MOVES, st.integers(0, 10**6))
def test_the_parts_do_not_depend_on_the_order_in_which_movements_are_learned(moves, seed):
    events = _arrived(moves)
    shuffled = events[:]
    Random(seed).shuffle(shuffled)
    one, other = ACCOUNTS.fold(events), ACCOUNTS.fold(shuffled)
    assert (one.carried_fen, one.current_fen, one.months) == (
        other.carried_fen,
        other.current_fen,
        other.months,
    )


@given(MOVES, st.dates(date(2017, 1, 1), date(2022, 12, 31)))
def test_the_balance_of_a_day_is_the_sum_of_the_effects_by_then(moves, on):
    events = _arrived(moves)
    as_of = accounts.as_of(recorded(*events), on)
    effects = [(body.effective_on, accounts.effect(body)) for body in events if body.effective_on <= on]
    assert as_of.balance_fen == sum(sum(parts) for _, parts in effects)
    this_year = [current for day, (_, current) in effects if fund_year_of(day) == fund_year_of(on)]
    assert as_of.current_fen == sum(this_year)


@given(MOVES, st.dates(date(2017, 1, 1), date(2022, 12, 31)))
def test_what_was_known_on_a_day_forgets_what_was_learned_later(moves, on):
    history = recorded(*_arrived(moves))
    for known in (0, len(history) // 2, len(history)):
        known_on = date(2024, 1, 1) + timedelta(days=known)
        assert accounts.as_of(history, on, known_on) == accounts.as_of(history[:known], on)


@given(MOVES, st.dates(date(2017, 1, 1), date(2022, 12, 31)), st.integers(0, 10**9))
def test_what_a_day_can_give_leaves_no_part_of_a_later_day_below_zero(moves, on, wanted):
    events = _arrived(moves)
    room = accounts.room_from(recorded(*events), on)
    fen = min(wanted, room.carried_fen + room.current_fen, room.later_fen)
    carried = min(fen, room.carried_fen)
    history = recorded(*events, withdrawn(carried, fen - carried, on))
    for day in [on, *(body.effective_on for body in events if body.effective_on >= on)]:
        then = accounts.as_of(history, day)
        assert min(then.carried_fen, then.current_fen) >= 0


@given(MOVES)
def test_without_later_movements_the_history_gives_the_room_of_the_state(moves):
    events = _arrived(moves)
    last = max((body.effective_on for body in events), default=DAY)
    assert accounts.room_from(recorded(*events), last) == accounts.room_on(ACCOUNTS.fold(events), last)


def test_evolve_is_total_even_for_events_that_no_decision_would_give():
    for body in (deposited(JULY), withdrawn(1, 1), accounts.Closed(effective_on=DAY, reason="x")):
        assert isinstance(accounts.evolve(Account(), body), Account)
    assert accounts.evolve(state(), Event(effective_on=DAY)) == state()


def test_every_event_of_every_stream_survives_its_json():
    body = deposited(JULY)
    assert decode(body.topic, encode(body)) == body
    assert EVENTS[body.topic] is Deposited


def test_a_gap_is_missing_until_it_is_filled_and_a_reversed_month_is_open_again():
    paid = state(deposited(JULY), deposited(JULY + 2))
    assert (paid.paid_up_to, paid.missing) == (JULY + 2, (JULY + 1,))
    undone = accounts.evolve(
        paid,
        EntryReversed(
            effective_on=DAY, reverses=3, of_topic=Deposited.topic, carried_fen=0, current_fen=-120_000,
            reason="错缴", money="held", month=format_month(JULY + 2), months=1,
        ),
    )  # fmt: skip
    assert (undone.paid_up_to, undone.missing, undone.months) == (JULY, (), 1)
    assert accounts.unpaid_months(undone, JULY + 2) == [JULY + 1, JULY + 2]


def test_the_base_of_a_month_is_the_last_one_that_was_fixed_before_it():
    fixed = accounts.BaseFixed(
        effective_on=DAY, base_fen=600_000, wage_fen=0, from_month="2020-07", parameters=()
    )
    after = state(fixed)
    assert [accounts.base_in(after, JULY + ahead) for ahead in (-1, 0, 11, 12)] == [500_000] * 3 + [600_000]


# ---------------------------------------------------------------- the same request twice


def test_a_second_seal_unseal_or_central_seal_gives_no_event():
    sealed = state(*accounts.seal(state(), "A1", DAY, 30, DAY))
    assert accounts.seal(sealed, "A1", DAY, 30, DAY) == ()
    assert accounts.unseal(state(), "A1", DAY, DAY) == ()
    pooled = state(*accounts.seal_centrally(state(), "A1", DAY, 30, DAY))
    assert accounts.seal_centrally(pooled, "A1", DAY, 30, DAY) == ()


def test_the_same_break_base_freeze_or_transfer_again_gives_no_event():
    broken = state(*accounts.break_relation(state(), "A1", "ended", DAY, 30, DAY))
    assert accounts.break_relation(broken, "A1", "ended", DAY, 30, DAY) == ()
    fixed = accounts.BaseFixed(
        effective_on=DAY, base_fen=600_000, wage_fen=0, from_month="2019-08", parameters=()
    )
    assert accounts.fix_base(state(*accounts.fix_base(state(), "A1", fixed)), "A1", fixed) == ()
    frozen = state(*accounts.freeze(state(), "A1", "D1", 5, DAY))
    assert accounts.freeze(frozen, "A1", "D1", 5, DAY) == ()
    assert accounts.unfreeze(state(), "A1", "D1", "", DAY) == ()
    moved = state(*accounts.transfer(state(), "A1", "E2", DAY, DAY, 30, DAY))
    assert accounts.transfer(moved, "A1", "E2", DAY, DAY, 30, DAY) == ()


def test_a_freeze_that_was_once_recorded_without_a_document_freezes_all_the_same():
    frozen = state(accounts.Frozen(effective_on=DAY, document="", amount_fen=5))
    assert frozen.frozen
    assert refused(accounts.freeze, frozen, "A1", "D1", 5, DAY) == "account_already_frozen"
    assert (
        state(
            accounts.Frozen(effective_on=DAY, document="", amount_fen=5),
            *accounts.unfreeze(frozen, "A1", "D1", "", DAY),
        ).frozen
        == ""
    )


def test_a_month_is_paid_once_an_account_opened_once_and_an_entry_reversed_once():
    paid = state(*accounts.deposit(state(), "A1", JULY, None, DUE, on=DAY))
    assert refused(accounts.deposit, paid, "A1", JULY, None, DUE, on=DAY) == "month_already_paid"
    assert refused(accounts.open_account, paid, "A1", OPENED, ()) == "account_exists"
    (original,) = recorded(deposited(JULY))
    room = Room(0, 120_000, 120_000)
    undone = accounts.evolve(paid, accounts.reverse(paid, "A1", original, "错缴", room)[0])
    assert undone.balance_fen == 0
    assert refused(accounts.reverse, undone, "A1", original, "错缴", room) == "already_reversed"


# ---------------------------------------------------------------- decisions at their edges


@pytest.mark.parametrize(
    ("month", "kind", "code"),
    [
        (JULY + 1, "single", "month_not_due"),
        (JULY + 1, "advance", "advance_out_of_order"),
        (JULY - 1, "single", "month_before_first"),
    ],
)
def test_a_month_out_of_its_time_is_refused(month, kind, code):
    assert refused(accounts.deposit, state(), "A1", month, None, DUE, on=DAY, kind=kind) == code


def test_the_next_month_may_be_paid_in_advance_after_the_last():
    paid = state(deposited(JULY))
    (event,) = accounts.deposit(paid, "A1", JULY + 1, None, DUE, on=DAY, kind="advance")
    assert event.month == "2019-08"


def test_a_month_of_a_former_employer_is_made_up_and_never_remitted_by_the_new_one():
    later = date(2019, 9, 2)
    moved = state(*accounts.transfer(state(), "A1", "E2", date(2019, 8, 31), later, 30, later))
    assert moved.missing == (JULY, JULY + 1)
    assert (
        refused(accounts.deposit, moved, "A1", JULY, None, DUE, on=later, kind="remittance")
        == "month_before_first"
    )
    assert accounts.deposit(moved, "A1", JULY, None, DUE, on=later, kind="make_up")
    assert accounts.unpaid_months(moved, JULY + 2) == [JULY + 2]


@pytest.mark.parametrize(
    ("order", "parts"),
    [(("carried_forward", "current_year"), (100, 50)), (("current_year", "carried_forward"), (30, 120))],
)
def test_a_withdrawal_takes_the_parts_in_the_order_of_the_rule(order, parts):
    account = Account(status="normal", carried_fen=100, current_fen=120, fund_year=2019)
    (event,) = accounts.withdraw(
        account, "A1", 150, reason="rent", closing=False, order=order, room=Room(100, 120, 220),
        payment="A1.2", explanation={}, on=DAY,
    )  # fmt: skip
    assert (event.carried_fen, event.current_fen) == parts


def test_a_withdrawal_is_bounded_by_what_later_years_can_give():
    account = Account(status="normal", carried_fen=300, fund_year=2020)
    code = refused(
        accounts.withdraw, account, "A1", 200, reason="rent", closing=False, order=("carried_forward",),
        room=Room(0, 1_000, 199), payment="A1.2", explanation={}, on=DAY,
    )  # fmt: skip
    assert code == "insufficient_balance"


@pytest.mark.parametrize(
    ("frozen_fen", "taken", "code"), [(0, 1, "account_frozen"), (100, 21, "account_frozen")]
)
def test_frozen_money_is_not_taken(frozen_fen, taken, code):
    account = Account(status="normal", current_fen=120, fund_year=2019, freezes={"D1": frozen_fen})
    more = {"reason": "rent", "closing": False, "order": ("carried_forward",), "room": Room(0, 120, 120)}
    assert (
        refused(accounts.withdraw, account, "A1", taken, payment="", explanation={}, on=DAY, **more) == code
    )
