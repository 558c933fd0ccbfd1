"""Schemas of the commands about orders, fines and remedies (葫政发〔2019〕12号 第二十六、二十九条)."""

from __future__ import annotations

from marshmallow import fields, validate

from commands.schemas.collection import Dated
from commands.schemas.fields import Day, Id, Money, PersonId, Words
from ledger.streams.penalty import VIOLATIONS

_OUTCOME = validate.OneOf(["upheld", "annulled"])


class OfPenalty(Dated):
    penalty = Id(required=True)


class OrderCorrection(OfPenalty):
    employer = Id(required=True)
    violation = fields.String(required=True, validate=validate.OneOf(VIOLATIONS))
    facts_on = Day(required=True)
    evidence = Words(required=True)
    document = Words(required=True)
    due_on = Day(required=True)


class RecordCorrection(OfPenalty):
    evidence = Words(required=True)


class ProposePenalty(OfPenalty):
    body = Words(required=True)
    amount = Money(required=True)


class WithDocument(OfPenalty):
    document = Words(required=True)


class DecidePenalty(WithDocument):
    body = Words(required=True)
    amount = Money(required=True)


class PayPenalty(OfPenalty):
    amount = Money(required=True)
    reference = Id(required=True)


class WithdrawPenalty(WithDocument):
    reason = Words(required=True)


# ---------------------------------------------------------------- remedies


class OfDecision(Dated):
    decision = Id(required=True)
    document = Words(required=True)


class NotifyDecision(OfDecision):
    person = PersonId(load_default=None)


class WithOutcome(OfDecision):
    outcome = fields.String(required=True, validate=_OUTCOME)


class ApplyEnforcement(OfDecision):
    court = Words(required=True)


class EndEnforcement(OfDecision):
    outcome = fields.String(required=True, validate=validate.OneOf(["done", "rejected"]))
