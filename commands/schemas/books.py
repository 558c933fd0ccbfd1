"""Schemas of the commands about the books (会计核算)."""

from __future__ import annotations

from marshmallow import fields, validate

from commands.schemas.collection import Dated
from commands.schemas.fields import Money, Month, Words
from ledger.streams.period import ENTRIES, PAYING

_YEAR = validate.Range(1999, 2200)


class OfMonth(Dated):
    month = Month(required=True)


class BookEntry(Dated):
    kind = fields.String(
        required=True, validate=validate.OneOf([one for one in ENTRIES if one not in PAYING])
    )
    amount = Money(required=True)
    reference = Words(required=True)


class PayEntry(BookEntry):
    kind = fields.String(required=True, validate=validate.OneOf(list(PAYING)))


class CloseYear(Dated):
    year = fields.Integer(required=True, strict=True, validate=_YEAR)


class Distribute(CloseYear):
    management = Money(required=True)
