"""No number of a pack can change unnoticed: each one makes a named case, a printed number or a published rate fail."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from ledger.policy.checking import check_case
from ledger.policy.parameters import PolicyBook
from ledger.policy.rules import registered
from ledger.policy.units import plain

DATA = Path(__file__).with_name("data")
BOOK = PolicyBook.bundled()
RATES = {"loan_rate_table", "deposit_rate_current", "deposit_rate_carried"}
"""Guarded value by value in test_published_rates."""
CASES = [
    case
    for name in ("rule-examples.json", "rule-boundaries.json")
    for case in json.loads((DATA / name).read_text("utf-8"))
]
PRINTED = yaml.safe_load((DATA / "printed-numbers.yaml").read_text("utf-8"))
DAYS = yaml.safe_load((DATA / "document-days.yaml").read_text("utf-8"))
READ = {
    parameter: {name for name, versions in registered().items() for one in versions if parameter in one.parameters}
    for parameter in BOOK.parameters
}  # fmt: skip


def holds(row: dict[str, Any], book: PolicyBook) -> bool:
    return bool(plain(book.value(row["parameter"], row["as_of"]).value) == row["value"])


@pytest.mark.parametrize("row", PRINTED, ids=lambda row: f"{row['parameter']}@{row['as_of']}")
def test_a_number_is_the_one_that_the_text_prints(row):
    assert holds(row, BOOK), row["words"]


def test_every_value_holds_from_the_day_of_its_document_and_was_public_on_its_day():
    for parameter in BOOK.parameters.values():
        for value in parameter.values:
            if value.citation.document == "中国人民银行利率公告":
                assert value.published_on == value.effective_from
                continue
            held = [value.effective_from, value.published_on, value.effective_to]
            assert held in [[*one, None][:3] for one in DAYS[value.citation.document]], value.version


def numbers(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every number, day and day of the year inside a value, with the way to it."""
    if isinstance(value, Mapping):
        for name in value:
            yield from numbers(value[name], (*path, name))
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from numbers(item, (*path, index))
    elif not isinstance(value, bool | str | None) or re.fullmatch(r"[\d.]+|\d\d-\d\d", str(value)):
        yield path, value


def moved(number: Any) -> Any:
    """A little off: one fen, one day, a hundredth of a percent."""
    if isinstance(number, int):
        return number + 1
    if isinstance(number, date):
        return number + timedelta(days=1)
    if isinstance(number, Decimal):
        return number - Decimal("0.0001") if number <= 1 else number + 1
    return (
        number[:3] + f"{int(number[3:]) - 1:02d}"
        if "-" in number
        else str(Decimal(number) + Decimal("0.0001"))
    )


def changed(value: Any, path: tuple[Any, ...]) -> Any:
    if not path:
        return moved(value)
    if isinstance(value, Mapping):
        return {name: changed(item, path[1:]) if name == path[0] else item for name, item in value.items()}
    return tuple(changed(item, path[1:]) if index == path[0] else item for index, item in enumerate(value))


def failing(parameter: str, book: PolicyBook) -> str | None:
    """The first case or printed number that no longer holds."""
    for case in CASES:
        if case["rule"] in READ[parameter] and not check_case(case, book).ok:
            return str(case["id"])
    return next(
        (row["words"] for row in PRINTED if row["parameter"] == parameter and not holds(row, book)), None
    )


@pytest.mark.parametrize("parameter", [one for one in BOOK.parameters if one not in RATES])
def test_a_changed_number_makes_a_named_case_fail(parameter):
    held = BOOK.parameters[parameter]
    for position, value in enumerate(held.values):
        for path, number in numbers(value.value):
            wrong = replace(value, value=changed(value.value, path))
            values = (*held.values[:position], wrong, *held.values[position + 1 :])
            assert failing(parameter, BOOK.with_parameters(replace(held, values=values))), (path, number)
