"""Schemas of the commands about conduct (诚信管理, 葫政发〔2019〕12号 第二十七、二十八条)."""

from __future__ import annotations

from marshmallow import fields, validate

from commands.schemas.collection import Dated
from commands.schemas.fields import Day, Id, Money, PersonId, Words

_YEARS = validate.Range(min=0, max=99)


class OfCase(Dated):
    """One entry of one person's record."""

    person = PersonId(required=True)
    case = Id(required=True)


class Established(Dated):
    case = Id(required=True)
    document = Words(required=True)
    facts_on = Day(required=True)
    discovered_on = Day(load_default=None)
    return_by = Day(required=True)
    withdrawal_years = fields.Integer(load_default=None, strict=True, validate=_YEARS)
    loan_years = fields.Integer(load_default=None, strict=True, validate=_YEARS)


class EstablishFraud(Established):
    account = Id(required=True)
    payment = Id(required=True)
    amount = Money(load_default=None)
    criticised = fields.Boolean(load_default=False)


class EstablishUnlawfulLoan(Established):
    person = PersonId(required=True)
    loan = Id(required=True)
    amount = Money(required=True)


class TakeOverFlag(OfCase):
    from_centre = Words(required=True)
    document = Words(required=True)
    offence = fields.String(required=True, validate=validate.OneOf(["withdrawal", "loan"]))
    withdrawal_until = Day(load_default=None)
    loan_until = Day(load_default=None)


class RecordIntermediary(OfCase):
    document = Words(required=True)
    client = PersonId(required=True)
    referred_to = Words(required=True)


class NotifyEmployer(OfCase):
    employer = Id(required=True)
    document = Words(required=True)


class ReturnMoney(OfCase):
    amount = Money(required=True)
    reference = Words(required=True)


class Rectify(OfCase):
    document = Words(required=True)


class Refer(OfCase):
    body = Words(required=True)
    document = Words(required=True)


class LiftBan(OfCase):
    matter = fields.String(required=True, validate=validate.OneOf(["withdrawal", "loan"]))
    document = Words(required=True)
    reason = Words(required=True)


class CorrectConduct(OfCase):
    document = Words(required=True)
    reason = Words(required=True)
