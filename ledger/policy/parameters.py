"""Legal parameters with two dates: since when a value holds, and since when it has been public.

A question names the day it is about (``on``) and may name the day on which it is asked (``known_on``): a
value that was published later is then not seen, which is how an old decision can be judged by what could be
known. Rule of choice: of the values that cover the day and were public, the one with the latest start; of two
with the same start, the one published later; an overriding value (what-if) before all others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from typing import Any, Final

from ledger.policy.units import UNITS, Value, WrongValue, plain
from ledger.refusal import Refusal

LAYERS: Final = ("national", "province", "city")
CERTAINTIES: Final = (
    "printed",
    "read",
    "excerpt",
    "secondary",
    "computed",
    "recommended",
    "general_knowledge",
)
"""How sure a reading is: printed in the gazette; an outside text read in full, in excerpt, or at second
hand; computed from sourced figures; argued for where the text is silent; general knowledge, unverified."""


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a value stands: document number and clause, such as 葫政发〔2019〕12号 第四条."""

    document: str
    clause: str

    def __str__(self) -> str:
        return f"{self.document} {self.clause}".strip()


@dataclass(frozen=True, slots=True)
class ParameterValue:
    """One value of a legal quantity, with its dates and its citation.

    ``version`` is the text that events keep: the id and the first day, and, where the same first day was
    given another value later, the day of that publication (``…+2020-01-01``) or ``+what-if``.
    """

    parameter: str
    value: Any
    effective_from: date
    published_on: date
    citation: Citation
    layer: str = "city"
    source: str = "printed"
    certainty: str = "printed"
    effective_to: date | None = None
    because: str = ""
    unit: str = ""
    edition: str = ""

    @property
    def version(self) -> str:
        return f"{self.parameter}@{self.effective_from}" + (f"+{self.edition}" if self.edition else "")

    def covers(self, on: date) -> bool:
        return self.effective_from <= on and (self.effective_to is None or on <= self.effective_to)

    def as_json(self) -> dict[str, Any]:
        """Plain JSON, as an event or a command line shows it."""
        return {
            "parameter": self.parameter,
            "value": plain(self.value),
            "unit": self.unit,
            "version": self.version,
            "effective_from": self.effective_from.isoformat(),
            "effective_to": self.effective_to and self.effective_to.isoformat(),
            "published_on": self.published_on.isoformat(),
            "document": self.citation.document,
            "clause": self.citation.clause,
            "layer": self.layer,
            "source": self.source,
            "certainty": self.certainty,
            "because": self.because,
        }


@dataclass(frozen=True, slots=True)
class Parameter:
    """One legal quantity: its unit, who may set it (``decided_by``), its values in order of their start."""

    id: str
    unit: str
    zh: str
    en: str
    decided_by: str
    clause: str = ""
    group: str = ""
    choices: tuple[str, ...] = ()
    values: tuple[ParameterValue, ...] = ()

    @property
    def cited(self) -> str:
        """The clause that asks for the quantity, else the one that first gave it a value."""
        return self.clause or (str(self.values[0].citation) if self.values else "")

    def without_values(self) -> Parameter:
        """The same quantity before anything was published."""
        return replace(self, values=())

    def checked(self, value: Any) -> Value:
        """The value read by the parameter's unit and choices; raises ``WrongValue``."""
        read = UNITS[self.unit](value)
        if self.choices and read not in self.choices:
            raise WrongValue(f"{value!r} is not one of {', '.join(self.choices)}")
        return read


@dataclass(frozen=True)
class PolicyBook:
    """All parameters, immutable; ``with_values`` gives another book and leaves this one as it was."""

    parameters: Mapping[str, Parameter]
    overriding: Mapping[str, tuple[ParameterValue, ...]] = field(default_factory=dict)

    @staticmethod
    @cache
    def bundled() -> PolicyBook:
        """The book of the packs that come with the program: the gazette of 2019 and the national rules."""
        from ledger.policy.loading import load_packs

        return PolicyBook(load_packs())

    def parameter(self, parameter_id: str) -> Parameter:
        """The parameter of an id; refuses ``parameter_unknown``."""
        if parameter_id not in self.parameters:
            raise Refusal("parameter_unknown", parameter=parameter_id)
        return self.parameters[parameter_id]

    def known(self, parameter_id: str) -> bool:
        return parameter_id in self.parameters

    def find(self, parameter_id: str, on: date, known_on: date | None = None) -> ParameterValue | None:
        """The value that holds on a day, as published by ``known_on``, or nothing."""
        return latest(self.history(parameter_id, known_on), on)

    def history(self, parameter_id: str, known_on: date | None = None) -> tuple[ParameterValue, ...]:
        """All values that were public on ``known_on``, in order of precedence; overriding ones come last."""
        values = self.parameter(parameter_id).values
        if known_on is not None:
            values = tuple(value for value in values if value.published_on <= known_on)
        return (*values, *self.overriding.get(parameter_id, ()))

    def value(self, parameter_id: str, on: date, known_on: date | None = None) -> ParameterValue:
        """The value that holds on a day, as published by ``known_on`` (by today, when none).

        Refuses ``missing_parameter``, naming the parameter and who may set it (第十九条), never a default.
        """
        found = self.find(parameter_id, on, known_on)
        if found is None:
            parameter = self.parameter(parameter_id)
            raise Refusal(
                "missing_parameter",
                parameter.cited,
                parameter=parameter_id,
                on=on.isoformat(),
                known_on=known_on.isoformat() if known_on else "today",
                decided_by=parameter.decided_by,
            )
        return found

    def version(self, version: str) -> ParameterValue:
        """The value that an event names by its version; refuses ``parameter_version_unknown``."""
        parameter_id = version.split("@", 1)[0]
        values = (*self.parameter(parameter_id).values, *self.overriding.get(parameter_id, ()))
        for value in values:
            if value.version == version:
                return value
        raise Refusal("parameter_version_unknown", version=version)

    def with_values(self, *values: ParameterValue, overriding: bool = False) -> PolicyBook:
        """A new book with more values: of the committee, of ledger events, or, ``overriding``, of a what-if.

        An overriding value holds on every day that it covers, whatever else was published and whenever.
        Raises ``WrongValue`` for a value that the unit does not admit; refuses ``parameter_unknown``.
        """
        parameters, over = dict(self.parameters), dict(self.overriding)
        for new in values:
            parameter = self._declared(parameters, new.parameter)
            new = replace(new, value=parameter.checked(new.value), unit=parameter.unit)
            if overriding:
                over[new.parameter] = (*over.get(new.parameter, ()), replace(new, edition="what-if"))
            else:
                parameters[new.parameter] = replace(parameter, values=ordered((*parameter.values, new)))
        return PolicyBook(parameters, over)

    def with_parameters(self, *parameters: Parameter) -> PolicyBook:
        """A new book that also knows these parameters, such as a quantity that only one city has."""
        return PolicyBook({**self.parameters, **{new.id: new for new in parameters}}, self.overriding)

    def without_values(self) -> PolicyBook:
        """A new book that knows every parameter and no value."""
        return PolicyBook({key: one.without_values() for key, one in self.parameters.items()})

    @staticmethod
    def _declared(parameters: Mapping[str, Parameter], parameter_id: str) -> Parameter:
        if parameter_id not in parameters:
            raise Refusal("parameter_unknown", parameter=parameter_id)
        return parameters[parameter_id]


def latest(values: tuple[ParameterValue, ...], on: date) -> ParameterValue | None:
    """The last of the values in order of precedence that covers the day."""
    for value in reversed(values):
        if value.covers(on):
            return value
    return None


def ordered(values: Iterable[ParameterValue]) -> tuple[ParameterValue, ...]:
    """Values by first day and publication, a repeated one once, each later edition of a first day named.

    The order is the order of precedence: ``find`` takes the last one that covers the day.
    """
    result: list[ParameterValue] = []
    for value in sorted(values, key=lambda value: (value.effective_from, value.published_on)):
        before = result[-1] if result and result[-1].effective_from == value.effective_from else None
        if before and before.published_on == value.published_on:
            result[-1] = replace(value, edition=before.edition)
        else:
            result.append(replace(value, edition=value.published_on.isoformat() if before else ""))
    return tuple(result)
