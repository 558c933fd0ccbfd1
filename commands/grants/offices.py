"""Who may act: an officer in his role and his area (岗位与辖区)."""

from __future__ import annotations

from commands.handlers.registry import Work
from ledger.programmes import Procedure, Programme, offices
from ledger.refusal import Refusal
from ledger.streams import office as offices_held


def place_of(role: str, area: str) -> str:
    """Where a role is exercised for a case of an area: a county's office in the area, a city's in the city."""
    return area if offices().roles[role].level == "county" else CITY_AREA


CITY_AREA = "city"
"""The area of the offices of the city itself."""


def require_office(work: Work, role: str, area: str) -> None:
    """Refuses ``role_not_held`` and ``not_your_area`` unless the actor holds the role for the area."""
    state: offices_held.Office = work.uow.state("office", work.actor)
    offices_held.require(state, work.actor, role, place_of(role, area))


def require_one_of(work: Work, roles: tuple[str, ...], area: str) -> None:
    """The same where any of some roles will do; the refusal is that of the first."""
    state: offices_held.Office = work.uow.state("office", work.actor)
    if not any(f"{role}@{place_of(role, area)}" in state.held for role in roles):
        require_office(work, roles[0], area)


def check_area(area: str) -> str:
    """A known area, or ``area_unknown``."""
    if area not in offices().areas:
        raise Refusal("area_unknown", area=area, known=", ".join(offices().areas))
    return area


def check_role(role: str) -> str:
    """A known role, or ``role_kind_unknown``."""
    if role not in offices().roles:
        raise Refusal("role_kind_unknown", role=role, known=", ".join(offices().roles))
    return role


def procedure_of(programme: Programme) -> Procedure:
    """The procedure by which a programme's applications are decided."""
    return offices().procedures[programme.procedure]


def planner_of(procedure: Procedure) -> str:
    """Who puts a grant into the plan: the office that the procedure names, else the one that approves."""
    return procedure.plans or procedure.approves
