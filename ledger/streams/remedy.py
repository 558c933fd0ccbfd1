"""Remedies against a decision (救济): notice, objection, administrative review, suit, and the court's enforcement.

葫政发〔2019〕12号 第二十九条. The key is the decision: a case of a person's conduct, or an order or fine on an employer.
Its days run from the notice, which is itself not counted. What the review or the court annuls is corrected where it stands;
who neither obeys nor seeks a remedy in time may be enforced against by the court, and not a day sooner.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from ledger.deadlines import of_party
from ledger.refusal import Refusal
from ledger.streams.base import Event, Stream, event

# ---------------------------------------------------------------- events


@event("remedy.decision_notified")
class DecisionNotified(Event, frozen=True):
    """The decision was served (送达): the days for review and suit run, and then those of the centre itself."""

    against: str
    subject: str
    document: str
    review_until: date
    suit_until: date
    enforce_until: date
    explanation: dict[str, Any]


@event("remedy.objection_raised")
class ObjectionRaised(Event, frozen=True):
    """The person objected at the centre (异议): it answers by ``answer_by``."""

    document: str
    answer_by: date


@event("remedy.objection_decided")
class ObjectionDecided(Event, frozen=True):
    """The centre answered the objection: the decision is ``upheld`` or ``annulled``."""

    document: str
    outcome: str


@event("remedy.review_filed")
class ReviewFiled(Event, frozen=True):
    """Administrative review was sought (行政复议)."""

    document: str


@event("remedy.review_decided")
class ReviewDecided(Event, frozen=True):
    """The review came to an end: ``upheld`` or ``annulled``; a suit against it may be brought until ``suit_until``."""

    document: str
    outcome: str
    suit_until: date
    enforce_until: date


@event("remedy.suit_filed")
class SuitFiled(Event, frozen=True):
    """A suit was brought (行政诉讼)."""

    document: str


@event("remedy.suit_decided")
class SuitDecided(Event, frozen=True):
    """The court decided: ``upheld`` or ``annulled``."""

    document: str
    outcome: str


@event("remedy.enforcement_applied")
class EnforcementApplied(Event, frozen=True):
    """The centre asked the court to enforce (申请人民法院强制执行)."""

    court: str
    document: str


@event("remedy.enforcement_ended")
class EnforcementEnded(Event, frozen=True):
    """The court's enforcement ended: ``done`` or ``rejected``."""

    document: str
    outcome: str


# ---------------------------------------------------------------- state


class Remedy(msgspec.Struct, frozen=True):
    """Where the remedies against a decision stand; each is empty, ``pending``, or its outcome."""

    against: str = ""
    subject: str = ""
    objection: str = ""
    review: str = ""
    suit: str = ""
    enforcement: str = ""
    review_until: date | None = None
    suit_until: date | None = None
    enforce_until: date | None = None


# ---------------------------------------------------------------- evolve


def evolve(state: Remedy, event: Event) -> Remedy:
    """The state after an event. Total."""
    match event:
        case DecisionNotified():
            return Remedy(
                event.against,
                event.subject,
                review_until=event.review_until,
                suit_until=event.suit_until,
                enforce_until=event.enforce_until,
            )
        case ObjectionRaised():
            return replace(state, objection="pending")
        case ObjectionDecided():
            return replace(state, objection=event.outcome)
        case ReviewFiled():
            return replace(state, review="pending")
        case ReviewDecided():
            until = {"suit_until": event.suit_until, "enforce_until": event.enforce_until}
            return replace(state, review=event.outcome, **until)
        case SuitFiled():
            return replace(state, suit="pending")
        case SuitDecided():
            return replace(state, suit=event.outcome)
        case EnforcementApplied():
            return replace(state, enforcement="pending")
        case EnforcementEnded():
            return replace(state, enforcement=event.outcome)
        case _:
            return state


REMEDIES: Final = Stream("remedy", Remedy(), evolve)


# ---------------------------------------------------------------- decisions


def notify(state: Remedy, decision: str, notified: DecisionNotified) -> tuple[Event, ...]:
    """Serves a decision, once."""
    if not state.against:
        return (notified,)
    if (state.against, state.subject) != (notified.against, notified.subject):
        raise Refusal("decision_of_another", decision=decision, subject=state.subject)
    return ()


def object_to(state: Remedy, decision: str, raised: ObjectionRaised) -> tuple[Event, ...]:
    """Raises an objection at the centre."""
    _require_standing(state, decision)
    if state.objection:
        return () if state.objection == "pending" else _already("objection", decision)
    return (raised,)


def decide_objection(state: Remedy, decision: str, decided: ObjectionDecided) -> tuple[Event, ...]:
    """Answers the objection."""
    return _decide(state, decision, "objection", decided.outcome, decided)


def file_review(state: Remedy, decision: str, filed: ReviewFiled) -> tuple[Event, ...]:
    """Seeks review within its days, before any suit; refuses ``remedy_too_late``."""
    _require_standing(state, decision)
    if state.review == "pending":
        return ()
    if state.review or state.suit:
        _already("review", decision)
    _require_in_time(decision, filed.effective_on, state.review_until)
    return (filed,)


def decide_review(state: Remedy, decision: str, decided: ReviewDecided) -> tuple[Event, ...]:
    """Takes the outcome of the review."""
    return _decide(state, decision, "review", decided.outcome, decided)


def file_suit(state: Remedy, decision: str, filed: SuitFiled) -> tuple[Event, ...]:
    """Brings a suit within its days; while a review is pending there is none (行政诉讼法 第四十四条)."""
    _require_standing(state, decision)
    if state.suit == "pending":
        return ()
    if state.suit:
        _already("suit", decision)
    if state.review == "pending":
        raise Refusal("remedy_pending", decision=decision, what="review")
    _require_in_time(decision, filed.effective_on, state.suit_until)
    return (filed,)


def decide_suit(state: Remedy, decision: str, decided: SuitDecided) -> tuple[Event, ...]:
    """Takes the judgment."""
    return _decide(state, decision, "suit", decided.outcome, decided)


def apply_enforcement(state: Remedy, decision: str, applied: EnforcementApplied) -> tuple[Event, ...]:
    """Asks the court to enforce: when every window is over or a suit has failed, and not after the centre's own days.

    Refuses ``remedy_pending``, ``remedy_window_open`` and ``enforcement_too_late``.
    """
    _require_standing(state, decision)
    if state.enforcement == "pending":
        return ()
    pending = [name for name in ("review", "suit") if getattr(state, name) == "pending"]
    if pending:
        raise Refusal("remedy_pending", decision=decision, what=pending[0])
    last = windows_end(state)
    if not state.suit and last is not None and not of_party(last).is_over(applied.effective_on):
        raise Refusal(
            "remedy_window_open", decision=decision, until=of_party(last).last_day_shown.isoformat()
        )
    if state.enforce_until is not None and not state.suit:
        own = of_party(state.enforce_until)
        if own.is_over(applied.effective_on):
            raise Refusal("enforcement_too_late", decision=decision, until=own.last_day_shown.isoformat())
    return (applied,)


def end_enforcement(state: Remedy, decision: str, ended: EnforcementEnded) -> tuple[Event, ...]:
    """Takes what the court made of it."""
    if state.enforcement == ended.outcome:
        return ()
    if state.enforcement != "pending":
        raise Refusal("remedy_not_pending", decision=decision, what="enforcement")
    return (ended,)


def _decide(state: Remedy, decision: str, what: str, outcome: str, decided: Event) -> tuple[Event, ...]:
    if getattr(state, what) == outcome:
        return ()
    if getattr(state, what) != "pending":
        raise Refusal("remedy_not_pending", decision=decision, what=what)
    return (decided,)


def _already(what: str, decision: str) -> tuple[Event, ...]:
    raise Refusal("remedy_had", decision=decision, what=what)


def _require_standing(state: Remedy, decision: str) -> None:
    if not state.against:
        raise Refusal("decision_not_notified", decision=decision)
    if is_annulled(state):
        raise Refusal("decision_annulled", decision=decision)


def _require_in_time(decision: str, on: date, until: date | None) -> None:
    if until is not None and of_party(until).is_over(on):
        raise Refusal("remedy_too_late", decision=decision, until=of_party(until).last_day_shown.isoformat())


# ---------------------------------------------------------------- queries


def is_annulled(state: Remedy) -> bool:
    """Whether the decision fell."""
    return "annulled" in (state.objection, state.review, state.suit)


def windows_end(state: Remedy) -> date | None:
    """The day counted to which a remedy can still be sought; after a review only the suit is left."""
    days = [state.suit_until] if state.review else [state.review_until, state.suit_until]
    return max((day for day in days if day), default=None)
