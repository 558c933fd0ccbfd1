"""What a programme (补贴项目) is, as data: who files, who reviews, which rule, from which money, what shuts what out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

import msgspec

Names = dict[str, str]
"""A text in both languages: ``{zh, en}``."""


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Data from a file: a field that is not known does not load."""


class Role(Strict, frozen=True):
    """A role in a procedure; one of a county acts for its own area only."""

    zh: str
    en: str
    level: Literal["county", "city"]


class Stage(Strict, frozen=True):
    """One step of review, and whose it is."""

    id: str
    role: str
    zh: str
    en: str


class Publicity(Strict, frozen=True):
    """Who publishes, for how long at least (a parameter), and by which clause."""

    role: str
    days: str
    clause: str


class Procedure(Strict, frozen=True):
    """Who files, who reviews in which order, who publishes, approves, plans and pays."""

    clause: str
    files: Names
    stages: tuple[Stage, ...]
    approves: str
    pays: str
    plans: str = ""
    publicity: Publicity | None = None


class Purse(Strict, frozen=True):
    """Money that several programmes share; ``ceiling`` is the parameter by which the law limits a year."""

    zh: str
    en: str
    ceiling: str = ""


class Offices(Strict, frozen=True):
    """Areas, roles, procedures, shared purses and documents, once for all programmes."""

    areas: dict[str, Names]
    roles: dict[str, Role]
    procedures: dict[str, Procedure]
    budgets: dict[str, Purse]
    documents: dict[str, Names]


class Test(Strict, frozen=True):
    """A further rule that must pass before the amount; ``gives`` hands its values on as facts of the amount's rule."""

    rule: str
    passes: tuple[str, ...] = ()
    brings: tuple[str, ...] = ()
    fixed: dict[str, Any] = {}
    gives: dict[str, str] = {}


class Time(Strict, frozen=True):
    """Where the time of an entitlement is said among the applicant's facts; without one the claim says it by its period.

    ``months`` names a list of months, ``start`` the first day and ``day`` any day of it, ``count`` how many months it lasts
    from its first, ``year`` a calendar year. ``filed`` takes the day of application, whatever the claim says.
    """

    months: str = ""
    start: str = ""
    count: str = ""
    day: str = ""
    year: str = ""
    filed: bool = False


class Bound(Strict, frozen=True):
    """What a fact of the application cannot be, because the world or the ledger says otherwise; refused at the approval.

    ``fact`` names it, ``LIST.FIELD`` each of a list. It is at most another fact (``most``), in all no more days than the
    entitlement's months have (``in_months``), one of the values that a ``parameter`` has had ``since`` a day, or what the
    ``register`` says.
    """

    fact: str
    clause: str
    most: str = ""
    since: str = ""
    in_months: bool = False
    parameter: str = ""
    register: str = ""


class Most(Strict, frozen=True):
    """The most that a beneficiary has from the programme in a window, in all: a parameter in fen."""

    parameter: str
    window: Literal["month", "quarter", "year"]
    clause: str


class Exclusion(Strict, frozen=True):
    """What is not had together with the programme in a window, and whether it is refused or only the higher is paid.

    With the effect ``months`` the programme's own rule leaves the months out; the other programme is refused for them.

    ``each`` restricts it to the same project, course, loan or person that the application names; one that names none meets
    all of the same beneficiary. ``printed`` is false where the text is silent and the reading is the recommended one.
    """

    window: Literal["month", "quarter", "year", "project", "ever"]
    effect: Literal["refuse", "higher", "months"]
    clause: str
    with_programmes: tuple[str, ...] = msgspec.field(default=(), name="with")
    facts: tuple[str, ...] = ()
    each: bool = False
    printed: bool = True


class Programme(Strict, frozen=True):
    """One entry of the catalogue: a ``programme`` pays, a ``standard`` is only measured by, a ``refusal`` pays nothing.

    ``of_year_filed`` is the clause by which only what belongs to the year of the application counts. What the rule asks
    comes from the applicant (``brings``), from the programme (``fixed``), from a parameter
    (``standard``), from the registers (``from_register``), or is the month that is paid (``month``).
    """

    id: str
    kind: Literal["programme", "standard", "refusal"]
    zh: str
    en: str
    document: str
    clause: str
    effective_from: date
    effective_to: date | None = None
    procedure: str = ""
    by_roll: bool = False
    by_pool: bool = False
    beneficiary: Literal["", "person", "household", "enterprise", "institution", "county", "township"] = ""
    documents: tuple[str, ...] = ()
    rule: str = ""
    tests: tuple[Test, ...] = ()
    passes: tuple[str, ...] = ()
    amount: str = ""
    brings: tuple[str, ...] = ()
    fixed: dict[str, Any] = {}
    standard: dict[str, str] = {}
    from_register: dict[str, str] = {}
    month: str = ""
    requires: dict[str, Any] = {}
    advance: str = ""
    agent: bool = False
    shares: dict[str, str] = {}
    source: str = ""
    budget: str = ""
    period: Literal["", "month", "quarter", "year", "once"] = ""
    time: Time = Time()
    short: Literal["", "refuse", "queue"] = ""
    exclusions: tuple[Exclusion, ...] = ()
    bounds: tuple[Bound, ...] = ()
    most: Most | None = None
    of_year_filed: str = ""
    reason: Names = {}

    @property
    def cite(self) -> str:
        """Document and clause, as a refusal names them."""
        return f"{self.document} {self.clause}"

    @property
    def purse(self) -> str:
        """The purse that pays: one that several programmes share, or its own."""
        return self.budget or self.id


def month_case(programme: Programme, facts: Mapping[str, Any], month: str) -> dict[str, Any]:
    """What the rule of a roll is asked for a month (``YYYY-MM``): the facts, what is fixed, and the month itself."""
    given = {**facts, **programme.fixed}
    return {**given, programme.month: month} if programme.month else given


def amount_of(programme: Programme, values: Mapping[str, Any]) -> tuple[int, str]:
    """What the values of the rule pay a roll's entry, in fen; nothing where a condition is not met, with its name."""
    wanted: dict[str, Any] = {**dict.fromkeys(programme.passes, True), **programme.requires}
    unmet = next((name for name, value in wanted.items() if values[name] != value), "")
    return (0 if unmet else values[programme.amount]), unmet
