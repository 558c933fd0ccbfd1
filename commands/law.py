"""The law as a command sees it: the policy book, as published by the day on which the command is recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from ledger.dates import first_day
from ledger.policy.parameters import ParameterValue, PolicyBook
from ledger.policy.rules import Outcome, decide, find_rule
from ledger.policy.rules.collection import monthly_share
from ledger.streams.account import Account, Contribution, base_in
from ledger.streams.employer import Employer, rate_in


class Law:
    """Parameters and rules known on a day. One is made for each unit of work."""

    def __init__(self, book: PolicyBook, known_on: date, base: PolicyBook | None = None) -> None:
        self.book = book
        self.base = base or book
        self.known_on = known_on
        self.parameter = cache(self._parameter)
        self._contribution = cache(self._contribution_of)

    def _parameter(self, parameter_id: str, on: date) -> ParameterValue:
        return self.book.value(parameter_id, on, self.known_on)

    def value(self, parameter_id: str, on: date) -> Any:
        """The value of a parameter on a day; refuses ``missing_parameter``."""
        return self.parameter(parameter_id, on).value

    def found(self, parameter_id: str, on: date) -> ParameterValue | None:
        """The value of a parameter on a day, or nothing where nobody has decided one that the text leaves open."""
        return self.book.find(parameter_id, on, self.known_on)

    def decide(self, rule: str, on: date, **facts: Any) -> Outcome:
        """A rule's outcome with its explanation, by the version of the rule in force on the day."""
        return decide(rule, facts, self.book, on, self.known_on)

    def contribution(self, employer: Employer, account: Account, month: int) -> Contribution:
        """What a month's contribution of an account must be (月缴存额): base and rate of that month."""
        return self.contributions(employer, month)(account)

    def contributions(self, employer: Employer, month: int) -> Callable[[Account], Contribution]:
        """The same for many accounts of one employer, whose rate is looked up once."""
        rate, on = rate_in(employer, month), first_day(month)
        return lambda account: self._contribution(base_in(account, month), rate, on)

    def _contribution_of(self, base_fen: int, rate: Decimal, on: date) -> Contribution:
        find_rule("monthly_contribution", on)
        rounding = self.parameter("contribution_rounding", on)
        share = monthly_share(base_fen, rate, rounding.value)
        return Contribution(share, share, base_fen, rate, (rounding.version,))


def explanation(outcome: Outcome) -> dict[str, Any]:
    """The whole proof of a single decision, as an event keeps it."""
    return outcome.as_json()


def versions(outcome: Outcome) -> tuple[str, ...]:
    """The parameter versions that an outcome read, as an event keeps them."""
    parameters: Mapping[str, str] = outcome.parameters
    return tuple(parameters.values())
