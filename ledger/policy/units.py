"""The units in which a legal quantity may stand, and how its value is read from a pack or from an event.

Money is whole fen, a rate is an exact decimal written as text: a pack that holds ``0.12`` without quotation
marks has already lost its exactness to a float, and does not load.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from ledger.dates import format_month, parse_day, parse_month
from ledger.limits import AMOUNT_FEN_MAX
from ledger.money import ROUNDINGS, parse_rate

Row = Mapping[str, Any]
Value = int | Decimal | date | str | tuple[str, ...] | tuple[Row, ...] | Row

_DECIMAL: Final = re.compile(r"\d{1,9}(?:\.\d{1,9})?\Z", re.ASCII)
_ISO_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)
_MONTH_DAY: Final = re.compile(r"(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])\Z", re.ASCII)


class WrongValue(ValueError):
    """A value that its unit does not admit."""


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= AMOUNT_FEN_MAX:
        raise WrongValue(f"{value!r} is not a whole number")
    return value


def _rate(value: Any) -> Decimal:
    if isinstance(value, Decimal):
        value = format(value, "f")
    if not isinstance(value, str):
        raise WrongValue(f"{value!r} must be a decimal in quotation marks")
    try:
        return parse_rate(value)
    except Exception as error:
        raise WrongValue(f"{value!r} is not a rate between 0 and 1") from error


def _decimal(value: Any) -> Decimal:
    if isinstance(value, Decimal):
        value = format(value, "f")
    if not isinstance(value, str) or not _DECIMAL.match(value):
        raise WrongValue(f"{value!r} must be a decimal in quotation marks")
    return Decimal(value)


def _day(value: Any) -> date:
    if isinstance(value, str):
        try:
            return parse_day(value)
        except Exception as error:
            raise WrongValue(f"{value!r} is not a day") from error
    if type(value) is not date:
        raise WrongValue(f"{value!r} is not a day")
    return value


def _month(value: Any) -> str:
    try:
        return format_month(parse_month(_text(value)))
    except Exception as error:
        raise WrongValue(f"{value!r} is not a month") from error


def _month_day(value: Any) -> str:
    if not isinstance(value, str) or not _MONTH_DAY.match(value):
        raise WrongValue(f"{value!r} is not a day of the year such as '06-30'")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise WrongValue(f"{value!r} is not a text")
    return value


def _rounding(value: Any) -> str:
    if value not in ROUNDINGS:
        raise WrongValue(f"{value!r} is not one of {', '.join(ROUNDINGS)}")
    return str(value)


def _flag(value: Any) -> str:
    if value not in ("yes", "no"):
        raise WrongValue(f"{value!r} is neither 'yes' nor 'no'")
    return str(value)


def _list(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or not value:
        raise WrongValue(f"{value!r} is not a list")
    return tuple(_text(item) for item in value)


def _cell(value: Any) -> Any:
    """A cell of a table; a day may have passed through JSON as text and becomes a day again."""
    if isinstance(value, float):
        raise WrongValue(f"{value!r} must be a decimal in quotation marks")
    if isinstance(value, str) and _ISO_DAY.match(value):
        return _day(value)
    return tuple(value) if isinstance(value, list) else value


def _table(value: Any) -> tuple[Row, ...]:
    if not isinstance(value, list | tuple) or not value or not all(isinstance(row, Mapping) for row in value):
        raise WrongValue(f"{value!r} is not a table")
    if not all(isinstance(name, str) for row in value for name in row):
        raise WrongValue("a column of the table has no name in letters")
    if len({tuple(row) for row in value}) > 1:
        raise WrongValue("the rows of the table have different columns")
    return tuple(MappingProxyType({name: _cell(cell) for name, cell in row.items()}) for row in value)


LIMIT_COLUMNS: Final = ("reason", "per", "limit_fen", "times", "months_apart")
LIMIT_PERIODS: Final = ("withdrawal", "month", "year", "fund_year")


def _limits(value: Any) -> int | tuple[Row, ...]:
    """One amount in fen, or a table of limits.

    A row names a reason (``*`` for every one), the period that its limits count in, and what may be withdrawn in it:
    ``limit_fen`` at most, so many ``times`` at most; or how many ``months_apart`` two withdrawals lie at least. What
    a row leaves open is null.
    """
    if isinstance(value, int):
        return _whole(value)
    rows = _table(value)
    if set(rows[0]) != set(LIMIT_COLUMNS):
        raise WrongValue(f"the columns of a table of limits are {', '.join(LIMIT_COLUMNS)}")
    for row in rows:
        if row["per"] not in LIMIT_PERIODS:
            raise WrongValue(f"{row['per']!r} is not one of {', '.join(LIMIT_PERIODS)}")
        given = [_whole(row[name]) for name in LIMIT_COLUMNS[2:] if row[name] is not None]
        if not _text(row["reason"]) or not given:
            raise WrongValue(f"the row of {row['reason']!r} limits nothing")
    return rows


def _window(value: Any) -> Row:
    if not isinstance(value, Mapping) or set(value) != {"from", "to"}:
        raise WrongValue(f"{value!r} is not a window with 'from' and 'to'")
    first, last = _day(value["from"]), None if value["to"] is None else _day(value["to"])
    if last is not None and last < first:
        raise WrongValue(f"{value!r} ends before it begins")
    return MappingProxyType({"from": first, "to": last})


def within(window: Row, day: date) -> bool:
    """Whether a day lies in a window, both ends included; an open window has no last day."""
    return bool(window["from"] <= day and (window["to"] is None or day <= window["to"]))


UNITS: Final[dict[str, Callable[[Any], Value]]] = {
    "fen": _whole,
    "fen/person": _whole,
    "fen/person/month": _whole,
    "fen/person/year": _whole,
    "fen/month": _whole,
    "fen/year": _whole,
    "fen/day": _whole,
    "fen/hour": _whole,
    "fen/m2": _whole,
    "fen/limits": _limits,
    "rate": _rate,
    "rate/year": _rate,
    "rate/day": _rate,
    "multiple": _decimal,
    "score": _decimal,
    "days": _whole,
    "working_days": _whole,
    "months": _whole,
    "years": _whole,
    "age": _whole,
    "count": _whole,
    "day": _day,
    "month": _month,
    "month_day": _month_day,
    "text": _text,
    "choice": _text,
    "flag": _flag,
    "rounding": _rounding,
    "list": _list,
    "table": _table,
    "window": _window,
}
"""Every unit by name, with the function that reads a value of it or raises ``WrongValue``."""


def plain(value: Any) -> Any:
    """A value as plain JSON: a rate as text, a day as ISO text, a table as a list of rows."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): plain(cell) for name, cell in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value
