"""Commands by which legal parameters come into force (葫政发〔2019〕12号 第十九条): drafted, approved, published."""

from __future__ import annotations

import json
from typing import Any

from commands.handlers.registry import Work, command
from commands.schemas import parameters as schemas
from ledger.streams import parameter as parameters

CITY = "葫政发〔2019〕12号"


@command("load_policy", schemas.LoadPolicy, clause=f"{CITY} 第十九条", zh="参数包入账")
def load_policy(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Takes every value of the bundled packs into the ledger; those that it holds already are passed over."""
    bundled = work.law.base.parameters
    states = work.uow.load("parameter", bundled)
    loaded = 0
    for key, state in states.items():
        events = parameters.load(state, bundled[key], given["on"])
        work.add("parameter", key, events)
        loaded += len(events)
    return {"values": loaded}


@command("draft_parameter", schemas.DraftParameter, clause=f"{CITY} 第十九条", zh="拟定参数")
def draft_parameter(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Drafts a value of a parameter, with its days and its citation; it is not in force yet."""
    parameter = work.law.book.parameter(given["parameter"])
    terms = parameters.Terms(
        value=read_value(parameter.unit, given["value"]),
        effective_from=given["effective_from"],
        effective_to=given["effective_to"],
        document=given["document"],
        clause=given["clause"],
        because=given["because"],
    )
    drafted = parameters.Drafted(
        effective_on=given["on"],
        parameter=parameter.id,
        unit=parameter.unit,
        draft=given["draft"],
        terms=terms,
        by=work.actor,
    )
    state = work.uow.state("parameter", parameter.id)
    work.add("parameter", parameter.id, parameters.draft(state, parameter, drafted))
    return {"parameter": parameter.id, "draft": given["draft"]}


@command("approve_parameter", schemas.ApproveParameter, clause=f"{CITY} 第十九条", zh="批准参数")
def approve_parameter(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Approves a draft by a resolution of the committee; who drafted it may not."""
    approved = parameters.Approved(
        effective_on=given["on"], draft=given["draft"], resolution=given["resolution"], by=work.actor
    )
    state = work.uow.state("parameter", given["parameter"])
    work.add("parameter", given["parameter"], parameters.approve(state, approved))
    return {"parameter": given["parameter"], "draft": given["draft"]}


@command("publish_parameter", schemas.PublishParameter, clause=f"{CITY} 第十九条", zh="公布参数")
def publish_parameter(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Publishes an approved draft: in force from the latest of approval, publication and the day asked for."""
    key = given["parameter"]
    events = parameters.publish(work.uow.state("parameter", key), given["draft"], given["on"], work.actor)
    state = work.add("parameter", key, events)
    return {"parameter": key, "versions": [value.version for value in parameters.values_of(state)]}


def read_value(unit: str, value: Any) -> Any:
    """A value typed at a keyboard as JSON would hold it: whole numbers, lists and tables; the rest is text."""
    whole = unit.startswith("fen") or unit in ("days", "working_days", "months", "years", "age", "count")
    if isinstance(value, str) and (whole or unit in ("list", "table", "window")):
        try:
            return json.loads(value, parse_float=str)
        except ValueError:
            return value
    return value
