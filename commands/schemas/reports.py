"""Schemas of the commands about the annual report (年度报告)."""

from __future__ import annotations

from typing import Any, Final

from marshmallow import fields, validate

from commands.schemas.collection import Dated
from commands.schemas.fields import Money, Words
from commands.schemas.statements import File
from ledger.refusal import Refusal
from projections.views.report_lines import COUNT, FACTS, LINES, RATIO, WORDS

_YEAR: Final = validate.Range(1999, 2200)
_COUNT: Final = validate.Range(min=0)


class Facts(fields.Field[dict[str, Any]]):
    """Facts by name: counts, amounts in yuan, texts or lists of texts; ``prior`` has figures of last year's report."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Refusal("report_fact_unknown", fact=str(value)[:40], known=", ".join((*FACTS, *WORDS)))
        return {str(name): self._fact(str(name), one) for name, one in value.items()}

    def _fact(self, name: str, value: Any) -> Any:
        if name == "prior" and isinstance(value, dict):
            return {figure: self._figure(figure, one) for figure, one in value.items()}
        if name in WORDS:
            texts = value if isinstance(value, list) else [value]
            return [Words().deserialize(str(text)) for text in texts]
        if name in FACTS:
            return _number(FACTS[name], value)
        raise Refusal("report_fact_unknown", fact=name, known=", ".join((*FACTS, *WORDS, "prior")))

    def _figure(self, figure: str, value: Any) -> int:
        line = LINES.get(figure)
        if line is None or line.unit == RATIO:
            raise Refusal("report_fact_unknown", fact=f"prior.{figure}", known=", ".join(LINES))
        return _number(line.unit, value)


def _number(unit: str, value: Any) -> int:
    if unit == COUNT:
        return int(fields.Integer(strict=not isinstance(value, str), validate=_COUNT).deserialize(value))
    fen: int = Money().deserialize(value)
    return fen


class OfReport(Dated):
    year = fields.Integer(required=True, strict=True, validate=_YEAR)


class RecordReportFacts(OfReport):
    facts = Facts(required=True)
    source = Words(required=True)


class ReviewReport(OfReport):
    resolution = Words(required=True)
    content = Words(load_default="")
    passed = fields.Boolean(load_default=True)
    reason = Words(load_default="")


class PublishReport(OfReport):
    where = Words(required=True)
    reason = Words(load_default="")


class RecordReportFiles(OfReport):
    """Files of an edition by name, with the content they show."""

    edition = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    content = Words(required=True)
    files = fields.Dict(keys=Words(), values=fields.Nested(File), required=True)
