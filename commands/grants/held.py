"""What a beneficiary has from all programmes, and what the rules of a programme ask the registers about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, Final, NamedTuple

from commands.handlers.registry import Work
from ledger.programmes.periods import in_window
from ledger.streams import circumstance
from ledger.streams.grant import Grant, counts, keeps_fen


class Held(NamedTuple):
    """Something that a beneficiary receives: of which programme, for which months or project, and how much of it."""

    programme: str
    source: str
    months: tuple[str, ...]
    project: str
    keeps_fen: int


Source = Callable[[Work, str], list[Held]]

ROLL_SOURCES: Final[list[Source]] = []
"""Where else than in grants somebody may receive money: monthly rolls add themselves here."""


def held_by(work: Work, beneficiary: str, but: str) -> list[Held]:
    """Everything decided in favour of a beneficiary, except the grant that is being decided."""
    found = [
        _held(key, state)
        for key, state in work.find("grant", beneficiary=beneficiary).items()
        if key != but and counts(state)
    ]
    return found + [one for source in ROLL_SOURCES for one in source(work, beneficiary)]


def held_for_project(work: Work, project: str, but: str) -> list[Held]:
    """Everything decided for a project, whoever applied."""
    if not project:
        return []
    found = work.find("grant", project=project).items()
    return [_held(key, state) for key, state in found if key != but and counts(state)]


def _held(key: str, state: Grant) -> Held:
    return Held(state.programme, f"grant-{key}", state.months, state.project, keeps_fen(state))


def answers(work: Work, grant: str, state: Grant, questions: dict[str, str], on: date) -> dict[str, Any]:
    """What the registers say to the questions of a programme, by the fact that each answers."""
    if not questions:
        return {}
    held = held_by(work, state.beneficiary, grant)
    known = work.uow.state("circumstance", state.beneficiary)
    return {fact: _answer(question, state, held, known, on) for fact, question in questions.items()}


def _answer(
    question: str, state: Grant, held: list[Held], known: circumstance.Circumstances, on: date
) -> Any:
    name, _, argument = question.partition(":")
    own = [one for one in held if one.programme == state.programme]
    years = in_window("year", state.months)
    this_year = [one for one in own if years & in_window("year", one.months)]
    match name:
        case "paid_this_year":
            return bool(this_year)
        case "paid_this_year_fen":
            return sum(one.keeps_fen for one in this_year)
        case "paid_before_fen":
            return sum(one.keeps_fen for one in own if one.project == state.project)
        case "months_paid_before":
            return len({month for one in own for month in one.months})
        case "fact":
            return circumstance.holds_on(known, argument, on)
        case "fact_months":
            return [month for month in state.months if circumstance.holds_in(known, argument, month)]
        case "roll_months":
            return list(_months_on(held, known, argument.split(","), state.months))
        case _:
            raise LookupError(f"no register answers {question}")


def _months_on(
    held: list[Held], known: circumstance.Circumstances, programmes: list[str], months: tuple[str, ...]
) -> Iterator[str]:
    """Months paid by a roll of this ledger, or of another register that says so by the programme's name."""
    taken = {month for one in held if one.programme in programmes for month in one.months}
    for month in months:
        elsewhere = (circumstance.holds_in(known, name, month) for name in programmes)
        if month in taken or any(elsewhere):
            yield month
