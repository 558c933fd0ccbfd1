"""Four eyes at the command line: what needs two persons is refused to one, and the hint that he reads leads to its end."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from sqlalchemy import select

from commands.cli import main, opening
from commands.command_line import words_of
from commands.desk import Desk
from commands.handlers import COMMANDS
from commands.handlers.road import load
from commands.scenarios import Scenario, running
from commands.scenarios.notation import Step
from ledger.store import tables
from ledger.store.persons import Person, open_person_store
from tests.scenarios.test_scenarios import CASES

TWO_PERSONS = sorted(name for name, one in COMMANDS.items() if one.pays or one.may_pay)


def done_by_two(case: Scenario) -> Iterator[int]:
    """The numbers of the steps that two persons carry out."""
    for number, step in enumerate(case.steps):
        if step.do in TWO_PERSONS and step.approved_by and not (step.refused or step.repeated):
            yield number


def shown() -> Iterator[tuple[Scenario, int]]:
    """For each command of two persons a step of a scenario; of those that only may pay, each step that does."""
    seen: set[str] = set()
    for case in CASES:
        for number in done_by_two(case):
            name = case.steps[number].do
            if name not in seen or COMMANDS[name].may_pay:
                seen.add(name)
                yield case, number


SHOWN = list(shown())


def test_every_command_of_two_persons_is_among_those_that_are_followed() -> None:
    assert sorted({case.steps[number].do for case, number in SHOWN}) == TWO_PERSONS


@pytest.fixture
def provident(sqlite_url: str) -> Callable[..., Result]:
    def run(*words: str) -> Result:
        return CliRunner().invoke(main, ["--ledger", sqlite_url, "--lang", "en", *words])

    return run


def prepared(url: str, case: Scenario, steps: list[Step]) -> None:
    """A ledger in a file on which the first steps of a scenario were taken."""
    clock = running._Clock()
    with Desk(url, clock, running._book(case.given)) as desk:
        for step in steps:
            running._take(desk, clock, step, str(step.on))


def carried_out(run: Callable[..., Result], refused: Result, approver: str, on: str) -> Result:
    """Follows the hint of a refusal: types its line, then the line that comes, as another person."""
    assert refused.exit_code == 3, refused.output
    assert "[second_person_needed]" in refused.stderr
    (line,) = re.findall(r"^Next: (provident propose .*) ; another person", refused.stderr, re.MULTILINE)
    proposed = run(*shlex.split(line)[1:])
    assert proposed.exit_code == 0, proposed.output
    (line,) = re.findall(r"(provident approve .*) --by NAME$", proposed.stdout, re.MULTILINE)
    return run(*shlex.split(line)[1:], "--by", approver, "--on", on, "--json")


@pytest.mark.parametrize(
    ("case", "number"), SHOWN, ids=[f"{case.steps[number].do}: {case.name}" for case, number in SHOWN]
)
def test_the_hint_of_a_refusal_for_want_of_a_second_person_leads_to_the_deed(
    case: Scenario,
    number: int,
    provident: Callable[..., Result],
    sqlite_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    step = case.steps[number]
    prepared(sqlite_url, case, case.steps[:number])
    monkeypatch.setattr(opening, "own_book", lambda url="": running._book(case.given))
    fields = words_of(COMMANDS[step.do].schema, load(step.do, dict(step.content)))
    refused = provident("do", step.do, *shlex.split(fields), "--by", step.by)
    done = carried_out(provident, refused, step.approved_by, step.on.isoformat())
    assert done.exit_code == 0, done.output
    with Desk(sqlite_url) as desk, desk.ledger.database.reading() as connection:
        newest = tables.commit.c
        asked = select(newest.actor, newest.approver, newest.command).order_by(newest.id.desc()).limit(1)
        persons = connection.execute(asked).one()
    assert tuple(persons) == (step.by, step.approved_by, "approve")
    verified = provident("verify")
    assert verified.exit_code == 0, verified.output


def test_a_batch_for_the_bank_that_was_proposed_and_approved_is_handed_over(
    provident: Callable[..., Result], sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = next(one for one in CASES if one.name.startswith("a proposal moves nothing"))
    monkeypatch.setattr(opening, "own_book", lambda url="": running._book(case.given))
    prepared(sqlite_url, case, case.steps)
    bank = tmp_path / "bank"
    bank.mkdir()
    own = {"fund": {"name": "中心", "account": "2107001", "bank": "102227000013"}}
    (bank / "bank.yaml").write_text(yaml.safe_dump(own, allow_unicode=True), "utf-8")
    send = ["payments", "send", "B1", "--by", "clerk", "--dir", str(bank), "--on", "2019-08-06"]
    assert "[payee_account_missing]" in provident(*send).stderr
    with Desk(sqlite_url) as desk, desk.ledger.database.writing() as connection:
        payee = connection.exec_driver_sql("SELECT payee FROM register_payment").scalar_one()
        open_person_store(desk.ledger.database).add(connection, {payee: Person("张一", "", "62001")})
    done = carried_out(provident, provident(*send), "treasurer", "2019-08-06")
    assert json.loads(done.stdout)["result"]["count"] == 1
    sent = provident(*send, "--json")
    assert sent.exit_code == 0, sent.output
    assert len(list(bank.rglob("B1*"))) == 1
    assert json.loads(sent.stdout)["digest"]


def test_a_batch_that_was_proposed_without_its_file_is_handed_over_as_it_is_recorded(
    provident: Callable[..., Result], sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = next(one for one in CASES if one.name.startswith("a proposal moves nothing"))
    monkeypatch.setattr(opening, "own_book", lambda url="": running._book(case.given))
    prepared(sqlite_url, case, case.steps)
    bank = tmp_path / "bank"
    bank.mkdir()
    own = {"fund": {"name": "中心", "account": "2107001", "bank": "102227000013"}}
    (bank / "bank.yaml").write_text(yaml.safe_dump(own, allow_unicode=True), "utf-8")
    refused = provident("do", "send_payments", "batch=B1", "on=2019-08-06", "--by", "clerk")
    assert carried_out(provident, refused, "treasurer", "2019-08-06").exit_code == 0
    send = ["payments", "send", "B1", "--dir", str(bank), "--on", "2019-08-06"]
    assert "[payee_account_missing]" in provident(*send).stderr
    with Desk(sqlite_url) as desk, desk.ledger.database.writing() as connection:
        payee = connection.exec_driver_sql("SELECT payee FROM register_payment").scalar_one()
        open_person_store(desk.ledger.database).add(connection, {payee: Person("张一", "", "62001")})
    assert provident(*send).exit_code == 0
    assert len(list(bank.rglob("B1*"))) == 1


def test_ids_of_proposals_are_made_up_so_that_two_of_a_day_are_two(
    provident: Callable[..., Result], sqlite_url: str
) -> None:
    words = ["propose", "pay_entry", "kind=fees_paid", "amount=80.00", "reference=手续费", "on=2019-08-01"]
    made: list[Any] = [json.loads(provident(*words, "--by", "clerk", "--json").stdout) for _ in range(3)]
    assert [one["result"]["proposal"] for one in made] == [
        "pay_entry-one-20190801", "pay_entry-one-20190801-2", "pay_entry-one-20190801-3",
    ]  # fmt: skip
