"""Remedies against decisions (葫政发〔2019〕12号 第二十九条): notice, objection, review, suit, enforcement by the court.

What is annulled is corrected in the same commit: an entry of conduct as the mistake that it was, an order or a fine by
its withdrawal.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from commands.handlers.registry import Work, command
from commands.law import explanation
from commands.schemas import enforcement as schemas
from ledger.dates import days_after, months_after
from ledger.deadlines import of_party
from ledger.refusal import Refusal
from ledger.streams import penalty as penalties
from ledger.streams import person as conduct
from ledger.streams import remedy as remedies
from ledger.streams.base import Event
from ledger.streams.remedy import Remedy

CITY = "葫政发〔2019〕12号"
CLAUSE = f"{CITY} 第二十九条"


@command("notify_decision", schemas.NotifyDecision, clause=CLAUSE, zh="决定送达")
def notify_decision(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Serves a decision on a case of a person, or an order or fine on an employer: the windows open."""
    decision, person, on = given["decision"], given["person"], given["on"]
    if person:
        conduct.find_case(work.uow.state("person", person), person, decision)
    elif not work.uow.state("penalty", decision).status:
        raise Refusal("penalty_unknown", penalty=decision)
    outcome = work.law.decide("objection_window", on, notified_on=on)
    review_until, suit_until = outcome.values["review_until"], outcome.values["suit_until"]
    months = work.law.value("enforcement_application_months", on)
    notified = remedies.DecisionNotified(
        effective_on=on,
        against="person" if person else "penalty",
        subject=person or decision,
        document=given["document"],
        review_until=review_until,
        suit_until=suit_until,
        enforce_until=_enforce_until(max(review_until, suit_until), months),
        explanation=explanation(outcome),
    )
    after = _add(work, given, remedies.notify(_of(work, given), decision, notified))
    return after | {"review_until": str(review_until), "suit_until": str(suit_until)}


@command("file_objection", schemas.OfDecision, clause=CLAUSE, zh="提出异议")
def file_objection(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Takes a person's objection at the centre, which answers within its own days."""
    days = work.law.value("objection_answer_days", given["on"])
    raised = remedies.ObjectionRaised(
        effective_on=given["on"], document=given["document"], answer_by=days_after(given["on"], days)
    )
    return _add(work, given, remedies.object_to(_of(work, given), given["decision"], raised))


@command("answer_objection", schemas.WithOutcome, clause=CLAUSE, zh="异议答复")
def answer_objection(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Answers an objection; what is annulled is corrected at once."""
    decided = remedies.ObjectionDecided(
        effective_on=given["on"], document=given["document"], outcome=given["outcome"]
    )
    return _settle(work, given, remedies.decide_objection(_of(work, given), given["decision"], decided))


@command("file_review", schemas.OfDecision, clause=CLAUSE, zh="申请行政复议")
def file_review(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Records that review was sought, within its days."""
    filed = remedies.ReviewFiled(effective_on=given["on"], document=given["document"])
    return _add(work, given, remedies.file_review(_of(work, given), given["decision"], filed))


@command("decide_review", schemas.WithOutcome, clause=CLAUSE, zh="行政复议决定")
def decide_review(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Takes the outcome of a review: the days for a suit against it run from here."""
    on = given["on"]
    suit_until = days_after(on, work.law.value("suit_after_review_days", on))
    months = work.law.value("enforcement_application_months", on)
    decided = remedies.ReviewDecided(
        effective_on=on,
        document=given["document"],
        outcome=given["outcome"],
        suit_until=suit_until,
        enforce_until=_enforce_until(suit_until, months),
    )
    return _settle(work, given, remedies.decide_review(_of(work, given), given["decision"], decided))


@command("file_suit", schemas.OfDecision, clause=CLAUSE, zh="提起行政诉讼")
def file_suit(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Records that a suit was brought, within its days."""
    filed = remedies.SuitFiled(effective_on=given["on"], document=given["document"])
    return _add(work, given, remedies.file_suit(_of(work, given), given["decision"], filed))


@command("decide_suit", schemas.WithOutcome, clause=CLAUSE, zh="行政诉讼判决")
def decide_suit(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Takes the judgment."""
    decided = remedies.SuitDecided(
        effective_on=given["on"], document=given["document"], outcome=given["outcome"]
    )
    return _settle(work, given, remedies.decide_suit(_of(work, given), given["decision"], decided))


@command("apply_enforcement", schemas.ApplyEnforcement, clause=f"{CLAUSE}第二款", zh="申请法院强制执行")
def apply_enforcement(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Asks the court to enforce what was not obeyed, when no remedy is left and something is."""
    state = _of(work, given)
    applied = remedies.EnforcementApplied(
        effective_on=given["on"], court=given["court"], document=given["document"]
    )
    events = remedies.apply_enforcement(state, given["decision"], applied)
    if events and _obeyed(work, state, given["decision"]):
        raise Refusal("nothing_to_enforce", decision=given["decision"])
    return _add(work, given, events)


@command("end_enforcement", schemas.EndEnforcement, clause=f"{CLAUSE}第二款", zh="强制执行结果")
def end_enforcement(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Takes what came of the court's enforcement."""
    ended = remedies.EnforcementEnded(
        effective_on=given["on"], document=given["document"], outcome=given["outcome"]
    )
    return _add(work, given, remedies.end_enforcement(_of(work, given), given["decision"], ended))


def _obeyed(work: Work, state: Remedy, decision: str) -> bool:
    if state.against == "penalty":
        return penalties.is_obeyed(work.uow.state("penalty", decision))
    record: conduct.Conduct = work.uow.state("person", state.subject)
    return not conduct.find_case(record, state.subject, decision).open_fen


def _settle(work: Work, given: dict[str, Any], events: tuple[Event, ...]) -> dict[str, Any]:
    """Adds an outcome, and corrects the decision where it was annulled."""
    decision, on = given["decision"], given["on"]
    state = _of(work, given)
    result = _add(work, given, events)
    if not events or given["outcome"] != "annulled":
        return result
    reason = f"{given['document']} 撤销"
    if state.against == "penalty":
        gone = penalties.Withdrawn(effective_on=on, document=given["document"], reason=reason)
        order: penalties.Penalty = work.uow.state("penalty", decision)
        work.add("penalty", decision, penalties.withdraw(order, decision, gone))
        return result
    record: conduct.Conduct = work.uow.state("person", state.subject)
    if any(one.case == decision and one.corrected_on for one in record.cases):
        return result  # the centre had corrected it by itself
    corrected = conduct.correct(record, state.subject, decision, given["document"], reason, on)
    work.add("person", state.subject, corrected)
    return result


def _of(work: Work, given: dict[str, Any]) -> Remedy:
    state: Remedy = work.uow.state("remedy", given["decision"])
    return state


def _add(work: Work, given: dict[str, Any], events: tuple[Event, ...]) -> dict[str, Any]:
    after: Remedy = work.add("remedy", given["decision"], events)
    return {
        "decision": given["decision"],
        **{name: getattr(after, name) for name in ("objection", "review", "suit", "enforcement")},
    }


def _enforce_until(window_end: date, months: int) -> date:
    """The centre's own months, from the end of the last window (期限届满之日起, 行政强制法 第五十三条).

    While the calendar of that day is not published they run from the day counted, which is never later.
    """
    return months_after(of_party(window_end).last_day_shown, months)
