"""The proposal (四眼原则): what moves money out is proposed by one actor and approved by another.

葫政发〔2019〕12号 第二十二条: cross-review; nobody approves his own step.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec.structs import replace

from ledger.dates import parse_day
from ledger.names import same_person
from ledger.refusal import Refusal
from ledger.streams.base import Event, Stream, event

# ---------------------------------------------------------------- events


@event("proposal.made")
class Made(Event, frozen=True):
    """A command was proposed, with its whole content; nothing has moved yet."""

    command: str
    content: dict[str, Any]
    by: str


@event("proposal.approved")
class Approved(Event, frozen=True):
    """The proposal was approved by another actor and carried out in the same commit."""

    by: str


@event("proposal.rejected")
class Rejected(Event, frozen=True):
    """The proposal was rejected, with a reason."""

    by: str
    reason: str


# ---------------------------------------------------------------- state


class Proposal(msgspec.Struct, frozen=True):
    """What was proposed, by whom, and whether it is still open."""

    status: str = ""
    command: str = ""
    content: dict[str, Any] = {}
    proposer: str = ""


# ---------------------------------------------------------------- evolve


def evolve(state: Proposal, event: Event) -> Proposal:
    """The state after an event. Total."""
    match event:
        case Made():
            return Proposal("open", event.command, event.content, event.by)
        case Approved():
            return replace(state, status="approved")
        case Rejected():
            return replace(state, status="rejected")
        case _:
            return state


PROPOSALS: Final = Stream("proposal", Proposal(), evolve)


# ---------------------------------------------------------------- decisions


def make(state: Proposal, proposal: str, made: Made) -> tuple[Event, ...]:
    """Proposes a command."""
    if state.status:
        raise Refusal("proposal_exists", proposal=proposal)
    return (made,)


def approve(state: Proposal, proposal: str, approved: Approved) -> tuple[Event, ...]:
    """Approves a proposal; its proposer may not (第二十二条), and not for a day before the one that he proposed."""
    _require_open(state, proposal)
    require_two(state.proposer, approved.by)
    proposed_on = state.content["on"]
    if approved.effective_on < parse_day(proposed_on):
        raise Refusal(
            "approval_before_proposal", proposal=proposal, on=approved.effective_on.isoformat(),
            proposed_on=proposed_on,
        )  # fmt: skip
    return (approved,)


def reject(state: Proposal, proposal: str, rejected: Rejected) -> tuple[Event, ...]:
    """Rejects a proposal with a reason (第十二条: the applicant is told why)."""
    _require_open(state, proposal)
    return (rejected,)


def _require_open(state: Proposal, proposal: str) -> None:
    if not state.status:
        raise Refusal("proposal_unknown", proposal=proposal)
    if state.status != "open":
        raise Refusal("proposal_settled", proposal=proposal, status=state.status)


# ---------------------------------------------------------------- queries


def require_two(maker: str, approver: str, line: str = "provident propose --help") -> None:
    """Refuses ``second_person_needed`` without an approver and ``same_person`` with the maker as approver.

    ``line`` is what the maker types to propose it.
    """
    if not approver:
        raise Refusal("second_person_needed", actor=maker, line=line)
    if same_person(maker, approver):
        raise Refusal("same_person", actor=maker)
