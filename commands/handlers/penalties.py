"""Orders and fines on employers (葫政发〔2019〕12号 第二十六条): the centre orders, a body with authority fines."""

from __future__ import annotations

from datetime import date
from typing import Any

from commands.handlers.employers import owed
from commands.handlers.registry import Work, command
from commands.law import explanation
from commands.schemas import enforcement as schemas
from ledger.dates import days_after, working_days_after
from ledger.policy.rules import Outcome
from ledger.refusal import Refusal
from ledger.streams import penalty as penalties
from ledger.streams.base import Event
from ledger.streams.penalty import Penalty

CITY = "葫政发〔2019〕12号"
CLAUSE = f"{CITY} 第二十六条"


@command("order_correction", schemas.OrderCorrection, clause=CLAUSE, zh="责令限期办理")
def order_correction(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Orders an employer to put a violation right by a day; for arrears with the amount that is owed on it."""
    employer, on = given["employer"], given["on"]
    state = work.employer(employer)
    if not state.status and given["violation"] != "unregistered":
        raise Refusal("employer_unknown", employer=employer)
    short_fen = 0
    if given["violation"] in ("unpaid", "underpaid"):
        short_fen = sum(fen for _, _, fen in owed(work.law, state, work.accounts_of(employer), on))
        if not short_fen:
            raise Refusal("employer_owes_nothing", employer=employer)
    ordered = penalties.CorrectionOrdered(
        effective_on=on,
        employer=employer,
        violation=given["violation"],
        facts_on=given["facts_on"],
        evidence=given["evidence"],
        document=given["document"],
        due_on=given["due_on"],
        short_fen=short_fen,
    )
    return _add(work, given, penalties.order_correction(_of(work, given), given["penalty"], ordered))


@command("record_correction", schemas.RecordCorrection, clause=CLAUSE, zh="责令事项已办理")
def record_correction(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Takes note that the employer did what it was ordered to do."""
    corrected = penalties.Corrected(effective_on=given["on"], evidence=given["evidence"])
    return _add(work, given, penalties.correct(_of(work, given), given["penalty"], corrected))


@command("propose_penalty", schemas.ProposePenalty, clause=CLAUSE, zh="拟处罚")
def propose_penalty(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Proposes a fine for an order that was not obeyed, by a body whose authority is on record."""
    state = _of(work, given)
    authority = _require_authority(work, given)
    proposed = penalties.Proposed(
        effective_on=given["on"],
        body=given["body"],
        amount_fen=given["amount"],
        explanation=explanation(authority),
    )
    bounds = _bounds(work, state, given["on"])
    return _add(work, given, penalties.propose(state, given["penalty"], proposed, bounds))


@command("tell_penalty", schemas.WithDocument, clause="中华人民共和国行政处罚法", zh="处罚事先告知")
def tell_penalty(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Tells the employer of the proposed fine: its days to ask for a hearing run."""
    days = work.law.value("hearing_request_days", given["on"])
    told = penalties.Told(
        effective_on=given["on"],
        document=given["document"],
        hearing_until=working_days_after(given["on"], days),
    )
    return _add(work, given, penalties.tell(_of(work, given), given["penalty"], told))


@command("ask_hearing", schemas.OfPenalty, clause="中华人民共和国行政处罚法", zh="要求听证")
def ask_hearing(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Takes the employer's wish to be heard, in time."""
    asked = penalties.HearingAsked(effective_on=given["on"])
    return _add(work, given, penalties.ask_hearing(_of(work, given), given["penalty"], asked))


@command("hold_hearing", schemas.WithDocument, clause="中华人民共和国行政处罚法", zh="听证")
def hold_hearing(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Records the hearing with its minutes."""
    heard = penalties.Heard(effective_on=given["on"], document=given["document"])
    return _add(work, given, penalties.hear(_of(work, given), given["penalty"], heard))


@command("decide_penalty", schemas.DecidePenalty, clause=CLAUSE, zh="行政处罚决定")
def decide_penalty(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Decides the fine, no heavier than proposed, by a body whose authority stands on this day."""
    state, on = _of(work, given), given["on"]
    authority = _require_authority(work, given)
    decided = penalties.Decided(
        effective_on=on,
        document=given["document"],
        amount_fen=given["amount"],
        pay_by=days_after(on, work.law.value("fine_payment_days", on)),
        explanation=explanation(authority),
    )
    least_fen, _ = _bounds(work, state, on)
    return _add(work, given, penalties.decide(state, given["penalty"], decided, least_fen))


@command("record_penalty_payment", schemas.PayPenalty, clause=CLAUSE, zh="罚款缴入国库登记")
def record_penalty_payment(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Takes note of what the employer paid to the treasury; it is no money of the fund."""
    state = _of(work, given)
    paid = penalties.Paid(
        effective_on=given["on"],
        amount_fen=given["amount"],
        reference=given["reference"],
        settled=given["amount"] == state.amount_fen - state.paid_fen,
    )
    again = work.booked_before("penalty", given["penalty"], paid)
    return _add(work, given, () if again else penalties.pay(state, given["penalty"], paid))


@command("withdraw_penalty", schemas.WithdrawPenalty, clause=CLAUSE, zh="撤销责令或处罚")
def withdraw_penalty(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Withdraws an order with its fine, for a reason."""
    withdrawn = penalties.Withdrawn(
        effective_on=given["on"], document=given["document"], reason=given["reason"]
    )
    return _add(work, given, penalties.withdraw(_of(work, given), given["penalty"], withdrawn))


def _require_authority(work: Work, given: dict[str, Any]) -> Outcome:
    """Refuses a body that does not stand in the city's list of enforcement bodies (葫政告字〔2019〕2号)."""
    outcome = work.law.decide("penalty_authority", given["on"], body=given["body"])
    if not outcome.values["listed"]:
        raise Refusal("penalty_authority_missing", outcome.clause, body=given["body"])
    return outcome


def _bounds(work: Work, state: Penalty, on: date) -> tuple[int, int]:
    """The least and the highest fine by the law of the day of the facts."""
    outcome = work.law.decide("employer_fine", on, facts_on=state.facts_on or on)
    return outcome.values["least_fen"], outcome.values["most_fen"]


def _of(work: Work, given: dict[str, Any]) -> Penalty:
    state: Penalty = work.uow.state("penalty", given["penalty"])
    return state


def _add(work: Work, given: dict[str, Any], events: tuple[Event, ...]) -> dict[str, Any]:
    after: Penalty = work.add("penalty", given["penalty"], events)
    return {"penalty": given["penalty"], "status": after.status}
