"""The fields that schemas are made of. They read what people write and refuse what is not exactly that."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any, Final

from marshmallow import fields

from ledger.dates import format_month, parse_day, parse_month
from ledger.money import format_fen, parse_rate, parse_yuan
from ledger.refusal import Refusal
from ledger.store.persons import masked_number
from ledger.streams.base import check_id

_IDENTITY_NUMBER: Final = re.compile(r"(?:\d{15}|\d{17}[\dXx])\Z", re.ASCII)


class Money(fields.Field[int]):
    """An amount in yuan: text (``1,234.50``) or whole yuan as an integer, never a float; gives fen."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if isinstance(value, int) and not isinstance(value, bool):
            return parse_yuan(str(value))
        if not isinstance(value, str):
            raise Refusal("amount_malformed", text=str(value)[:40])
        return parse_yuan(value)

    def _serialize(self, value: int | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else format_fen(value).replace(",", "")


class Rate(fields.Field[Decimal]):
    """A rate between 0 and 1 as text, exact."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Decimal:
        return parse_rate(value if isinstance(value, str) else repr(value))

    def _serialize(self, value: Decimal | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else str(value)


class Day(fields.Field[date]):
    """A day as ``YYYY-MM-DD``."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        return value if type(value) is date else parse_day(str(value))

    def _serialize(self, value: date | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else value.isoformat()


class Month(fields.Field[int]):
    """A month as ``YYYY-MM`` or ``YYYYMM``; gives its number."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        return parse_month(str(value))

    def _serialize(self, value: int | None, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else format_month(value)


class Id(fields.Field[str]):
    """A readable id."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return check_id(str(value), attr or "id")


class Ids(fields.Field[list[str]]):
    """One readable id, or a list of them."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[str]:
        return [check_id(str(one), attr or "id") for one in (value if isinstance(value, list) else [value])]


class PersonId(Id):
    """A person's pseudonym; refuses ``identity_in_clear``, because what stands in an event stands there for ever."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if _IDENTITY_NUMBER.match(str(value)):
            raise Refusal("identity_in_clear", number=masked_number(str(value)))
        return super()._deserialize(value, attr, data, **kwargs)


class Words(fields.String):
    """Free text for people, trimmed; never empty where it is required."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs).strip()
        return text[:500]
