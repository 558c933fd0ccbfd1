"""Who stands on which roll: nobody on two that exclude each other, and every programme may ask."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from commands.grants.held import ROLL_SOURCES, Held, held_by
from commands.handlers.registry import Work
from ledger.dates import format_month, month_of
from ledger.programmes import Programme, find
from ledger.programmes.exclusions import rules_between
from ledger.refusal import Refusal
from ledger.streams import place
from ledger.streams.roll import months_between

AHEAD_MONTHS = 12
"""How far ahead an open place counts when another programme asks for the months that somebody stands on a roll."""


def require_free(work: Work, programme: Programme, entry: str, members: Iterable[str], month: str) -> None:
    """Refuses ``excluded`` where a member has, from a month on, what the programme does not go with, by whichever names it.

    That is a place on a roll, or a grant of which some month is among them.
    """
    for person in members:
        for held in held_by(work, person, ""):
            if held.source == f"roll-{entry}" or not any(one >= month for one in held.months):
                continue
            for rule in rules_between(programme, find(held.programme)):
                if rule.window == "month":
                    raise Refusal(
                        "excluded", rule.clause, grant=entry, programme=programme.zh,
                        other=find(held.programme).zh, source=held.source, window=rule.window,
                    )  # fmt: skip


def take_places(work: Work, programme: str, entry: str, members: Iterable[str], month: str, on: date) -> None:
    """Gives every member a place from a month on."""
    for person in members:
        taken = place.Taken(effective_on=on, entry=entry, programme=programme, from_month=month)
        work.add("place", person, place.take(work.uow.state("place", person), taken))


def leave_places(work: Work, entry: str, members: Iterable[str], last_month: str, on: date) -> None:
    """Ends the places of members with a month."""
    for person in members:
        left = place.Left(effective_on=on, entry=entry, last_month=last_month)
        work.add("place", person, place.leave(work.uow.state("place", person), left))


def correct_places(work: Work, entry: str, members: Iterable[str], last_month: str, on: date) -> None:
    """Lets the places of members last as long as their entry does after its end was put right."""
    for person in members:
        corrected = place.Corrected(effective_on=on, entry=entry, last_month=last_month)
        work.add("place", person, place.correct(work.uow.state("place", person), corrected))


def on_rolls(work: Work, person: str) -> list[Held]:
    """What a person receives by rolls, as other programmes ask it."""
    known: place.Places = work.uow.state("place", person)
    ahead = format_month(month_of(work.known_on) + AHEAD_MONTHS)
    return [
        Held(
            programme=spell.programme,
            source=f"roll-{spell.entry}",
            months=tuple(months_between(spell.from_month, spell.last_month or max(ahead, spell.from_month))),
            project="",
            keeps_fen=0,
        )
        for spell in known.spells
    ]


ROLL_SOURCES.append(on_rolls)
