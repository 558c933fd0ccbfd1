"""The one road of a command inside a unit of work, whether a person asked for it or another approved it.

葫政发〔2019〕12号 第二十二条. What is asked of a direct command is asked of an approved one: the value date, the two
persons, and all that its handler asks. What has to happen before the unit of work is the desk's, for both alike.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from marshmallow import ValidationError
from sqlalchemy import Connection

from commands.handlers.registry import COMMANDS, Command, Work
from ledger.refusal import Refusal
from ledger.streams.proposal import Proposal
from projections.registers import REGISTERS


class Deed(NamedTuple):
    """What a request comes to: a command with its content as it was read, who made it and who approved it."""

    command: Command
    given: dict[str, Any]
    maker: str
    approver: str


def load(name: str, content: dict[str, Any]) -> dict[str, Any]:
    """A command's content read by its schema; refuses ``content_invalid`` naming every field."""
    try:
        loaded: dict[str, Any] = COMMANDS[name].schema.load(content)
    except ValidationError as error:
        raise Refusal("content_invalid", command=name, fields=str(error.messages)) from None
    return loaded


def carry_out(work: Work, command: Command, given: dict[str, Any]) -> dict[str, Any]:
    """Carries a command out; refuses ``value_date_in_future``, and what pays without two persons."""
    if given["on"] > work.known_on:
        raise Refusal("value_date_in_future", on=given["on"].isoformat(), today=work.known_on.isoformat())
    if command.pays:
        work.require_two(command, given)
    return command.handler(work, given)


def proposed(state: Proposal, approval: dict[str, Any]) -> tuple[Command, dict[str, Any]]:
    """The command of a proposal, its value date being the day of its approval (即时划款)."""
    command = COMMANDS[state.command]
    return command, load(command.name, {**state.content, "on": approval["on"]})


def approved_deed(connection: Connection, given: dict[str, Any], actor: str) -> Deed:
    """What the approval of a proposal comes to: the command that was proposed, of one that is not open the approval."""
    found = REGISTERS["proposal"].read(connection, [given["proposal"]])
    state: Proposal = found[given["proposal"]][1] if found else Proposal()
    if state.status != "open":
        return Deed(COMMANDS["approve"], given, state.proposer, actor)
    return Deed(*proposed(state, given), state.proposer, actor)
