"""How an event changes a grant. Total: it never refuses and never looks at the clock."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from ledger.streams.base import Event, Stream
from ledger.streams.grant import events as e
from ledger.streams.grant.state import Grant


def evolve(state: Grant, event: Event) -> Grant:
    """The state after an event."""
    if isinstance(event, e.Applied):
        return Grant(
            status="applied",
            programme=event.programme,
            beneficiary=event.beneficiary,
            payee=event.payee,
            area=event.area,
            period=event.period,
            months=event.months,
            project=event.project,
            facts=event.facts,
            documents=event.documents,
            filed_on=event.effective_on,
            since=event.effective_on,
            steps=(f"applied:{event.by}",),
        )
    return _owed_back(_paid_out(_on_its_way(state, event), event), event)


def _on_its_way(state: Grant, event: Event) -> Grant:
    """From the application to the plan."""
    on = event.effective_on
    match event:
        case e.SentBack():
            return replace(state, status="sent_back", since=on, stage=0, steps=(), publicised_until=None)
        case e.Corrected():
            return replace(
                state, status="applied", since=on, facts=event.facts, documents=event.documents,
                steps=(f"applied:{event.by}",), months=event.months or state.months,
            )  # fmt: skip
        case e.Reviewed():
            return replace(state, since=on, stage=state.stage + 1, steps=_step(state, event.stage, event.by))
        case e.Publicised():
            return replace(state, publicised_until=event.until)
        case e.Objected():
            return replace(state, objection=event.ground)
        case e.ObjectionDecided():
            status = "cancelled" if event.upheld else state.status
            return replace(state, objection="", status=status, since=on if event.upheld else state.since)
        case e.Rejected():
            return replace(state, status="rejected", since=on)
        case e.Approved():
            return replace(
                state, status="approved", since=on, amount_fen=event.amount_fen, parts=event.parts,
                advance_max_fen=event.advance_max_fen, steps=_step(state, "approved", event.by),
            )  # fmt: skip
        case e.Queued():
            return replace(state, status="queued", since=on, rank=event.rank)
        case e.Planned():
            return replace(state, status="planned", since=on, budgets=event.budgets)
        case _:
            return state


def _paid_out(state: Grant, event: Event) -> Grant:
    """From the payment to its end."""
    on = event.effective_on
    match event:
        case e.Paid():
            paid_fen = state.paid_fen + event.amount_fen
            status = "paid" if paid_fen == state.amount_fen else "planned"
            return replace(state, status=status, since=on, paid_fen=paid_fen)
        case e.PaymentUndone():
            return replace(state, status="planned", since=on, paid_fen=state.paid_fen - event.amount_fen)
        case e.Completed():
            return replace(state, completed_on=on, steps=_step(state, "completed", event.by))
        case e.Confirmed():
            return replace(state, confirmed_on=on)
        case e.Suspended():
            return replace(state, suspended=event.reason)
        case e.Resumed():
            return replace(state, suspended="")
        case e.Ended():
            return replace(state, status="ended", since=on, suspended="")
        case _:
            return state


def _owed_back(state: Grant, event: Event) -> Grant:
    """Recovery."""
    match event:
        case e.Reclaimed():
            return replace(
                state, demanded_fen=state.demanded_fen + event.amount_fen, due_on=event.due_on, instalments={}
            )
        case e.InstalmentsAgreed():
            return replace(state, instalments=event.instalments)
        case e.Repaid():
            return replace(state, repaid_fen=state.repaid_fen + event.amount_fen)
        case e.DemandWithdrawn():
            return replace(state, demanded_fen=state.demanded_fen - event.amount_fen)
        case e.Referred():
            return replace(state, referred_to=event.to)
        case _:
            return state


def _step(state: Grant, step: str, by: str) -> tuple[str, ...]:
    return (*state.steps, f"{step}:{by}")


GRANTS: Final = Stream("grant", Grant(), evolve)
