"""What a beneficiary has from all programmes, and what the rules of a programme ask the registers about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, Final, NamedTuple

from commands.handlers.registry import Work
from ledger.programmes.periods import in_window, months_of_year
from ledger.streams import circumstance
from ledger.streams.grant import LIVE, Approved, Grant, counts, keeps_fen

PROJECT_AWARD: Final = "enclave_project_award"
"""The programme whose awards are counted for all projects of a year together."""


class Held(NamedTuple):
    """Something that a beneficiary receives: of which programme, for which months or project, and how much of it."""

    programme: str
    source: str
    months: tuple[str, ...]
    project: str
    keeps_fen: int
    facts: dict[str, Any] | None = None


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


def look_alikes(work: Work, grant: str, state: Grant) -> tuple[str, ...]:
    """Grants of the programme that might be the same and that no rule shuts out, to be looked at before approval (查重).

    The same facts for the same beneficiary or the same payee in a time that both touch, under another name.
    """
    found = work.find("grant", beneficiary=state.beneficiary) | work.find("grant", payee=state.payee)
    return tuple(
        sorted(
            key
            for key, other in found.items()
            if key != grant
            and (other.programme, other.facts) == (state.programme, state.facts)
            and other.status in LIVE
            and set(other.months) & set(state.months)
        )
    )


def held_for_project(work: Work, project: str, but: str) -> list[Held]:
    """Everything decided for a project, whoever applied, with the awards of a year's pool that was approved."""
    if not project:
        return []
    found = work.find("grant", project=project).items()
    grants_had = [_held(key, state) for key, state in found if key != but and counts(state)]
    return grants_had + [one for one in _awards(work, project) if one.source != but]


def _awards(work: Work, project: str) -> list[Held]:
    return [
        Held(PROJECT_AWARD, f"pool-{key}", months_of_year(pool.year), project, pool.payable[project])
        for key, pool in work.find("pool", status=["approved", "paid"]).items()
        if pool.kind == "project" and pool.payable.get(project)
    ]


def _held(key: str, state: Grant) -> Held:
    return Held(state.programme, f"grant-{key}", state.months, state.project, keeps_fen(state), state.facts)


def answers(work: Work, grant: str, state: Grant, questions: dict[str, str], on: date) -> dict[str, Any]:
    """What the registers say to the questions of a programme, by the fact that each answers."""
    if not questions:
        return {}
    held = held_by(work, state.beneficiary, grant)
    known = work.uow.state("circumstance", state.beneficiary)
    return {fact: _answer(work, question, state, held, known, on) for fact, question in questions.items()}


def _answer(
    work: Work,
    question: str,
    state: Grant,
    held: list[Held],
    known: circumstance.Circumstances,
    on: date,
) -> Any:
    name, _, argument = question.partition(":")
    own = [one for one in held if one.programme == state.programme]
    years = in_window("year", state.months)
    this_year = [one for one in own if years & in_window("year", one.months)]
    match name:
        case "paid_this_year":
            return bool(this_year)
        case "none_before":
            grants_had = [one.source.removeprefix("grant-") for one in own]
            return not any(had.paid_fen for had in work.uow.load("grant", grants_had).values())
        case "paid_this_year_fen":
            return sum(one.keeps_fen for one in this_year)
        case "paid_before_fen":
            return sum(one.keeps_fen for one in own if one.project == state.project)
        case "months_paid_before":
            return sum(_months_paid(work, one) for one in own if meets_project(state.project, one.project))
        case "fact":
            return circumstance.holds_on(known, argument, on)
        case "fact_months":
            return [month for month in state.months if circumstance.holds_in(known, argument, month)]
        case "roll_months":
            return list(_months_on(held, known, argument.split(","), state.months))
        case _:
            raise LookupError(f"no register answers {question}")


def meets_project(one: str, other: str) -> bool:
    """Whether two names of a project, a person or a course may mean the same: a blank one may mean any."""
    return not one or not other or one == other


def _months_paid(work: Work, held: Held) -> int:
    """For how many months a grant was approved, by its own explanation; else the months that it covers."""
    history = work.history("grant", held.source.removeprefix("grant-"))
    approved = [one.body for one in history if isinstance(one.body, Approved)]
    for proof in (approved[-1].explanation, *approved[-1].tests) if approved else ():
        values = proof.get("values", {})
        for name in ("months_paid", "payable_months"):
            if name in values:
                return int(values[name])
        if "monthly_unit_share_fen" in proof.get("inputs", {}):
            return len(proof["inputs"]["monthly_unit_share_fen"])
    return len(held.months)


def _months_on(
    held: list[Held], known: circumstance.Circumstances, programmes: list[str], months: tuple[str, ...]
) -> Iterator[str]:
    """Months paid by a roll of this ledger, or of another register that says so by the programme's name."""
    taken = {month for one in held if one.programme in programmes for month in one.months}
    for month in months:
        elsewhere = (circumstance.holds_in(known, name, month) for name in programmes)
        if month in taken or any(elsewhere):
            yield month
