"""What may be done with a grant, and when it may not. The amount and the exclusions are decided by the handler."""

from __future__ import annotations

from datetime import date

from msgspec.structs import replace

from ledger.refusal import Refusal
from ledger.streams.account import check_amount
from ledger.streams.base import Event
from ledger.streams.grant import events as e
from ledger.streams.grant.queries import officer_of, owed_fen
from ledger.streams.grant.state import Grant


def apply(state: Grant, grant: str, applied: e.Applied) -> tuple[Event, ...]:
    """Takes an application in."""
    if state.status:
        raise Refusal("grant_exists", grant=grant)
    return (applied,)


def send_back(state: Grant, grant: str, sent_back: e.SentBack) -> tuple[Event, ...]:
    """Sends an application back with a reason."""
    require_status(state, grant, "applied")
    require_other_hand(state, grant, sent_back.by)
    return (sent_back,)


def correct(state: Grant, grant: str, corrected: e.Corrected) -> tuple[Event, ...]:
    """Takes a corrected application in."""
    require_status(state, grant, "sent_back")
    return (corrected,)


def review(state: Grant, grant: str, reviewed: e.Reviewed) -> tuple[Event, ...]:
    """Agrees at the stage that is due; nobody reviews his own step (``own_step``)."""
    require_status(state, grant, "applied")
    require_other_hand(state, grant, reviewed.by)
    return (reviewed,)


def publicise(
    state: Grant, grant: str, publicised: e.Publicised, days_min: int, clause: str
) -> tuple[Event, ...]:
    """Makes a reviewed grant public, for at least the days of the law."""
    require_status(state, grant, "applied")
    days = (publicised.until - publicised.effective_on).days
    if days < days_min:
        raise Refusal("publicity_too_short", clause, grant=grant, days=days, days_min=days_min)
    if state.publicised_until is not None:
        raise Refusal("already_publicised", grant=grant, until=state.publicised_until.isoformat())
    return (publicised,)


def object_to(state: Grant, grant: str, objected: e.Objected) -> tuple[Event, ...]:
    """Takes an objection in while the grant is public and not approved."""
    require_status(state, grant, "applied")
    if state.publicised_until is None or objected.effective_on > state.publicised_until:
        raise Refusal("not_in_publicity", grant=grant)
    if state.objection:
        raise Refusal("objection_open", grant=grant, ground=state.objection)
    return (objected,)


def decide_objection(state: Grant, grant: str, decided: e.ObjectionDecided) -> tuple[Event, ...]:
    """Decides an objection with a reason."""
    if not state.objection:
        raise Refusal("no_objection", grant=grant)
    return (decided,)


def reject(state: Grant, grant: str, rejected: e.Rejected) -> tuple[Event, ...]:
    """Turns an application down with a reason."""
    require_status(state, grant, "applied", "sent_back")
    require_other_hand(state, grant, rejected.by)
    return (rejected,)


def require_decidable(state: Grant, grant: str, on: date, publicity_clause: str) -> None:
    """Refuses an approval while publicity runs or is missing, and while an objection is open."""
    require_status(state, grant, "applied")
    if publicity_clause and state.publicised_until is None:
        raise Refusal("not_publicised", publicity_clause, grant=grant)
    if state.publicised_until is not None and on <= state.publicised_until:
        raise Refusal(
            "publicity_running", publicity_clause, grant=grant, until=state.publicised_until.isoformat()
        )
    if state.objection:
        raise Refusal("objection_open", grant=grant, ground=state.objection)


def approve(state: Grant, grant: str, approved: e.Approved) -> tuple[Event, ...]:
    """Approves at the amount of the rule; refuses ``grant_nothing_due`` for nothing."""
    require_status(state, grant, "applied")
    require_other_hand(state, grant, approved.by)
    if approved.amount_fen <= 0:
        raise Refusal("grant_nothing_due", str(approved.explanation.get("clause", "")), grant=grant)
    check_amount(approved.amount_fen)
    return (approved,)


def plan(state: Grant, grant: str, planned: e.Planned) -> tuple[Event, ...]:
    """Puts an approved grant into the plan."""
    require_status(state, grant, "approved", "queued")
    return (planned,)


def replan(state: Grant, grant: str, planned: e.Planned) -> tuple[Event, ...]:
    """Moves what is still to be paid of a planned grant to the budget of another year."""
    require_status(state, grant, "planned")
    return (planned,)


def queue(state: Grant, grant: str, queued: e.Queued) -> tuple[Event, ...]:
    """Lets an approved grant wait; one that waits already keeps its place."""
    require_status(state, grant, "approved", "queued")
    return (queued,) if state.status == "approved" else ()


def pay(state: Grant, grant: str, paid: e.Paid) -> tuple[Event, ...]:
    """Pays what is planned, never more than was granted."""
    require_status(state, grant, "planned")
    if state.suspended:
        raise Refusal("grant_suspended", grant=grant, reason=state.suspended)
    require_other_hand(state, grant, paid.by)
    check_amount(paid.amount_fen)
    left_fen = state.amount_fen - state.paid_fen
    if paid.amount_fen > left_fen:
        raise Refusal("grant_overpaid", grant=grant, left_fen=left_fen, amount_fen=paid.amount_fen)
    if paid.part == "advance" and state.paid_fen + paid.amount_fen > state.advance_max_fen:
        raise Refusal(
            "advance_too_large",
            grant=grant,
            advance_max_fen=state.advance_max_fen,
            amount_fen=paid.amount_fen,
        )
    if paid.part != "advance" and state.advance_max_fen and state.completed_on is None:
        raise Refusal("grant_not_completed", grant=grant)
    return (paid,)


def undo_payment(state: Grant, grant: str, undone: e.PaymentUndone) -> tuple[Event, ...]:
    """Undoes a payment with a reason, unless it was demanded back already."""
    require_status(state, grant, "planned", "paid")
    if undone.amount_fen > state.paid_fen - state.demanded_fen:
        raise Refusal(
            "demand_too_large", grant=grant, left_fen=state.paid_fen - state.demanded_fen,
            amount_fen=undone.amount_fen,
        )  # fmt: skip
    return (undone,)


def complete(state: Grant, grant: str, completed: e.Completed) -> tuple[Event, ...]:
    """Notes that what the rest of the money waits for was done."""
    require_status(state, grant, "approved", "queued", "planned")
    if state.completed_on is not None:
        raise Refusal("already_completed", grant=grant)
    return (completed,)


def confirm(state: Grant, grant: str, confirmed: e.Confirmed) -> tuple[Event, ...]:
    """Notes that the person has the money; only the beneficiary can say so."""
    if state.payee == state.beneficiary or not state.paid_fen:
        raise Refusal("nothing_to_confirm", grant=grant)
    if confirmed.person != state.beneficiary:
        raise Refusal("wrong_beneficiary", grant=grant, person=confirmed.person)
    return () if state.confirmed_on is not None else (confirmed,)


def suspend(state: Grant, grant: str, suspended: e.Suspended) -> tuple[Event, ...]:
    """Suspends a grant that is still to be paid."""
    require_status(state, grant, "approved", "queued", "planned")
    return () if state.suspended else (suspended,)


def resume(state: Grant, grant: str, resumed: e.Resumed) -> tuple[Event, ...]:
    """Lets a suspended grant go on."""
    if not state.suspended:
        raise Refusal("not_suspended", grant=grant)
    return (resumed,)


def end(state: Grant, grant: str, ended: e.Ended) -> tuple[Event, ...]:
    """Ends a grant before all was paid."""
    require_status(state, grant, "approved", "queued", "planned")
    return (ended,)


def reclaim(state: Grant, grant: str, reclaimed: e.Reclaimed) -> tuple[Event, ...]:
    """Demands money back, never more than was paid and has not been demanded yet."""
    check_amount(reclaimed.amount_fen)
    left_fen = state.paid_fen - state.demanded_fen
    if reclaimed.amount_fen > left_fen:
        raise Refusal("demand_too_large", grant=grant, left_fen=left_fen, amount_fen=reclaimed.amount_fen)
    if reclaimed.due_on < reclaimed.effective_on:
        raise Refusal("demand_due_in_past", grant=grant, due_on=reclaimed.due_on.isoformat())
    return (reclaimed,)


def agree_instalments(state: Grant, grant: str, agreed: e.InstalmentsAgreed) -> tuple[Event, ...]:
    """Agrees on parts that come to what is owed, to the fen."""
    total_fen = sum(agreed.instalments.values())
    if total_fen != owed_fen(state) or min(agreed.instalments.values(), default=0) <= 0:
        raise Refusal("instalments_differ", grant=grant, owed_fen=owed_fen(state), total_fen=total_fen)
    return (agreed,)


def repay(state: Grant, grant: str, repaid: e.Repaid) -> tuple[Event, ...]:
    """Takes money back, never more than is owed."""
    check_amount(repaid.amount_fen)
    if repaid.amount_fen > owed_fen(state):
        raise Refusal("repaid_too_much", grant=grant, owed_fen=owed_fen(state), amount_fen=repaid.amount_fen)
    return (repaid,)


def withdraw_demand(state: Grant, grant: str, withdrawn: e.DemandWithdrawn) -> tuple[Event, ...]:
    """Withdraws a demand as far as it is open."""
    _require_owed(state, grant)
    return (withdrawn,)


def refer(state: Grant, grant: str, referred: e.Referred) -> tuple[Event, ...]:
    """Hands a case in which money is owed to another body."""
    _require_owed(state, grant)
    return () if state.referred_to == referred.to else (referred,)


def require_status(state: Grant, grant: str, *statuses: str) -> None:
    """Refuses ``grant_unknown`` and ``grant_not_there_yet``."""
    if not state.status:
        raise Refusal("grant_unknown", grant=grant)
    if state.status not in statuses:
        raise Refusal("grant_elsewhere", grant=grant, status=state.status, wanted=", ".join(statuses))


def require_other_hand(state: Grant, grant: str, officer: str) -> None:
    """Nobody decides on his own step (葫政办发〔2019〕56号 第一章第九至十二条: each office reviews after the other)."""
    step = officer_of(state, officer)
    if step:
        raise Refusal("own_step", grant=grant, officer=officer, step=step)


def require_other_maker(state: Grant, grant: str, maker: str) -> None:
    """Who reviewed or approved a grant does not prepare its payment either; who took the application in may."""
    decided = replace(state, steps=tuple(step for step in state.steps if not step.startswith("applied:")))
    require_other_hand(decided, grant, maker)


def _require_owed(state: Grant, grant: str) -> None:
    if owed_fen(state) <= 0:
        raise Refusal("nothing_owed", grant=grant)
