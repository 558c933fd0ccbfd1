"""Four eyes (葫政发〔2019〕12号 第二十二条): what pays money out is proposed by one person and approved by another."""

from __future__ import annotations

from typing import Any

from commands.handlers.registry import COMMANDS, Work, command
from commands.schemas import collection as schemas
from ledger.refusal import Refusal
from ledger.streams import proposal as proposals

CITY = "葫政发〔2019〕12号"


@command("propose", schemas.Propose, clause=f"{CITY} 第二十二条", zh="提交待审批业务")
def propose(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Proposes a command by which money leaves; nothing moves until another actor approves it."""
    name = given["command"]
    if name not in COMMANDS or not COMMANDS[name].pays:
        raise Refusal("not_a_paying_command", command=name)
    content = {"on": given["on"].isoformat(), **given["content"]}
    load(name, content)
    key = given["proposal"]
    made = proposals.Made(effective_on=given["on"], command=name, content=content, by=work.actor)
    work.add("proposal", key, proposals.make(work.uow.state("proposal", key), key, made))
    return {"proposal": key}


@command("approve", schemas.Decide, clause=f"{CITY} 第十二、二十二条", zh="审批通过")
def approve(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Approves a proposal and carries it out in the same commit: the day of approval is the value date (即时划款)."""
    key = given["proposal"]
    state: proposals.Proposal = work.uow.state("proposal", key)
    approved = proposals.Approved(effective_on=given["on"], by=work.actor)
    work.add("proposal", key, proposals.approve(state, key, approved))
    proposed = COMMANDS[state.command]
    given = load(state.command, {**state.content, "on": given["on"]})
    return {"proposal": key, **proposed.handler(work, given)}


@command("reject", schemas.RejectProposal, clause=f"{CITY} 第十二条", zh="审批不通过")
def reject(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Rejects a proposal, with the reason that the applicant is told."""
    key = given["proposal"]
    rejected = proposals.Rejected(effective_on=given["on"], by=work.actor, reason=given["reason"])
    work.add("proposal", key, proposals.reject(work.uow.state("proposal", key), key, rejected))
    return {"proposal": key}


def load(name: str, content: dict[str, Any]) -> dict[str, Any]:
    """A command's content read by its schema; refuses ``content_invalid`` naming every field."""
    from marshmallow import ValidationError

    try:
        loaded: dict[str, Any] = COMMANDS[name].schema.load(content)
    except ValidationError as error:
        raise Refusal("content_invalid", command=name, fields=str(error.messages)) from None
    return loaded
