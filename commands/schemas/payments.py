"""Schemas of the commands about payment orders (划款指令, 葫政发〔2019〕12号 第十二条)."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from commands.schemas.collection import Dated
from commands.schemas.fields import Day, Id, Ids, Money, PersonId, Words
from ledger.streams.bank_line import SIDES
from ledger.streams.payment import PURSES

ANSWERS = ("accepted", "settled", "failed")
"""What a bank says of an order; silence is the third value, and is recorded when it is asked again."""


class OfPayment(Dated):
    payment = Id(required=True)


class SendPayments(Dated):
    """Without ``payments`` every order of the purse that stands is meant; ``left_out`` are those without an account."""

    batch = Id(required=True)
    purse = Words(load_default="fund")
    payments = Ids(load_default=None)
    left_out = Ids(load_default=list)
    digest = Words(load_default="")


class Answer(Schema):
    """What the bank said of one order, named by the end-to-end id under which it was sent."""

    end_to_end = Words(required=True)
    status = fields.String(required=True, validate=validate.OneOf(ANSWERS))
    amount = Money(load_default=None)
    reference = Words(load_default="")
    reason = Words(load_default="")


class RecordBankAnswers(Dated):
    answers = fields.List(fields.Nested(Answer), required=True, validate=validate.Length(min=1))
    accept_good_rows = fields.Boolean(load_default=False)


class AskBank(Dated):
    """Orders that the bank has; by one of the two, or all of them."""

    payments = Ids(load_default=None)
    batch = Id(load_default=None)
    why = Words(required=True)


class ReturnPayment(OfPayment):
    """``receipt``: the money stands there already, because nobody knew what it was when it came in."""

    amount = Money(load_default=None)
    reference = Words(load_default="")
    reason = Words(required=True)
    receipt = Id(load_default=None)


class CancelPayment(OfPayment):
    reason = Words(required=True)


class ReissuePayment(OfPayment):
    reason = Words(required=True)
    payee_account = Words(load_default="")


# ---------------------------------------------------------------- the bank's statement


class BankLine(Schema):
    """One line of a statement (camt.053) or a notice (camt.054), without names and free text."""

    purse = fields.String(load_default="fund", validate=validate.OneOf(PURSES))
    side = fields.String(required=True, validate=validate.OneOf(SIDES))
    amount = Money(required=True)
    reference = Words(required=True)
    booked_on = Day(load_default=None)
    end_to_end = Words(load_default="")
    reversal = fields.Boolean(load_default=False)
    mentions = fields.List(Words(), load_default=list)
    party = PersonId(load_default="")
    message = Words(load_default="")


class RecordBankLines(Dated):
    lines = fields.List(fields.Nested(BankLine), required=True, validate=validate.Length(min=1))
    accept_good_rows = fields.Boolean(load_default=False)


class Reconcile(Dated):
    purse = fields.String(load_default="", validate=validate.OneOf(["", *PURSES]))


class MatchLine(Dated):
    line = Id(required=True)
    to = Words(required=True)
    reason = Words(required=True)
