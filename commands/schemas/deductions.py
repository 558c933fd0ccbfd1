"""Schemas of the commands about the deduction of loans (批量扣款)."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from commands.schemas.collection import Dated
from commands.schemas.fields import Id, Ids, Money, Words
from ledger.streams.deduction import MODES


class SendDeductions(Dated):
    """Without ``loans`` every running loan is meant that owes something on the day."""

    batch = Id(required=True)
    mode = fields.String(load_default="full", validate=validate.OneOf(MODES))
    loans = Ids(load_default=None)
    digest = Words(load_default="")


class Result(Schema):
    """What the bank says of one line: ``done`` with what it took, ``failed``, or ``unknown``."""

    end_to_end = Words(required=True)
    status = fields.String(required=True, validate=validate.OneOf(["done", "failed", "unknown"]))
    amount = Money(load_default=0)
    reference = Words(load_default="")
    reason = Words(load_default="")


class RecordDeductions(Dated):
    results = fields.List(fields.Nested(Result), required=True, validate=validate.Length(min=1))
    accept_good_rows = fields.Boolean(load_default=False)


class AskDeductions(Dated):
    batch = Id(required=True)
    why = Words(required=True)
