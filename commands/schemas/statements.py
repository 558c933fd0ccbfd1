"""What the command that records statements is given: editions by employer, with the digests of their files."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from commands.schemas.collection import Dated
from commands.schemas.fields import Id, Words

_SHA256 = validate.Regexp(r"[0-9a-f]{64}\Z")
_COUNT = validate.Range(min=0)


class File(Schema):
    """A file by its digest, its length and the template it was set with."""

    sha256 = fields.String(required=True, validate=_SHA256)
    bytes = fields.Integer(required=True, strict=True, validate=_COUNT)
    template = Words(required=True)


class Edition(Schema):
    """An edition of one employer; ``changed``, ``events`` and ``event_count`` say why it supersedes the one before."""

    employer = Id(required=True)
    edition = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    known_through = fields.Integer(required=True, strict=True, validate=_COUNT)
    content = fields.String(required=True, validate=_SHA256)
    accounts = fields.Integer(required=True, strict=True, validate=_COUNT)
    closing_fen = fields.Integer(required=True, strict=True)
    changed = fields.Dict(keys=Words(), values=fields.Integer(strict=True), load_default=dict)
    events = fields.List(fields.Integer(strict=True), load_default=list)
    event_count = fields.Integer(load_default=0, strict=True)
    files = fields.Dict(keys=Words(), values=fields.Nested(File), required=True)
    signed = fields.Dict(keys=Words(), values=fields.Nested(File), load_default=dict)


class RecordStatements(Dated):
    """Statements of some employers for one fund year, recorded in one unit of work."""

    year = fields.Integer(required=True, strict=True, validate=validate.Range(1999, 2200))
    lines = fields.List(fields.Nested(Edition), required=True, validate=validate.Length(min=1))
