"""Who holds which office (岗位): an officer acts in his roles and areas only, as recorded here.

葫政发〔2019〕10号 一（二）1 (roles of county, township and village are scopes of one system). The key is the officer.
"""

from __future__ import annotations

from typing import Final

import msgspec
from msgspec.structs import replace

from ledger.names import same_person
from ledger.refusal import Refusal
from ledger.streams.base import Event, Stream, event

# ---------------------------------------------------------------- events


@event("office.assigned")
class Assigned(Event, frozen=True):
    """An officer was given a role in an area."""

    role: str
    area: str
    by: str


@event("office.relieved")
class Relieved(Event, frozen=True):
    """An officer no longer holds a role in an area."""

    role: str
    area: str
    by: str


# ---------------------------------------------------------------- state


class Office(msgspec.Struct, frozen=True):
    """The roles of an officer, each as ``role@area``."""

    held: tuple[str, ...] = ()


# ---------------------------------------------------------------- evolve


def evolve(state: Office, event: Event) -> Office:
    """The state after an event. Total."""
    match event:
        case Assigned():
            return replace(state, held=(*state.held, f"{event.role}@{event.area}"))
        case Relieved():
            return replace(
                state, held=tuple(one for one in state.held if one != f"{event.role}@{event.area}")
            )
        case _:
            return state


OFFICES: Final = Stream("office", Office(), evolve)


# ---------------------------------------------------------------- decisions


def assign(state: Office, officer: str, assigned: Assigned) -> tuple[Event, ...]:
    """Gives a role; nobody gives one to himself (``own_office``), and what is held stays as it is."""
    if same_person(assigned.by, officer):
        raise Refusal("own_office", officer=officer)
    return () if f"{assigned.role}@{assigned.area}" in state.held else (assigned,)


def relieve(state: Office, officer: str, relieved: Relieved) -> tuple[Event, ...]:
    """Takes a role away; refuses ``office_not_held``."""
    if f"{relieved.role}@{relieved.area}" not in state.held:
        raise Refusal("office_not_held", officer=officer, role=relieved.role, area=relieved.area)
    return (relieved,)


# ---------------------------------------------------------------- queries


def require(state: Office, officer: str, role: str, area: str) -> None:
    """Refuses ``role_not_held``, and ``not_your_area`` where the role is held elsewhere only."""
    if f"{role}@{area}" in state.held:
        return
    elsewhere = [one.partition("@")[2] for one in state.held if one.startswith(f"{role}@")]
    if elsewhere:
        raise Refusal("not_your_area", officer=officer, role=role, area=area, own=", ".join(elsewhere))
    raise Refusal("role_not_held", officer=officer, role=role, area=area)
