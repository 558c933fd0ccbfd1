"""Four eyes (葫政发〔2019〕12号 第二十二条): what is proposed by one person is carried out when another approves it.

What pays money out needs two persons; any other command may be proposed as well.
"""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any, Final

from commands.handlers.registry import COMMANDS, Command, Work, command
from commands.handlers.road import carry_out, load, proposed
from commands.schemas import collection as schemas
from commands.schemas.fields import Id
from ledger.refusal import Refusal
from ledger.streams import proposal as proposals

CITY = "葫政发〔2019〕12号"
FOUR_EYES: Final = frozenset({"propose", "approve", "reject"})
"""The commands about proposals: they are not proposed themselves."""

SUBJECT_CHARACTERS: Final = 24
"""How much of an account's or a loan's id stands in an id that is made up."""


@command("propose", schemas.Propose, clause=f"{CITY} 第二十二条", zh="提交待审批业务")
def propose(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Proposes a command; nothing moves until another person approves it. Its id is made up when none is given."""
    name, on = given["command"], given["on"]
    if name not in COMMANDS:
        raise Refusal("command_unknown", command=name)
    if name in FOUR_EYES:
        raise Refusal("proposal_of_proposal", command=name)
    if "on" in given["content"]:
        raise Refusal("content_invalid", command=name, fields="on: the day of the proposal")
    content = {"on": on.isoformat(), **given["content"]}
    load(name, content)
    key = given["proposal"] or _made_up(work, COMMANDS[name], content, on)
    made = proposals.Made(effective_on=on, command=name, content=content, by=work.maker)
    work.add("proposal", key, proposals.make(work.uow.state("proposal", key), key, made))
    return {"proposal": key}


def _made_up(work: Work, proposed_command: Command, content: dict[str, Any], on: date) -> str:
    """The first id that is free, of the command, what it is about, and the day."""
    fields = proposed_command.schema.fields
    about = next((str(content[name]) for name in content if isinstance(fields.get(name), Id)), "one")
    begun = f"{proposed_command.name}-{about[:SUBJECT_CHARACTERS]}-{on:%Y%m%d}"
    found = (begun if number == 1 else f"{begun}-{number}" for number in count(1))
    return next(key for key in found if not work.uow.state("proposal", key).status)


@command("approve", schemas.Decide, clause=f"{CITY} 第十二、二十二条", zh="审批通过")
def approve(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Approves a proposal and carries it out in the same commit: the day of approval is the value date (即时划款)."""
    key = given["proposal"]
    state: proposals.Proposal = work.uow.state("proposal", key)
    approved = proposals.Approved(effective_on=given["on"], by=work.approver)
    work.add("proposal", key, proposals.approve(state, key, approved))
    return {"proposal": key, **carry_out(work, *proposed(state, given))}


@command("reject", schemas.RejectProposal, clause=f"{CITY} 第十二条", zh="审批不通过")
def reject(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Rejects a proposal, with the reason that the applicant is told."""
    key = given["proposal"]
    rejected = proposals.Rejected(effective_on=given["on"], by=work.actor, reason=given["reason"])
    work.add("proposal", key, proposals.reject(work.uow.state("proposal", key), key, rejected))
    return {"proposal": key}
