"""What-if values written as ``ID=VALUE``: another reading of a clause, or a figure that was never published."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from ledger.policy.parameters import Citation, ParameterValue, PolicyBook
from ledger.policy.units import WrongValue
from ledger.refusal import Refusal

ALWAYS = date(1, 1, 1)


def overlaid(book: PolicyBook, settings: Iterable[str]) -> PolicyBook:
    """The book with each setting overriding every day; refuses ``parameter_unknown`` and ``parameter_value_wrong``."""
    for setting in settings:
        parameter_id, _, text = setting.partition("=")
        unit = book.parameter(parameter_id).unit
        value = ParameterValue(
            parameter=parameter_id,
            value=_read(unit, text),
            effective_from=ALWAYS,
            published_on=ALWAYS,
            citation=Citation("what-if", "-"),
            source="given on the command line",
            certainty="recommended",
        )
        try:
            book = book.with_values(value, overriding=True)
        except WrongValue as error:
            raise Refusal(
                "parameter_value_wrong", parameter=parameter_id, unit=unit, text=text[:60], problem=str(error)
            ) from None
    return book


def _read(unit: str, text: str) -> Any:
    """The text as the value of a pack would be written: whole numbers and tables from JSON, the rest as it is."""
    if (
        unit.startswith("fen")
        or unit.endswith(("days", "months", "years"))
        or unit in ("age", "count", "table", "list")
    ):
        try:
            return json.loads(text, parse_float=str)
        except ValueError:
            return text
    return text
