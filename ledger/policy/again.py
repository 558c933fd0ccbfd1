"""A decision performed again from what its event keeps: the rule, the inputs and the values of the parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ledger.dates import parse_day
from ledger.policy.parameters import Citation, ParameterValue, PolicyBook
from ledger.policy.rules import Outcome, decide


def perform_again(stored: Mapping[str, Any], bare: PolicyBook) -> Outcome:
    """Runs the rule of a stored explanation on the values that it carries itself.

    ``bare`` knows the parameters by name and unit and holds no value (``PolicyBook.without_values``). Refuses what the
    rule refuses, and ``missing_parameter`` when the explanation lacks a value that the rule reads.
    """
    book = bare.with_values(*map(_value, stored["parameters"]))
    return decide(stored["rule"], stored["inputs"], book, parse_day(stored["on"]))


def _value(stored: Mapping[str, Any]) -> ParameterValue:
    until = stored["effective_to"]
    return ParameterValue(
        parameter=stored["parameter"],
        value=stored["value"],
        effective_from=parse_day(stored["effective_from"]),
        effective_to=until and parse_day(until),
        published_on=parse_day(stored["published_on"]),
        citation=Citation(stored["document"], stored["clause"]),
    )
