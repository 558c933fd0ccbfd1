"""The notation of scenarios: YAML that names a case, cites its clause, takes steps and states what must hold.

Every word is known beforehand; one that is not is refused with the words that are. Days, months and amounts are read
as text by the schemas of the commands, so an amount stands in quotation marks and never passes through a float.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

import msgspec
import yaml

from commands.handlers import COMMANDS, Command
from commands.scenarios.expectations import QUESTIONS
from ledger.dates import parse_day
from ledger.refusal import Refusal

MAKER, APPROVER = "clerk", "approver"
"""The two persons of a step that names none."""

SCENARIO_WORDS: Final = {
    "scenario": "the case in one sentence",
    "cite": "the clause that it rests on",
    "given": "legal parameters: a value since ever, `{value, from, published}` or a list of them, `null` for none",
    "steps": "what is done, in order",
    "expect": "what must hold afterwards",
}

STEP_WORDS: Final = {
    "on": "the value date (业务日期)",
    "recorded_on": "the day on which it is recorded; by default the value date, and never before the last step",
    "do": "the command",
    "by": "who does it (经办); by default `clerk`",
    "approved_by": "who approves it (审批), `null` for nobody; where money leaves by default `approver`, and where the "
    "payer's office approves, who stands after `by`, `clerk` having made it",
    "key": "the key of the request; the same key with the same content does its work once",
    "repeated": "`true`: the ledger must answer that this key was used, and do nothing",
    "refused": "the code with which the step must be refused, without a trace",
    "rows": "the codes of the bad rows of a list, by row",
}

EXPECT_WORDS: Final = {
    "as_of": "effective on this day; by default the last day that the steps name",
    "known_on": "as known on this day; by default all that is known",
    "equals": "what the answer must be",
}


class Step(msgspec.Struct, frozen=True):
    """One command of a scenario, and how it must end."""

    do: str
    on: date
    recorded_on: date
    content: dict[str, Any]
    by: str
    approved_by: str
    key: str
    repeated: bool
    refused: str
    rows: dict[int, str]


class Expectation(msgspec.Struct, frozen=True):
    """One question about the ledger and its answer: ``word`` asks, ``subject`` is what it is asked about."""

    word: str
    subject: str
    equals: Any
    as_of: date | None
    known_on: date | None

    def __str__(self) -> str:
        more = [f"{name} {day}" for name, day in (("as of", self.as_of), ("known on", self.known_on)) if day]
        return " ".join((self.word, self.subject, *more)).strip()


class Scenario(msgspec.Struct, frozen=True):
    """A case: its sentence, its clause, the law it is given, its steps, and what is expected."""

    name: str
    cite: str
    given: dict[str, Any]
    steps: list[Step]
    expect: list[Expectation]
    file: str

    @property
    def last_day(self) -> date:
        """The last day that the steps name: what is expected holds on it unless it says otherwise."""
        return max(max(step.on, step.recorded_on) for step in self.steps)


class _Loader(yaml.SafeLoader):
    """YAML whose days stay text, so that 2019-02-30 is refused by the ledger and not by the parser, and whose word
    ``on`` is a word: of the many ways to write a truth value only ``true`` and ``false`` are left.
    """


def _left(first: str, tag: str) -> bool:
    return not tag.endswith(":timestamp") and (not tag.endswith(":bool") or first in "tTfF")


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if _left(first, tag)]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    words = [key.value for key, _ in node.value]
    if len(set(words)) < len(words):
        raise yaml.constructor.ConstructorError(None, None, "a word stands twice", node.start_mark)
    loader.flatten_mapping(node)
    return {
        loader.construct_object(key, deep=True): loader.construct_object(value, deep=True)
        for key, value in node.value
    }


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def files_of(paths: Iterable[Path]) -> list[Path]:
    """The scenario files of the given files and folders, in order; refuses a path without any."""
    found: list[Path] = []
    for path in paths:
        some = sorted(path.rglob("*.yaml")) if path.is_dir() else [path] * path.is_file()
        if not some:
            raise Refusal("scenario_file_missing", path=str(path))
        found += some
    return found


def read_scenarios(file: Path) -> list[Scenario]:
    """The scenarios of a file.

    Refuses ``scenario_malformed`` and ``scenario_word_unknown``, naming the file, the scenario and the known words.
    """
    try:
        raw = yaml.load(file.read_text("utf-8"), _Loader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Refusal("scenario_malformed", where=str(file), what=" ".join(str(error).split())) from None
    if not isinstance(raw, list):
        raise Refusal("scenario_malformed", where=str(file), what="a list of scenarios is needed")
    return [_scenario(one, f"{file.name}, {number}") for number, one in enumerate(raw, start=1)]


def _scenario(raw: Any, where: str) -> Scenario:
    _check_words(raw, where, SCENARIO_WORDS, needed=("scenario", "cite", "steps"))
    name, file = str(raw["scenario"]), where.partition(",")[0]
    where = f"{where} ({name})"
    steps = list(_steps(raw["steps"], where))
    if not steps:
        raise Refusal("scenario_malformed", where=where, what="a scenario takes at least one step")
    expect = [
        _expectation(one, f"{where}, expectation {number}")
        for number, one in enumerate(raw.get("expect") or (), start=1)
    ]
    return Scenario(name, str(raw["cite"]), raw.get("given") or {}, steps, expect, file)


def _steps(raw: Any, where: str) -> Iterator[Step]:
    recorded_on = date.min
    for number, one in enumerate(raw, start=1):
        step = _step(one, f"{where}, step {number}", recorded_on)
        recorded_on = step.recorded_on
        yield step


def _step(raw: Any, where: str, not_before: date) -> Step:
    _check_words(raw, where, (*STEP_WORDS, *_fields_of(raw, where)), needed=("on", "do"))
    command = COMMANDS[raw["do"]]
    on = _day(raw["on"])
    by, approved_by = _persons(raw, command)
    return Step(
        do=command.name,
        on=on or not_before,
        recorded_on=max(_day(raw.get("recorded_on")) or on or not_before, not_before),
        content=_assumed(command)
        | {word: raw[word] for word in raw if word == "on" or word not in STEP_WORDS},
        by=by,
        approved_by=approved_by,
        key=raw.get("key", ""),
        repeated=raw.get("repeated", False),
        refused=raw.get("refused", ""),
        rows=raw.get("rows", {}),
    )


def _assumed(command: Command) -> dict[str, Any]:
    """The papers that a case has where it does not speak of them, as it has a second person where money leaves."""
    fields = command.schema.fields.items()
    return {name: field.metadata["assumed"] for name, field in fields if "assumed" in field.metadata}


def _persons(raw: Any, command: Command) -> tuple[str, str]:
    """Who makes a step and who approves it; a person who alone is named for an office is the one whose office it is."""
    if "approved_by" in raw or not command.pays:
        return raw.get("by", MAKER), raw.get("approved_by") or ""
    if not command.by_office:
        return raw.get("by", MAKER), APPROVER
    officer = raw.get("by", APPROVER)
    return (MAKER if officer != MAKER else APPROVER), officer


def _fields_of(raw: Any, where: str) -> list[str]:
    command = raw.get("do", "") if isinstance(raw, dict) else ""
    if command and command not in COMMANDS:
        raise Refusal("scenario_word_unknown", where=where, word=command, known=", ".join(sorted(COMMANDS)))
    return [name for name in COMMANDS[command].schema.fields if name != "on"] if command else []


def _day(text: Any) -> date | None:
    """The day of a step, or none where the step itself tries one that does not exist."""
    try:
        return parse_day(str(text))
    except Refusal:
        return None


def _expectation(raw: Any, where: str) -> Expectation:
    _check_words(raw, where, (*EXPECT_WORDS, *QUESTIONS))
    asked = [word for word in raw if word not in EXPECT_WORDS]
    if len(asked) != 1:
        raise Refusal("scenario_malformed", where=where, what="an expectation asks one question")
    (word,) = asked
    # A question about the whole ledger states its answer at once: {events: 4}.
    whole = "equals" not in raw
    return Expectation(
        word=word,
        subject="" if whole else str(raw[word]),
        equals=raw[word] if whole else raw["equals"],
        as_of=parse_day(raw["as_of"]) if "as_of" in raw else None,
        known_on=parse_day(raw["known_on"]) if "known_on" in raw else None,
    )


def _check_words(raw: Any, where: str, known: Iterable[str], needed: Iterable[str] = ()) -> None:
    if not isinstance(raw, dict):
        raise Refusal("scenario_malformed", where=where, what=f"{raw!r} is no mapping of words")
    words = list(known)
    for word in raw:
        if word not in words:
            raise Refusal("scenario_word_unknown", where=where, word=str(word), known=", ".join(words))
    for word in needed:
        if not raw.get(word):
            raise Refusal("scenario_malformed", where=where, what=f"the word '{word}' is missing")
