"""Schemas of the commands that set legal parameters (重大事项)."""

from __future__ import annotations

from marshmallow import Schema, fields

from commands.schemas.fields import Day, Id, Words


class LoadPolicy(Schema):
    on = Day(required=True)


class DraftParameter(Schema):
    on = Day(required=True)
    parameter = Id(required=True)
    draft = Id(required=True)
    value = fields.Raw(required=True)
    effective_from = Day(required=True)
    effective_to = Day(load_default=None)
    document = Words(required=True)
    clause = Words(required=True)
    because = Words(load_default="")


class ApproveParameter(Schema):
    on = Day(required=True)
    parameter = Id(required=True)
    draft = Id(required=True)
    resolution = Words(required=True)


class PublishParameter(Schema):
    on = Day(required=True)
    parameter = Id(required=True)
    draft = Id(required=True)
