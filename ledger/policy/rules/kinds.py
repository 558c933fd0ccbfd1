"""The types of rule inputs, with their units, and how each is read from JSON or taken as it already is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any

from ledger.dates import format_month, parse_day, parse_month
from ledger.limits import AMOUNT_FEN_MAX
from ledger.money import parse_rate
from ledger.policy.units import plain
from ledger.text import is_blank


class WrongInput(ValueError):
    """An input that its kind does not admit."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of input: its name with the unit, how it is read, and how it is written."""

    name: str
    read: Callable[[Any], Any]
    write: Callable[[Any], Any] = plain


def _integer(low: int, high: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise WrongInput
        return value

    return read


def _rate(value: Any) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if not isinstance(value, str):
        raise WrongInput
    return _parsed_rate(value)


_parsed_rate = lru_cache(maxsize=4096)(parse_rate)


def _share(value: Any) -> Decimal:
    """A part of a whole: at most all of it."""
    share = _rate(value)
    if not 0 <= share <= 1:
        raise WrongInput
    return share


def _quantity(value: Any) -> Decimal:
    """An exact decimal that is not money: square metres, a multiple."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if isinstance(value, Decimal):
        value = format(value, "f")
    if not isinstance(value, str) or not value.isascii() or not value.replace(".", "", 1).isdigit():
        raise WrongInput
    return Decimal(value)


def _day(value: Any) -> date:
    if type(value) is date:
        return value
    if not isinstance(value, str):
        raise WrongInput
    return parse_day(value)


def _month(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 12 * 1900:
        return value
    if not isinstance(value, str):
        raise WrongInput
    return parse_month(value)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise WrongInput
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or is_blank(value):
        raise WrongInput
    return value


def _code(value: Any) -> int | str:
    if (
        isinstance(value, bool)
        or not isinstance(value, int | str)
        or (isinstance(value, str) and is_blank(value))
    ):
        raise WrongInput
    return value


def _list_of(kind: Kind) -> Kind:
    def read(value: Any) -> list[Any]:
        if not isinstance(value, list | tuple):
            raise WrongInput
        return [kind.read(item) for item in value]

    return Kind(f"a list of {kind.name}", read, lambda value: [kind.write(item) for item in value])


def _by_name(kind: Kind) -> Kind:
    def read(value: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise WrongInput
        return {_text(name): kind.read(item) for name, item in value.items()}

    return Kind(f"{kind.name} by name", read)


def record(**fields: Kind) -> Kind:
    """A small object with exactly these fields, read as a dictionary."""

    def read(value: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping) or set(value) != set(fields):
            raise WrongInput
        return {name: kind.read(value[name]) for name, kind in fields.items()}

    return Kind("{" + ", ".join(f"{name}: {kind.name}" for name, kind in fields.items()) + "}", read)


def row(*fields: Kind) -> Kind:
    """A short list with exactly these items, read as a tuple."""

    def read(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list | tuple) or len(value) != len(fields):
            raise WrongInput
        return tuple(kind.read(item) for kind, item in zip(fields, value, strict=True))

    return Kind("[" + ", ".join(kind.name for kind in fields) + "]", read)


FEN = Kind("whole fen", _integer(0, AMOUNT_FEN_MAX))
SIGNED_FEN = Kind("whole fen, signed", _integer(-AMOUNT_FEN_MAX, AMOUNT_FEN_MAX))
RATE = Kind("a rate from 0 to 1 as text", _rate)
QUANTITY = Kind("a decimal quantity as text", _quantity)
SHARE = Kind("a share from 0 to 1, as text", _share)
COUNT = Kind("a whole number", _integer(0, 10**9))
DAY = Kind("a day YYYY-MM-DD", _day)
MONTH = Kind("a month YYYY-MM", _month, format_month)
FLAG = Kind("true or false", _flag)
TEXT = Kind("a text", _text)
CODE = Kind("a code", _code)

Fen = Annotated[int, FEN]
Rate = Annotated[Decimal, RATE]
Share = Annotated[Decimal, SHARE]
Quantity = Annotated[Decimal, QUANTITY]
Count = Annotated[int, COUNT]
Day = Annotated[date, DAY]
Month = Annotated[int, MONTH]
Flag = Annotated[bool, FLAG]
Text = Annotated[str, TEXT]
Code = Annotated[int | str, CODE]
FenList = Annotated[list[int], _list_of(FEN)]
SignedFenList = Annotated[list[int], _list_of(SIGNED_FEN)]
RateList = Annotated[list[Decimal], _list_of(RATE)]
CountList = Annotated[list[int], _list_of(COUNT)]
DayList = Annotated[list[date], _list_of(DAY)]
MonthList = Annotated[list[int], _list_of(MONTH)]
TextList = Annotated[list[str], _list_of(TEXT)]
FenByName = Annotated[dict[str, int], _by_name(FEN)]
EntryList = Annotated[list[dict[str, Any]], _list_of(record(kind=TEXT, fen=FEN))]
SegmentList = Annotated[list[dict[str, Any]], _list_of(record(standard_fen=FEN, days=COUNT))]
ProgressList = Annotated[list[tuple[Any, ...]], _list_of(row(COUNT, COUNT))]
MovementList = Annotated[list[tuple[Any, ...]], _list_of(row(DAY, SIGNED_FEN, SIGNED_FEN))]
ContinuingList = Annotated[list[tuple[Any, ...]], _list_of(row(COUNT, COUNT, FLAG))]
