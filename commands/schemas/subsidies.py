"""One schema for each command about subsidies: offices, budgets, grants, recovery. ``on`` is the value date."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from commands.schemas.collection import Dated
from commands.schemas.fields import Day, Id, Money, PersonId, Words


class DayText(Day):
    """A day that names something: checked, and kept as text."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return super()._deserialize(value, attr, data, **kwargs).isoformat()


# ---------------------------------------------------------------- offices, circumstances


class AssignOffices(Dated):
    roster = fields.Dict(
        keys=Id(), values=fields.List(Words()), required=True, validate=validate.Length(min=1)
    )


class OfOfficer(Dated):
    officer = Id(required=True)
    role = Id(required=True)
    area = Id(load_default="city")


class RecordCircumstance(Dated):
    beneficiary = PersonId(required=True)
    circumstance = Id(required=True)
    holds_from = Day(required=True)
    holds_until = Day(load_default=None)
    source = Words(required=True)


class EndCircumstance(Dated):
    beneficiary = PersonId(required=True)
    circumstance = Id(required=True)
    last_day = Day(required=True)
    source = Words(required=True)


# ---------------------------------------------------------------- budgets


class OfBudget(Dated):
    purse = Id(required=True)
    year = fields.Integer(required=True, strict=True)
    area = Id(load_default="city")


class VoteBudget(OfBudget):
    amount = Money(required=True)
    document = Words(required=True)


class AdjustBudget(VoteBudget):
    direction = fields.String(required=True, validate=validate.OneOf(["raise", "cut"]))


class ReturnBudget(OfBudget):
    what = fields.String(required=True, validate=validate.OneOf(["unspent", "recovered"]))
    amount = Money(load_default=None)
    reason = Words(required=True)


# ---------------------------------------------------------------- grants


class OfGrant(Dated):
    grant = Id(required=True)


class ApplyGrant(OfGrant):
    programme = Id(required=True)
    beneficiary = PersonId(required=True)
    area = Id(required=True)
    facts = fields.Dict(keys=Words(), load_default=dict)
    documents = fields.List(Id(), load_default=list)
    period = Words(load_default="")
    project = Id(load_default="")
    payee = PersonId(load_default=None)
    channel = fields.String(load_default="window", validate=validate.OneOf(["window", "online", "file"]))


class ApplyGrants(Dated):
    programme = Id(required=True)
    lines = fields.List(
        fields.Nested(ApplyGrant(exclude=("on", "programme"))), required=True, validate=validate.Length(min=1)
    )
    accept_good_rows = fields.Boolean(load_default=False)


class CorrectGrant(OfGrant):
    facts = fields.Dict(keys=Words(), load_default=dict)
    documents = fields.List(Id(), load_default=list)


class ReviewGrant(OfGrant):
    opinion = Words(load_default="")


class WithReason(OfGrant):
    reason = Words(required=True)


class PubliciseGrant(OfGrant):
    until = Day(load_default=None)
    place = Words(load_default="")


class ObjectToGrant(OfGrant):
    ground = Words(required=True)
    channel = Words(load_default="")


class DecideObjection(WithReason):
    upheld = fields.Boolean(required=True)


class PlanGrant(OfGrant):
    rank = fields.Integer(load_default=None, strict=True, validate=validate.Range(min=1))


class PlanQueue(Dated):
    purse = Id(required=True)
    area = Id(load_default=None)


class PayGrant(OfGrant):
    part = fields.String(load_default="all", validate=validate.OneOf(["all", "advance", "final"]))
    amount = Money(load_default=None)
    payee_account = Id(load_default="")
    set_off = fields.Dict(keys=Id(), values=Money(), load_default=dict)


class UndoGrantPayment(WithReason):
    payment = Id(required=True)


class CompleteGrant(OfGrant):
    evidence = Words(required=True)


class ConfirmReceipt(CompleteGrant):
    person = PersonId(required=True)


class ReclaimGrant(WithReason):
    due_on = Day(required=True)
    amount = Money(load_default=None)
    clause = Words(load_default="财政违法行为处罚处分条例")


class AgreeInstalments(OfGrant):
    instalments = fields.Dict(keys=DayText(), values=Money(), required=True, validate=validate.Length(min=1))


class RepayGrant(OfGrant):
    amount = Money(required=True)
    bank_reference = Words(required=True)


class ReferGrant(WithReason):
    to = Words(required=True)
