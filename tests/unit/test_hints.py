"""What a refusal tells a person to do next can be done: every hint is followed to a command that exists."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Any

import click
import pytest
from marshmallow import Schema, fields

from commands.cli import main
from commands.cli.doing import content_of
from commands.command_line import propose_line, words_of
from commands.handlers import COMMANDS
from commands.handlers.proposals import FOUR_EYES
from commands.handlers.road import load
from commands.scenarios import files_of, read_scenarios
from ledger.limits import HINT_CHARACTERS_MAX
from ledger.policy.parameters import PolicyBook
from ledger.refusal import Refusal, texts
from tests.scenarios.test_scenarios import FOLDER

SAMPLES = {"command": "approve", "line": "provident propose withdraw account=A1 --by clerk"}
"""What stands for the facts by which a hint names a command."""

NAMED = re.compile(r"provident ((?:[-{}=.\w]+ ?)+)", re.ASCII)
"""A command line in a sentence: up to a letter that is none of a command's."""

ONE_WORD_FOR_ITSELF = {"books_closed", "no_heir"}
"""What the annual report calls the missing closing of the year's books, and a reason of withdrawal."""


def lines_in(hint: str) -> list[list[str]]:
    """The words after each ``provident`` of a hint."""
    filled = re.sub(r"\{(\w+)\}", lambda found: SAMPLES.get(found[1], found[0]), hint)
    return [found.split() for found in NAMED.findall(filled)]


def followed(words: list[str]) -> tuple[str, ...]:
    """The command to which the words lead, and its options; fails where there is none."""
    at: click.Command = main
    path: list[str] = []
    context = click.Context(main)
    for word in words:
        if word.startswith("--"):
            known = {name for one in at.params for name in one.opts} | {"--help"}
            assert word in known, f"provident {' '.join(path)} has no option {word}"
        elif isinstance(at, click.Group):
            found = at.get_command(context, word)
            assert found is not None, f"provident {' '.join([*path, word])} does not exist"
            at = found
            path.append(word)
    helped = words[-1] == "--help"
    assert helped or not isinstance(at, click.Group), f"provident {' '.join(path)} alone does nothing"
    return tuple(path)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("code", sorted(texts()))
def test_every_command_line_of_a_hint_exists(code: str, language: str) -> None:
    hint = texts()[code][f"hint_{language}"]
    assert len(lines_in(hint)) == len(
        re.findall(r"\bprovident\b", re.sub(r"\{line\}", SAMPLES["line"], hint), re.ASCII)
    )
    for words in lines_in(hint):
        followed(words)


@pytest.mark.parametrize("code", sorted(texts()))
def test_both_languages_of_a_hint_lead_to_the_same_command(code: str) -> None:
    told = [{followed(words) for words in lines_in(texts()[code][f"hint_{one}"])} for one in ("zh", "en")]
    assert told[0] == told[1]


def _fields(schema: Schema) -> Iterator[str]:
    for name, field in schema.fields.items():
        yield name
        inner: Any = field.inner if isinstance(field, fields.List) else field
        if isinstance(inner, fields.Nested):
            yield from _fields(inner.schema)


def test_every_name_in_a_hint_is_a_command_a_field_or_a_parameter() -> None:
    known = set(COMMANDS) | {name for one in COMMANDS.values() for name in _fields(one.schema)}
    known |= set(PolicyBook.bundled().parameters) | ONE_WORD_FOR_ITSELF
    named = {
        word
        for text in texts().values()
        for hint in (text["hint_zh"], text["hint_en"])
        for word in re.findall(r"(?<![\w{.])[a-z]+(?:_[a-z]+)+(?![\w}])", hint, re.ASCII)
    }
    assert named - known == set()


def test_no_hint_names_a_command_of_the_command_line_without_the_program() -> None:
    context = click.Context(main)
    pairs = [
        f"{group} {name}"
        for group in main.list_commands(context)
        if isinstance(found := main.get_command(context, group), click.Group)
        and group not in ("do", "propose")
        for name in found.list_commands(context)
    ]
    bare = re.compile(rf"(?<!provident )(?<![-\w])(?:{'|'.join(pairs)})(?![-\w])", re.ASCII)
    found = {code: bare.findall(one["hint_zh"] + one["hint_en"]) for code, one in texts().items()}
    assert {code: some for code, some in found.items() if some} == {}


# ---------------------------------------------------------------- the line by which something is proposed

TWO_PERSONS = sorted(name for name, one in COMMANDS.items() if one.pays or one.may_pay)
STEPS = [
    step for file in files_of([FOLDER]) for case in read_scenarios(file) for step in case.steps
    if step.do in TWO_PERSONS
]  # fmt: skip


@pytest.mark.parametrize("name", TWO_PERSONS)
def test_the_line_of_a_proposal_says_what_was_read(name: str) -> None:
    read = 0
    for step in STEPS:
        if step.do != name:
            continue
        try:
            given = load(name, dict(step.content))
        except Refusal:
            continue
        schema = COMMANDS[name].schema
        program, propose, command, *words = shlex.split(propose_line(name, schema, given, "the clerk"))
        assert (program, propose, command, words[-2:]) == (
            "provident",
            "propose",
            name,
            ["--by", "the clerk"],
        )
        assert load(name, content_of(name, words[:-2], None)) == given
        read += 1
    assert read


def test_a_long_content_is_not_spelled_out_in_a_hint() -> None:
    keys = [f"A{number}.3" for number in range(HINT_CHARACTERS_MAX)]
    schema = COMMANDS["send_payments"].schema
    given = load("send_payments", {"on": "2019-08-01", "batch": "B1", "payments": keys})
    assert len(words_of(schema, given)) > HINT_CHARACTERS_MAX
    line = propose_line("send_payments", schema, given, "clerk")
    assert line == "provident propose send_payments --json-input FILE --by clerk"
    followed(line.removesuffix(" FILE --by clerk").split()[1:])


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_is_done_and_proposed_at_the_command_line_but_the_steps_of_four_eyes(name: str) -> None:
    if name in FOUR_EYES:
        assert followed([name, "--help"]) == (name,)
        with pytest.raises(AssertionError, match="does not exist"):
            followed(["propose", name])
    else:
        assert followed(["propose", name, "--by"]) == ("propose", name)
        assert followed(["do", name, "--by"]) == ("do", name)
