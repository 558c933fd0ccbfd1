"""The fields that schemas are made of. They read what people write and refuse what is not exactly that."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from marshmallow import ValidationError, fields, missing

from ledger.dates import format_month, parse_day, parse_month
from ledger.limits import TEXT_LENGTH_MAX
from ledger.money import format_fen, parse_rate, parse_yuan
from ledger.refusal import Refusal
from ledger.store.persons import masked_number
from ledger.streams.base import check_id
from ledger.text import fault_in, is_blank, trimmed

_FRACTION: Final = re.compile(r"(\d{1,9})/([1-9]\d{0,8})\Z", re.ASCII)
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


class Share(fields.Field[str]):
    """A share of a whole: ``1/3``, ``0.25`` or ``25%``, above zero and not above one; gives ``1/4``."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = str(value).strip()
        if not text:
            return ""
        found = _FRACTION.match(text)
        if isinstance(value, float) or not found:
            share = Fraction(parse_rate(text if isinstance(value, str) else repr(value)))
        else:
            share = Fraction(int(found[1]), int(found[2]))
        if not 0 < share <= 1:
            raise Refusal("payee_share_malformed", text=text[:40])
        return f"{share.numerator}/{share.denominator}"


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


_FAULTS: Final = {
    "text_blank": "Nothing is written here.",
    "text_too_long": f"Longer than {TEXT_LENGTH_MAX} characters.",
    "text_hidden": "A character in it cannot be seen.",
}


class Words(fields.String):
    """Free text for people, trimmed. Blank is not said: absent where the field may be left out, else refused.

    Too long text and text with characters that cannot be seen are refused, never cut.
    """

    def deserialize(
        self, value: Any, attr: str | None = None, data: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> Any:
        blank = value is None or (isinstance(value, str) and is_blank(value))
        if blank and self.load_default is not missing:
            value = missing
        return super().deserialize(value, attr, data, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = trimmed(super()._deserialize(value, attr, data, **kwargs))
        fault = fault_in(text)
        if fault:
            raise ValidationError(_FAULTS[fault])
        return text
