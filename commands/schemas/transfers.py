"""Schemas of transfers between cities: what our own people do, and the messages of the national platform (BDC901-909)."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from commands.schemas.collection import Dated
from commands.schemas.fields import Day, Id, Money, PersonId, Words

_CENTRE = validate.Regexp(r"[0-9]{6}\Z")
_COUNT = validate.Range(min=0)


class OfLetter(Dated):
    letter = Id(required=True)


class ApplyTransfer(Dated):
    account = Id(required=True)
    centre = fields.String(required=True, validate=_CENTRE)
    account_there = Id(required=True)
    letter = Id(load_default=None)


class WithReason(OfLetter):
    reason = Words(required=True)


class BookTransfer(OfLetter):
    months = fields.Integer(load_default=None, strict=True, validate=_COUNT)


class MoneyOfLetter(OfLetter):
    amount = Money(required=True)
    reference = Id(required=True)


class ReturnTransferMoney(OfLetter):
    receipt = Id(required=True)
    reason = Words(required=True)


class SendTransfer(OfLetter):
    loans = fields.Integer(load_default=0, strict=True, validate=_COUNT)
    unsettled_loan = fields.Boolean(load_default=False)


class AmendTransfer(SendTransfer):
    months = fields.Integer(load_default=None, strict=True, validate=_COUNT)


# ---------------------------------------------------------------- messages


class Information(Schema):
    """账户信息表: what the sending centre says about the account, principal and interest apart."""

    principal = Money(required=True)
    interest = Money(required=True)
    months = fields.Integer(load_default=-1, strict=True, validate=validate.Range(min=-1))
    opened_on = Day(required=True)
    paid_up_to = fields.String(load_default="", validate=validate.Regexp(r"(\d{4}-\d{2})?\Z"))
    six_months = fields.Boolean(load_default=False)
    loans = fields.Integer(load_default=0, strict=True, validate=_COUNT)
    unsettled_loan = fields.Boolean(load_default=False)
    fraud = fields.Boolean(load_default=False)
    bans = fields.Dict(
        keys=fields.String(validate=validate.OneOf(["withdrawal", "loan"])), values=Day(), load_default=dict
    )


class Message(Schema):
    """One message about one letter. ``kind`` and ``result`` have the codes of the platform.

    BDC901: 0 the letter, 1 its confirmation. BDC903: 0 cancel, 1 cancelled. BDC904: a question about progress.
    BDC905: 0 account information (result 1: refused), 1 negotiation or, from the sender, amendment in a ``round``,
    2 completion (result 0 done, 1 failed). A centre that does not count rounds is understood from where the letter stands.
    """

    message = fields.String(required=True, validate=validate.OneOf(["BDC901", "BDC903", "BDC904", "BDC905"]))
    letter = Id(required=True)
    from_centre = fields.String(required=True, validate=_CENTRE)
    to_centre = fields.String(required=True, validate=_CENTRE)
    kind = fields.Integer(load_default=0, strict=True, validate=validate.OneOf([0, 1, 2]))
    result = fields.Integer(load_default=0, strict=True, validate=validate.OneOf([0, 1, 2]))
    round = fields.Integer(load_default=None, strict=True, validate=_COUNT)
    account = Id(load_default="")
    account_there = Id(load_default="")
    information = fields.Nested(Information, load_default=None)
    reason = Words(load_default="")


class TakeMessage(Message, Dated):
    """A message as a command: with the day on which it was taken in, and whom its identity number stands for."""

    person = PersonId(load_default="")
