"""What may not be had together (不重复享受、从高不重复): asked in the unit of work that decides.

Each programme names the programmes it does not go with, itself where it is had once, and the circumstances that
shut it out. The question is asked both ways, so that it does not matter which of two programmes names the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from commands.grants.held import Held, held_by, held_for_project
from commands.handlers.registry import Work
from ledger.programmes import Exclusion, Programme, find
from ledger.programmes.exclusions import identical, meet, rules_between
from ledger.refusal import Refusal
from ledger.streams import circumstance
from ledger.streams.grant import Grant


def paid_elsewhere_fen(work: Work, programme: Programme, grant: str, state: Grant, on: date) -> int:
    """What others of a group from which only the higher is had have paid already; refuses ``excluded``."""
    elsewhere: dict[str, int] = {}
    for rule, held in _conflicts(work, programme, grant, state):
        if rule.effect == "months":
            continue  # its rule asks the registers for them
        if rule.effect != "higher":
            raise Refusal(
                "excluded", rule.clause, grant=grant, programme=programme.zh, other=find(held.programme).zh,
                source=held.source, window=rule.window,
            )  # fmt: skip
        elsewhere[held.source] = held.keeps_fen
    _require_no_circumstance(work, programme, grant, state, on)
    return sum(elsewhere.values())


def _conflicts(
    work: Work, programme: Programme, grant: str, state: Grant
) -> Iterator[tuple[Exclusion, Held]]:
    own = held_by(work, state.beneficiary, grant)
    of_project = held_for_project(work, state.project, grant)
    for held in {one.source + one.programme: one for one in (*own, *of_project)}.values():
        is_own = held in own
        for rule in rules_between(programme, find(held.programme)):
            mine = is_own or (rule.window == "project" and held in of_project)
            if mine and meet(rule, state.months, state.project, held.months, held.project, is_own):
                yield rule, held
        same = (held.programme, held.facts, held.project) == (programme.id, state.facts, state.project)
        if is_own and same and set(held.months) & set(state.months):
            yield identical(programme), held


def _require_no_circumstance(work: Work, programme: Programme, grant: str, state: Grant, on: date) -> None:
    named = [(rule, name) for rule in programme.exclusions for name in rule.facts]
    if not named:
        return
    known = work.uow.state("circumstance", state.beneficiary)
    for rule, name in named:
        if rule.window == "month":
            holds = any(circumstance.holds_in(known, name, month) for month in state.months)
        else:
            holds = circumstance.holds_on(known, name, on)
        if holds:
            raise Refusal(
                "excluded_by_fact", rule.clause, grant=grant, programme=programme.zh, circumstance=name
            )
