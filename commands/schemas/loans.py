"""Schemas of the commands about loans (葫政发〔2019〕12号 第十三至十八、二十八条)."""

from __future__ import annotations

from marshmallow import fields, validate

from commands.schemas.collection import Dated
from commands.schemas.fields import Day, Id, Ids, Money, PersonId, Words

_MONTHS = validate.Range(min=1)


class OfLoan(Dated):
    loan = Id(required=True)


class ApplyLoan(OfLoan):
    """``months_elsewhere`` and ``balance_elsewhere`` are what another city's centre certified (异地缴存证明)."""

    borrower = PersonId(required=True)
    account = Id(load_default="")
    from_centre = Words(load_default="")
    months_elsewhere = fields.Integer(load_default=0, strict=True, validate=validate.Range(min=0))
    balance_elsewhere = Money(load_default=0)
    spouse = PersonId(load_default="")
    spouse_account = Id(load_default="")
    co_borrowers = Ids(load_default=[])
    purpose = Words(required=True)
    region = fields.String(load_default="inside", validate=validate.OneOf(("inside", "outside")))
    price = Money(required=True)
    amount = Money(required=True)
    months = fields.Integer(required=True, strict=True, validate=_MONTHS)
    home_number = fields.Integer(load_default=1, strict=True, validate=validate.OneOf((1, 2)))
    age = fields.Integer(required=True, strict=True, validate=validate.Range(min=18, max=120))
    retirement_age = fields.Integer(load_default=None, strict=True)
    house_age = fields.Integer(load_default=0, strict=True, validate=validate.Range(min=0, max=200))
    capacity = Money(required=True)
    bank = Words(load_default="")
    bank_owed = Money(load_default=0)
    commercial = Money(load_default=0)


class ApproveLoan(OfLoan):
    amount = Money(load_default=None)
    months = fields.Integer(load_default=None, strict=True, validate=_MONTHS)


class WithReason(OfLoan):
    reason = Words(required=True)


class SignLoan(OfLoan):
    contract = Words(required=True)
    method = Words(required=True)
    repay_day = fields.Integer(load_default=0, strict=True)
    payee = Id(required=True)


class SecureLoan(OfLoan):
    kind = fields.String(required=True, validate=validate.OneOf(("mortgage", "pledge", "guarantee")))
    document = Words(required=True)
    giver = Id(required=True)


class ReleaseSecurity(OfLoan):
    kind = fields.String(required=True, validate=validate.OneOf(("mortgage", "pledge", "guarantee")))
    document = Words(required=True)


class PayGuaranteeFee(OfLoan):
    payer = Words(load_default="centre")


SOURCES = ("bank_card", "counter", "enforcement")


class RepayLoan(OfLoan):
    amount = Money(required=True)
    source = fields.String(load_default="bank_card", validate=validate.OneOf(SOURCES))
    reference = Words(load_default="")


class RepayLoans(Dated):
    """Lines of one source, each with its own reference."""

    lines = fields.List(fields.Nested(RepayLoan(exclude=("on",))), required=True)
    accept_good_rows = fields.Boolean(load_default=False)


class PrepayLoan(OfLoan):
    """Without an amount the whole loan is settled."""

    amount = Money(load_default=None)
    how = Words(load_default="")
    months = fields.Integer(load_default=0, strict=True)
    source = fields.String(load_default="counter", validate=validate.OneOf(SOURCES))
    reference = Words(load_default="")


class ReverseRepayment(OfLoan):
    version = fields.Integer(required=True, strict=True)
    reason = Words(required=True)


class AgreeOffset(OfLoan):
    mode = fields.String(required=True, validate=validate.OneOf(("monthly", "yearly", "none")))


class ExtendLoan(OfLoan):
    months = fields.Integer(required=True, strict=True, validate=_MONTHS)
    approval = Words(required=True)


class LoanChunk(Dated):
    """The loans after a key, so many at a time; by default from the first one."""

    after = Words(load_default="")
    chunk = fields.Integer(load_default=None, strict=True, validate=_MONTHS)


class OffsetChunk(LoanChunk):
    mode = fields.String(required=True, validate=validate.OneOf(("monthly", "yearly")))


class DemandLetter(OfLoan):
    document = Words(required=True)


class GuarantorPays(OfLoan):
    amount = Money(required=True)
    reference = Words(required=True)


class DemandEarly(OfLoan):
    why = fields.String(required=True, validate=validate.OneOf(("unlawful", "breach")))
    repay_by = Day(required=True)
    document = Words(required=True)


class WriteOff(OfLoan):
    approval = Words(required=True)


class RecoverLoan(OfLoan):
    principal = Money(required=True)
    interest = Money(load_default=0)
    penalty = Money(load_default=0)
    source = fields.String(load_default="enforcement", validate=validate.OneOf(SOURCES))
    reference = Words(required=True)
