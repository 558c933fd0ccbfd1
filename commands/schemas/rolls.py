"""One schema for each command about rolls, pools and scores. ``on`` is the value date; a month is kept as text."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from commands.schemas.collection import Dated
from commands.schemas.fields import Day, Id, Ids, Money, Month, PersonId, Words
from commands.schemas.subsidies import DayText
from ledger.dates import format_month


class MonthText(Month):
    """A month that is kept as text ``YYYY-MM``."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return format_month(super()._deserialize(value, attr, data, **kwargs))

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else str(value)


class OfEntry(Dated):
    entry = Id(required=True)


class ApplyRoll(OfEntry):
    programme = Id(required=True)
    beneficiary = PersonId(required=True)
    members = fields.List(PersonId(), load_default=list)
    area = Id(required=True)
    payee = PersonId(load_default=None)
    from_month = MonthText(load_default=None)
    facts = fields.Dict(keys=Words(), load_default=dict)
    documents = Ids(load_default=list)


class CheckRoll(OfEntry):
    facts = fields.Dict(keys=Words(), load_default=dict)
    opinion = Words(load_default="")


class AdmitRoll(OfEntry):
    from_month = MonthText(load_default=None)


class RejectRoll(OfEntry):
    reason = Words(required=True)


class TakeOverRoll(Dated):
    programme = Id(required=True)
    area = Id(required=True)
    source = Words(required=True)
    lines = fields.List(
        fields.Nested(ApplyRoll(only=("entry", "beneficiary", "members", "payee", "from_month", "facts"))),
        required=True,
        validate=validate.Length(min=1),
    )
    accept_good_rows = fields.Boolean(load_default=False)


class ChangeRoll(OfEntry):
    from_month = MonthText(required=True)
    facts = fields.Dict(keys=Words(), load_default=dict)
    members = fields.List(PersonId(), load_default=None)
    reason = Words(required=True)


class MoveRoll(OfEntry):
    area = Id(required=True)
    from_month = MonthText(required=True)
    reason = Words(required=True)


class ChangePayee(OfEntry):
    payee = PersonId(required=True)
    reason = Words(required=True)


class StopRoll(OfEntry):
    last_month = MonthText(required=True)
    cause = fields.String(
        required=True,
        validate=validate.OneOf(
            [
                "death",
                "income",
                "moved_away",
                "request",
                "false_statement",
                "age",
                "to_another_roll",
                "never_right",
            ]
        ),
    )
    evidence = Words(required=True)


class CorrectRollStop(OfEntry):
    last_month = MonthText(load_default=None)
    reason = Words(required=True)


class RollReason(OfEntry):
    reason = Words(required=True)


class UndoRollPayment(RollReason):
    payment = Id(required=True)


class AgreeRollInstalments(OfEntry):
    instalments = fields.Dict(keys=DayText(), values=Money(), required=True, validate=validate.Length(min=1))


class SetOffRoll(OfEntry):
    against = Id(required=True)
    amount = Money(required=True)


class ReferRoll(RollReason):
    to = Words(required=True)


class ReclaimRoll(OfEntry):
    amount = Money(load_default=None)
    due_on = Day(required=True)
    reason = Words(required=True)


class RepayRoll(OfEntry):
    amount = Money(required=True)
    bank_reference = Words(required=True)


class RunRoll(Dated):
    programme = Id(required=True)
    area = Id(required=True)
    month = MonthText(required=True)
    number = fields.Integer(load_default=None, strict=True, validate=validate.Range(min=1))
    chunk = fields.Integer(load_default=None, strict=True, validate=validate.Range(min=1, max=100_000))


# ---------------------------------------------------------------- pools and scores


class OfPool(Dated):
    kind = fields.String(required=True, validate=validate.OneOf(["township", "project"]))
    year = fields.Integer(required=True, strict=True, validate=validate.Range(min=1900, max=2199))


class EnterPool(OfPool):
    entrant = Id(required=True)
    payee = Id(load_default=None)
    area = Id(required=True)
    investment = Money(required=True)
    documents = Ids(load_default=list)


class WithdrawPool(OfPool):
    entrant = Id(required=True)
    reason = Words(required=True)


class SendBackPool(OfPool):
    reason = Words(required=True)


class OfScore(Dated):
    area = Id(required=True)
    year = fields.Integer(required=True, strict=True, validate=validate.Range(min=2019, max=2199))


class ScoreCounty(OfScore):
    townships = fields.Integer(required=True, strict=True)
    projects_1500_up = fields.Integer(load_default=0, strict=True)
    projects_500_to_1500 = fields.Integer(load_default=0, strict=True)
    investments = fields.List(Money(), load_default=list)
    built_and_producing = fields.Integer(load_default=0, strict=True)
    continuing_producing = fields.Integer(load_default=0, strict=True)
    above_scale_formed = fields.Integer(load_default=0, strict=True)
    first_year = fields.List(fields.List(fields.Integer(strict=True)), load_default=list)
    continuing = fields.List(fields.List(fields.Raw()), load_default=list)
    service_items = fields.Integer(load_default=0, strict=True)
    evidence = fields.Dict(keys=Words(), values=Words(), load_default=dict)
