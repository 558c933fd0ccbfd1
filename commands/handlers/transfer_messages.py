"""Messages of the national transfer platform as they come in (BDC901, 903, 904, 905).

A message that repeats, comes out of order or too late is no error: it changes nothing, and the answer says so.
"""

from __future__ import annotations

from typing import Any

from commands.handlers.registry import Work, command
from commands.handlers.transfers import CLAUSE, letter_of, within
from commands.schemas import transfers as schemas
from ledger.refusal import Refusal
from ledger.streams import transfer as transfers
from ledger.streams.base import Event
from ledger.streams.transfer import Transfer


@command("transfer_message", schemas.TakeMessage, clause=CLAUSE, zh="接收转移接续平台报文")
def transfer_message(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Takes a message of the other centre; one that repeats or comes out of order changes nothing."""
    letter = given["letter"]
    if not transfers.is_letter(letter):
        raise Refusal("letter_malformed", letter=letter)
    own = work.law.value("centre_code", given["on"])
    if given["to_centre"] != own:
        raise Refusal("message_for_another", letter=letter, to_centre=given["to_centre"], own=own)
    state = letter_of(work, letter)
    if not state.status and (given["message"], given["kind"]) != ("BDC901", 0):
        raise Refusal("letter_unknown", letter=letter)
    if state.status and state.centre != given["from_centre"]:
        raise Refusal("message_from_another", letter=letter, from_centre=given["from_centre"])
    taken = _MESSAGES[given["message"]](work, state, given)
    after: Transfer = work.add("transfer", letter, taken)
    return {"letter": letter, "status": after.status, "changed": bool(taken)}


def _letter(work: Work, state: Transfer, given: dict[str, Any]) -> tuple[Event, ...]:
    """BDC901: 0 the letter itself, to us as the sending centre; 1 its confirmation, to us as the receiving one."""
    on = given["on"]
    if given["kind"] == 1:
        if state.direction != "in":
            return ()
        due_on = within(work, "transfer_sending_working_days", on)
        return transfers.confirm(state, transfers.LetterConfirmed(effective_on=on, due_on=due_on))
    if not given["letter"].startswith(given["from_centre"]) or not given["account"]:
        raise Refusal("letter_malformed", letter=given["letter"])
    received = transfers.LetterReceived(
        effective_on=on,
        account=given["account"],
        person=given["person"] or work.account(given["account"]).person,
        centre=given["from_centre"],
        account_there=given["account_there"],
    )
    return transfers.take_letter(state, received)


def _cancel(work: Work, state: Transfer, given: dict[str, Any]) -> tuple[Event, ...]:
    """BDC903: 0 asks us as the sending centre, 1 answers us as the receiving one."""
    fits = state.direction == ("in" if given["kind"] == 1 else "out")
    return transfers.cancel(state, transfers.Cancelled(effective_on=given["on"])) if fits else ()


def _progress(work: Work, state: Transfer, given: dict[str, Any]) -> tuple[Event, ...]:
    """BDC904: a question; the answer is every message of the letter once more (``provident transfers send``)."""
    return ()


def _account(work: Work, state: Transfer, given: dict[str, Any]) -> tuple[Event, ...]:
    """BDC905: information, refusal, negotiation, amendment, completion, failure."""
    on, reason = given["on"], given["reason"] or "—"
    if state.direction == "in":
        if given["kind"] == 0 and given["result"] == 1:
            return transfers.refuse(state, transfers.Refused(effective_on=on, reason=reason))
        return _informed(work, state, given) if given["kind"] in (0, 1) and not given["result"] else ()
    if state.direction != "out" or given["kind"] == 0:
        return ()
    if given["kind"] == 1:
        opened = transfers.NegotiationOpened(effective_on=on, round=_asked_in(state, given), reason=reason)
        return transfers.negotiate(state, opened)
    if given["result"] == 1:
        return transfers.fail(state, transfers.Failed(effective_on=on, reason=reason))
    completed = transfers.Completed(effective_on=on, status="20" if state.rounds else "00")
    return transfers.complete(state, completed) if given["result"] == 0 else ()


def _asked_in(state: Transfer, given: dict[str, Any]) -> int:
    return state.rounds + 1 if given["round"] is None else int(given["round"])


def _answered_in(state: Transfer, given: dict[str, Any]) -> int:
    return state.rounds if given["round"] is None else int(given["round"])


def _informed(work: Work, state: Transfer, given: dict[str, Any]) -> tuple[Event, ...]:
    said = given["information"]
    if said is None:
        raise Refusal("information_missing", letter=given["letter"])
    on = given["on"]
    facts = {name: value for name, value in said.items() if name not in ("principal", "interest")}
    facts |= {"principal_fen": said["principal"], "interest_fen": said["interest"]}
    agree = sum(state.receipts.values()) == said["principal"] + said["interest"]
    book_by = within(work, "transfer_booking_working_days", on) if agree else None
    # A centre that does not count rounds answers a negotiation by its information once more.
    if given["kind"] == 1 or (state.status == "06" and given["round"] is None):
        amended = transfers.InformationAmended(
            effective_on=on, round=_answered_in(state, given), book_by=book_by, **facts
        )
        return transfers.amend(state, amended)
    return transfers.inform(state, transfers.InformationGiven(effective_on=on, book_by=book_by, **facts))


_MESSAGES = {"BDC901": _letter, "BDC903": _cancel, "BDC904": _progress, "BDC905": _account}
