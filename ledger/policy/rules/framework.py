"""Rules: pure functions of facts, parameters and a day, with their clause, explained on demand.

A rule is written as a plain function. Its arguments are the inputs of a case; those named in ``reads`` come
from the policy book, those in ``falls_back_to`` from the case or, when it is silent, from the book. The
last argument, ``why``, takes the steps of the proof; it is ``quiet`` on the bulk path.

A read is a parameter id, for the day of the case; ``id@2019-06-30`` reads it for that day, ``id@*`` hands over
its whole ``History``, and ``id?`` hands over None where the parameter has no value.

An output that is true or false is a condition, and an output in fen is an amount: where a condition fails, every amount
is nothing. What only tells something (``tells``) and what bounds others (``bounds``) is declared.

TRAPS: a rule never reads the clock or a database, and never a parameter that it has not declared; a name may
be registered again for another time, but two rules for one day are an error at load.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial, wraps
from typing import Annotated, Any, Final, NamedTuple, Protocol, TypeVar, get_args, get_origin, get_type_hints

from ledger.dates import first_day
from ledger.policy.parameters import ParameterValue, PolicyBook
from ledger.policy.rules.kinds import Kind, WrongInput
from ledger.policy.units import Row, plain
from ledger.refusal import Refusal

Values = dict[str, Any]
GAZETTE_DAY: Final = date(2019, 7, 1)
"""The first day on which every document of the gazette is in force: the day of a case that names none."""

F = TypeVar("F", bound=Callable[..., Values])


class Why(Protocol):
    """Takes one step of a proof: what it is in Chinese and English, its value, unit, clause, rounding."""

    def __call__(
        self, zh: str, en: str, value: Any, unit: str = "", clause: str = "", rounding: str = ""
    ) -> None: ...


def quiet(zh: str, en: str, value: Any, unit: str = "", clause: str = "", rounding: str = "") -> None:
    """No proof is wanted."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a proof. An empty clause means the clause of the rule."""

    zh: str
    en: str
    value: Any
    unit: str = ""
    clause: str = ""
    rounding: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """A parameter on any day, as it was public; values that are looked up are noted as used."""

    parameter: str
    book: PolicyBook
    known_on: date | None
    used: list[ParameterValue]

    @property
    def values(self) -> tuple[ParameterValue, ...]:
        """All values that were public, in order of precedence."""
        return self.book.history(self.parameter, self.known_on)

    def on(self, day: date) -> Any:
        """The value of a day, or None."""
        found = self.book.find(self.parameter, day, self.known_on)
        return found and self._noted(found)

    def needed(self, day: date) -> Any:
        """The value of a day; refuses ``missing_parameter``."""
        return self._noted(self.book.value(self.parameter, day, self.known_on))

    def _noted(self, found: ParameterValue) -> Any:
        if found not in self.used:
            self.used.append(found)
        return found.value


Needed = Callable[[], Any]
"""A parameter that only some cases need: called, it gives the value of the day or refuses ``missing_parameter``."""


Bindings = tuple[dict[str, Any], list[ParameterValue]]


@dataclass(frozen=True, slots=True)
class Input:
    """One fact a rule asks for: its kind with the unit, and the parameter that stands in for it."""

    name: str
    kind: Kind
    required: bool
    nullable: bool
    parameter: str = ""


class Read(NamedTuple):
    """One parameter that a rule reads: the argument that takes it, and how (see ``rule``)."""

    argument: str
    parameter: str
    how: str = ""
    at: date | None = None

    @staticmethod
    def of(argument: str, source: str) -> Read:
        """Reads ``id``, ``id?``, ``id~``, ``id@DAY`` and ``id@*``."""
        parameter, _, at = source.partition("@")
        if at:
            return (
                Read(argument, parameter, "*")
                if at == "*"
                else Read(argument, parameter, at=date.fromisoformat(at))
            )
        bare = parameter.rstrip("?~")
        return Read(argument, bare, parameter.removeprefix(bare))


@dataclass(frozen=True)
class Rule:
    """A registered rule: its function, clause, inputs, the parameters it reads, its time in force."""

    name: str
    function: Callable[..., Values]
    clause: str
    zh: str
    en: str
    since: date
    until: date | None
    inputs: Mapping[str, Input]
    reads: tuple[Read, ...]
    day: tuple[str, ...] = ()
    tells: frozenset[str] = frozenset()

    @property
    def parameters(self) -> tuple[str, ...]:
        """Ids of every parameter that the rule may read."""
        fallbacks = (given.parameter for given in self.inputs.values() if given.parameter)
        return tuple(dict.fromkeys((*(read.parameter for read in self.reads), *fallbacks)))

    def unmet(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        """Names of the conditions that fail in what the rule gave."""
        return tuple(name for name, value in values.items() if value is False and name not in self.tells)

    def in_force(self, on: date) -> bool:
        return self.since <= on and (self.until is None or on <= self.until)

    def read_inputs(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The inputs as typed values; refuses ``rule_input_unknown``, ``…_missing`` and ``…_malformed``."""
        for name in given:
            if name not in self.inputs:
                raise Refusal(
                    "rule_input_unknown", self.clause, rule=self.name, name=name, known=", ".join(self.inputs)
                )
        read: dict[str, Any] = {}
        for name, wanted in self.inputs.items():
            if name in given:
                read[name] = self.read_input(name, given[name])
            elif wanted.required:
                raise Refusal(
                    "rule_input_missing", self.clause, rule=self.name, name=name, kind=wanted.kind.name
                )
        return read

    def read_input(self, name: str, value: Any) -> Any:
        """One input as a typed value; refuses ``rule_input_malformed``."""
        wanted = self.inputs[name]
        if value is None and wanted.nullable:
            return None
        try:
            return wanted.kind.read(value)
        except (WrongInput, Refusal):
            raise Refusal(
                "rule_input_malformed", self.clause, rule=self.name, name=wanted.name, kind=wanted.kind.name,
                text=str(value)[:60],
            ) from None  # fmt: skip

    def day_of(self, read: Mapping[str, Any], on: date | None) -> date:
        """The day whose law applies: what the case states, else ``on``, else the first day of the gazette."""
        days = (read[name] for name in self.day if read.get(name) is not None)
        stated = next(days, None)
        if stated is None:
            return on or max(self.since, min(GAZETTE_DAY, self.until or GAZETTE_DAY))
        if isinstance(stated, date):
            return stated
        return first_day(stated)

    def bind(self, read: Mapping[str, Any], book: PolicyBook, on: date, known_on: date | None) -> Bindings:
        """Values of the parameters that this case needs; refuses ``missing_parameter``."""
        arguments: dict[str, Any] = {}
        used: list[ParameterValue] = []
        for name, parameter, how, at in self.reads:
            history = History(parameter, book, known_on, used)
            if how == "*":
                arguments[name] = history
            elif how == "~":
                arguments[name] = partial(history.needed, on)
            else:
                arguments[name] = history.on(on) if how == "?" else history.needed(at or on)
        for name, given in self.inputs.items():
            if given.parameter and read.get(name) is None:
                arguments[name] = History(given.parameter, book, known_on, used).needed(on)
        return arguments, used

    def compiled(
        self, book: PolicyBook, on: date, known_on: date | None = None, **fixed: Any
    ) -> Callable[..., Values]:
        """The function with parameters (and ``fixed`` inputs) bound for one day: typed inputs in, values out.

        No explanation is made: this is the path of bulk work. Refuses ``missing_parameter``.
        """
        arguments, _ = self.bind(fixed, book, on, known_on)
        return partial(self.function, **{**fixed, **arguments})

    def run(
        self,
        given: Mapping[str, Any],
        book: PolicyBook,
        on: date | None = None,
        known_on: date | None = None,
        explain: bool = True,
    ) -> Outcome:
        """The result of a case with its explanation; the same case always gives the same result."""
        read = self.read_inputs(given)
        day = self.day_of(read, on)
        bound, used = self.bind(read, book, day, known_on)
        arguments = {**read, **bound}
        steps: list[tuple[Any, ...]] = []
        if explain:

            def why(*step: Any, **more: Any) -> None:
                steps.append((step, more))

            arguments["why"] = why
        return Outcome(self, read, used, day, self.function(**arguments), steps)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rule decided: ``values`` by output name, the rule, the parameter values, and the steps."""

    rule: Rule
    inputs: Mapping[str, Any]
    used: list[ParameterValue]
    on: date
    values: Values
    recorded: list[tuple[Any, ...]] = field(default_factory=list)

    @property
    def clause(self) -> str:
        return self.rule.clause

    @property
    def unmet(self) -> tuple[str, ...]:
        """Names of the conditions that fail: the outcome pays nothing then."""
        return self.rule.unmet(self.values)

    @property
    def parameters(self) -> dict[str, str]:
        """Versions of the parameters used, by id: what an event keeps. Several of one id stand with commas."""
        versions: dict[str, list[str]] = {}
        for value in self.used:
            versions.setdefault(value.parameter, []).append(value.version)
        return {parameter: ",".join(known) for parameter, known in versions.items()}

    @property
    def steps(self) -> tuple[Step, ...]:
        return tuple(Step(*step, **more) for step, more in self.recorded)

    def inputs_as_json(self) -> dict[str, Any]:
        kinds = {name: given.kind for name, given in self.rule.inputs.items()}
        return {name: kinds[name].write(value) for name, value in self.inputs.items() if value is not None}

    def as_json(self) -> dict[str, Any]:
        return {
            "rule": self.rule.name,
            "clause": self.clause,
            "on": self.on.isoformat(),
            "inputs": self.inputs_as_json(),
            "parameters": [value.as_json() for value in self.used],
            "steps": [
                {
                    "zh": step.zh, "en": step.en, "value": plain(step.value), "unit": step.unit,
                    "clause": step.clause or self.clause, "rounding": step.rounding,
                }
                for step in self.steps
            ],
            "values": plain(self.values),
        }  # fmt: skip


_REGISTERED: Final[dict[str, list[Rule]]] = {}


class RulesConflict(ValueError):
    """Two rules of one name claim the same day."""


def rule(
    name: str,
    *,
    clause: str,
    zh: str,
    en: str,
    since: str,
    until: str = "",
    reads: Mapping[str, str] | None = None,
    falls_back_to: Mapping[str, str] | None = None,
    day: str = "",
    tells: str = "",
    bounds: str = "",
) -> Callable[[F], F]:
    """Registers a pure function as the rule of a name for a time; the function itself stays as it was.

    ``reads`` names the parameter of an argument: ``id`` is the value of the day, ``id?`` the value or None, ``id~``
    a value that is asked for only when the case needs it (``Needed``), ``id@DAY`` the value of that day and ``id@*``
    its ``History``. ``falls_back_to`` names the parameter that stands in for an input that is not given.
    ``tells`` names outputs that are true or false and no condition, ``bounds`` those in fen that are no amount to be
    had but a limit, which holds whether a condition is met or not.

    Raises ``RulesConflict`` when another rule of the name is in force on one of the days.
    """

    def register(function: F) -> F:
        told, limits = frozenset(tells.split()), frozenset(bounds.split())
        made = Rule(
            name=name,
            function=_without_amount_where_unmet(function, told, limits),
            clause=clause,
            zh=zh,
            en=en,
            since=date.fromisoformat(since),
            until=date.fromisoformat(until) if until else None,
            inputs=_inputs(function, reads or {}, falls_back_to or {}),
            reads=tuple(Read.of(argument, source) for argument, source in (reads or {}).items()),
            day=tuple(filter(None, day.split(","))),
            tells=told,
        )
        add(_REGISTERED, made)
        return function

    return register


def is_amount(name: str) -> bool:
    """Whether an output is money by its name: ``total_fen``, ``grant_fen_per_month``."""
    return "fen" in name.split("_")


def _without_amount_where_unmet(
    function: Callable[..., Values], tells: frozenset[str], bounds: frozenset[str]
) -> Callable[..., Values]:
    """The function of a rule, of which no amount is left where one of its conditions fails."""

    @wraps(function)
    def decided(**arguments: Any) -> Values:
        values = function(**arguments)
        if all(value is not False or name in tells for name, value in values.items()):
            return values
        had = {
            name: value for name, value in values.items() if value and is_amount(name) and name not in bounds
        }
        if had:
            arguments.get("why", quiet)("条件不满足，不得金额", "a condition fails: no amount", 0, "fen")
        return {**values, **{name: {} if isinstance(value, dict) else 0 for name, value in had.items()}}

    return decided


def rule_in_eras(name: str, *eras: tuple[str, str, str], **more: Any) -> Callable[[F], F]:
    """Registers one function as the rule of several times, each with its own clause: (clause, since, until)."""

    def register(function: F) -> F:
        for clause, since, until in eras:
            rule(name, clause=clause, since=since, until=until, **more)(function)
        return function

    return register


def add(registered: dict[str, list[Rule]], new: Rule) -> None:
    """Adds a rule to a registry; raises ``RulesConflict`` when two of one name share a day."""
    others = registered.setdefault(new.name, [])
    for other in others:
        if (other.until is None or new.since <= other.until) and (
            new.until is None or other.since <= new.until
        ):
            raise RulesConflict(
                f"{new.name}: both {other.clause} and {new.clause} claim {max(new.since, other.since)}"
            )
    others.append(new)
    others.sort(key=lambda rule: rule.since)


def _inputs(
    function: Callable[..., Any], reads: Mapping[str, str], falls_back_to: Mapping[str, str]
) -> dict[str, Input]:
    hints = get_type_hints(function, include_extras=True)
    inputs: dict[str, Input] = {}
    for argument in inspect.signature(function).parameters.values():
        if argument.name == "why" or argument.name in reads:
            continue
        hint = hints[argument.name]
        options = (hint,) if get_origin(hint) is Annotated else get_args(hint)
        kinds = [
            item
            for option in options
            for item in getattr(option, "__metadata__", ())
            if isinstance(item, Kind)
        ]
        if len(kinds) != 1:
            raise TypeError(f"{function.__name__}: the input {argument.name} has no kind")
        parameter = falls_back_to.get(argument.name, "")
        inputs[argument.name] = Input(
            name=argument.name,
            kind=kinds[0],
            required=argument.default is inspect.Parameter.empty and not parameter,
            nullable=type(None) in options or bool(parameter),
            parameter=parameter,
        )
    return inputs


def chosen(rows: Sequence[Row], column: str, value: Any, rule: str, name: str) -> Row:
    """The row of a table in which a column has the value; refuses ``rule_input_malformed`` when none has."""
    for row in rows:
        if row[column] == value:
            return row
    known = ", ".join(str(row[column]) for row in rows)
    raise Refusal("rule_input_malformed", rule=rule, name=name, kind=f"one of {known}", text=str(value)[:60])


def registered() -> Mapping[str, list[Rule]]:
    """All rules by name, each name's versions in order of time."""
    return _REGISTERED


def find_rule(name: str, on: date | None = None) -> Rule:
    """The rule of a name, on a day if one is named; refuses ``rule_unknown`` and ``rule_not_in_force``."""
    versions = registered().get(name)
    if not versions:
        raise Refusal("rule_unknown", rule=name)
    for version in versions:
        if version.in_force(on or GAZETTE_DAY):
            return version
    if on is None:
        return versions[0]
    ranges = "; ".join(f"{version.since} – {version.until or ''}" for version in versions)
    raise Refusal("rule_not_in_force", versions[-1].clause, rule=name, on=on.isoformat(), ranges=ranges)


def decide(
    name: str,
    given: Mapping[str, Any],
    book: PolicyBook,
    on: date | None = None,
    known_on: date | None = None,
    explain: bool = True,
) -> Outcome:
    """Runs the rule of a name as it stood on a day, with the parameters published by ``known_on``.

    Without ``on`` the rule of the gazette of 2019 answers, for the day that the case itself states.
    """
    return find_rule(name, on).run(given, book, on, known_on, explain)
