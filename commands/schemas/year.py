"""Schemas of the commands about the fund year (缴存年度) and members' interest."""

from __future__ import annotations

from marshmallow import fields, validate

from commands.schemas.collection import Dated, OfAccount

_YEAR = validate.Range(1999, 2200)


class SettleYear(Dated):
    year = fields.Integer(required=True, strict=True, validate=_YEAR)
    chunk = fields.Integer(load_default=None, strict=True)
    number = fields.Integer(load_default=None, strict=True)


class AdjustInterest(OfAccount):
    year = fields.Integer(required=True, strict=True, validate=_YEAR)
