"""What may be done with an entry of a roll, and when it may not. Amounts are decided by the handler."""

from __future__ import annotations

from ledger.names import is_among
from ledger.refusal import Refusal
from ledger.streams.account import check_amount
from ledger.streams.base import Event
from ledger.streams.roll.events import (
    Admitted,
    Applied,
    Changed,
    Checked,
    DemandWithdrawn,
    InstalmentsAgreed,
    Moved,
    PayeeChanged,
    PaymentUndone,
    Reclaimed,
    Referred,
    Rejected,
    Repaid,
    SetOff,
    StopCorrected,
    Stopped,
    TakenOver,
)
from ledger.streams.roll.queries import area_in, facts_in, overpaid_fen, owed_fen, previous
from ledger.streams.roll.state import Roll


def apply(state: Roll, entry: str, applied: Applied) -> tuple[Event, ...]:
    """Takes an application in; an entry that was rejected may apply again."""
    if state.status not in ("", "rejected"):
        raise Refusal("roll_exists", entry=entry, status=state.status)
    return (applied,)


def take_over(state: Roll, entry: str, taken_over: TakenOver) -> tuple[Event, ...]:
    """Takes an entry over from the older roll, once."""
    if state.status:
        raise Refusal("roll_exists", entry=entry, status=state.status)
    return (taken_over,)


def check(state: Roll, entry: str, checked: Checked) -> tuple[Event, ...]:
    """Notes what the means check found; nobody checks his own application."""
    _require(state, entry, "applied")
    require_other_hand(state, entry, checked.by)
    return (checked,)


def admit(state: Roll, entry: str, admitted: Admitted) -> tuple[Event, ...]:
    """Approves what was checked, by somebody who had no part in it."""
    require_admissible(state, entry, admitted.by)
    return (admitted,)


def require_admissible(state: Roll, entry: str, by: str) -> None:
    """Refuses ``roll_elsewhere`` before the check, and ``roll_own_step`` to who had a part in it."""
    _require(state, entry, "checked")
    require_other_hand(state, entry, by)


def reject(state: Roll, entry: str, rejected: Rejected) -> tuple[Event, ...]:
    """Turns an application down, with a reason."""
    _require(state, entry, "applied", "checked")
    return (rejected,)


def change(state: Roll, entry: str, changed: Changed) -> tuple[Event, ...]:
    """Takes a change in; the same facts from the same month on, with none after them, give no second event."""
    month = changed.from_month
    require_changeable(state, entry, month)
    held = [facts_in(state, month), *(one.facts for one in state.segments if one.from_month > month)]
    same = all(facts == changed.facts for facts in held) and state.members == changed.members
    return () if same else (changed,)


def require_changeable(state: Roll, entry: str, month: str) -> None:
    """Refuses a change of who is not on the roll, and from a month before he was."""
    _require(state, entry, "on")
    if month < state.from_month:
        raise Refusal("roll_month_before", entry=entry, month=month, from_month=state.from_month)


def move(state: Roll, entry: str, moved: Moved) -> tuple[Event, ...]:
    """Moves an entry to another county; months that were paid stay with the one that paid them."""
    _require(state, entry, "on")
    if moved.from_month <= state.paid_through:
        raise Refusal("roll_month_paid", entry=entry, month=moved.from_month, paid_through=state.paid_through)
    return () if moved.area == area_in(state, moved.from_month) else (moved,)


def change_payee(state: Roll, entry: str, changed: PayeeChanged) -> tuple[Event, ...]:
    """Pays to another account from the next list on."""
    _require(state, entry, "on", "ending")
    return () if changed.payee == state.payee else (changed,)


def stop(state: Roll, entry: str, stopped: Stopped) -> tuple[Event, ...]:
    """Ends an entry with a month; not before it began."""
    _require(state, entry, "on")
    if stopped.last_month < previous(state.from_month):
        raise Refusal("roll_month_before", entry=entry, month=stopped.last_month, from_month=state.from_month)
    return (stopped,)


def require_stopped(state: Roll, entry: str, last_month: str) -> None:
    """Refuses ``roll_elsewhere`` to correct what has not ended, and an open demand, which is withdrawn first."""
    _require(state, entry, "ending", "stopped")
    if last_month and last_month < previous(state.from_month):
        raise Refusal("roll_month_before", entry=entry, month=last_month, from_month=state.from_month)
    if owed_fen(state):
        raise Refusal("roll_demand_open", entry=entry, owed_fen=owed_fen(state))


def correct_stop(state: Roll, entry: str, corrected: StopCorrected) -> tuple[Event, ...]:
    """Puts a wrong end right; the same end gives no second event."""
    require_stopped(state, entry, corrected.last_month)
    return () if corrected.last_month == state.last_month else (corrected,)


def reclaim(state: Roll, entry: str, reclaimed: Reclaimed) -> tuple[Event, ...]:
    """Demands back what an ended entry had too much; before its end it is kept back from the next months."""
    _require(state, entry, "ending")
    _require_open(entry, overpaid_fen(state), reclaimed.amount_fen)
    if reclaimed.due_on < reclaimed.effective_on:
        raise Refusal("demand_due_in_past", grant=entry, due_on=reclaimed.due_on.isoformat())
    return (reclaimed,)


def agree_instalments(state: Roll, entry: str, agreed: InstalmentsAgreed) -> tuple[Event, ...]:
    """Agrees on parts that come to what is owed, to the fen."""
    total_fen = sum(agreed.instalments.values())
    if total_fen != owed_fen(state) or min(agreed.instalments.values(), default=0) <= 0:
        raise Refusal("instalments_differ", grant=entry, owed_fen=owed_fen(state), total_fen=total_fen)
    return (agreed,)


def repay(state: Roll, entry: str, repaid: Repaid) -> tuple[Event, ...]:
    """Takes back what was demanded, and not a fen more."""
    _require_open(entry, owed_fen(state), repaid.amount_fen)
    return (repaid,)


def set_off(state: Roll, entry: str, taken: SetOff) -> tuple[Event, ...]:
    """Keeps back from this entry, while it goes on, what another one of the same beneficiary owes."""
    _require(state, entry, "on")
    return (taken,)


def withdraw_demand(state: Roll, entry: str, withdrawn: DemandWithdrawn) -> tuple[Event, ...]:
    """Withdraws a demand as far as it is open."""
    _require_owed(state, entry)
    return (withdrawn,)


def refer(state: Roll, entry: str, referred: Referred) -> tuple[Event, ...]:
    """Hands a case in which money is owed to another body."""
    _require_owed(state, entry)
    return () if state.referred_to == referred.to else (referred,)


def undo_payment(state: Roll, entry: str, undone: PaymentUndone) -> tuple[Event, ...]:
    """Takes a line back; an open demand is withdrawn first, because its money may be the line's (``roll_demand_open``)."""
    if owed_fen(state):
        raise Refusal("roll_demand_open", entry=entry, owed_fen=owed_fen(state))
    return (undone,)


def _require_owed(state: Roll, entry: str) -> None:
    if not owed_fen(state):
        raise Refusal("nothing_owed", grant=entry)


def _require_open(entry: str, open_fen: int, amount_fen: int) -> None:
    if amount_fen > open_fen:
        raise Refusal("roll_not_overpaid", entry=entry, open_fen=open_fen, amount_fen=amount_fen)
    check_amount(amount_fen)


def _require(state: Roll, entry: str, *wanted: str) -> None:
    if not state.status:
        raise Refusal("roll_unknown", entry=entry)
    if state.status not in wanted:
        raise Refusal("roll_elsewhere", entry=entry, status=state.status, wanted=", ".join(wanted))


def require_other_hand(state: Roll, entry: str, actor: str) -> None:
    """Who took an entry in or checked it does not decide what it is paid (``roll_own_step``)."""
    if is_among(actor, state.handled_by):
        raise Refusal("roll_own_step", entry=entry, by=actor)
