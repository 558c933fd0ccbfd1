"""Commands about offices, circumstances and budgets: who may act, what other registers say, and what may be spent."""

from __future__ import annotations

from typing import Any

from commands.grants.offices import CITY_AREA, check_area, check_role, require_one_of
from commands.grants.purse import ceiling_fen
from commands.handlers.registry import Work, command
from commands.schemas import subsidies as schemas
from ledger.programmes import offices, programmes
from ledger.refusal import Refusal
from ledger.streams import budget as budgets
from ledger.streams import circumstance as circumstances
from ledger.streams import office as offices_held
from ledger.streams import payment as payments

SCOPES = "葫政发〔2019〕10号 一（二）1"
MATCHING = "葫政发〔2019〕11号（七）、（十三）；葫政办发〔2019〕55号 四（二）"
MONEY = "葫政办发〔2019〕55号 三；葫政办发〔2019〕56号 第一、二、三章第一条"


@command("assign_offices", schemas.AssignOffices, clause=SCOPES, zh="授予岗位")
def assign_offices(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Gives officers their roles, each as ``ROLE@AREA`` (a role of the city as ``ROLE``); nobody gives himself one."""
    held: dict[str, list[str]] = {}
    for officer, roles in given["roster"].items():
        for one in roles:
            role, _, area = one.partition("@")
            assigned = offices_held.Assigned(
                effective_on=given["on"], role=check_role(role), area=_place(role, area), by=work.actor
            )
            state = work.uow.state("office", officer)
            after = work.add("office", officer, offices_held.assign(state, officer, assigned))
            held[officer] = list(after.held)
    return {"offices": held}


@command("relieve_office", schemas.OfOfficer, clause=SCOPES, zh="解除岗位")
def relieve_office(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Takes a role in an area from an officer."""
    officer = given["officer"]
    relieved = offices_held.Relieved(
        effective_on=given["on"],
        role=check_role(given["role"]),
        area=_place(given["role"], given["area"]),
        by=work.actor,
    )
    state = work.uow.state("office", officer)
    after = work.add("office", officer, offices_held.relieve(state, officer, relieved))
    return {"officer": officer, "held": list(after.held)}


def _place(role: str, area: str) -> str:
    """A county's office stands in its area; a city's office in the city, and nowhere else."""
    place = check_area(area or CITY_AREA)
    if offices().roles[role].level == "city" and place != CITY_AREA:
        raise Refusal("city_office_elsewhere", role=role, area=place)
    return place


@command("record_circumstance", schemas.RecordCircumstance, clause=MATCHING, zh="登记外部事实")
def record_circumstance(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Records what another register says of a beneficiary, such as unemployment benefit drawn, with its source."""
    key = given["beneficiary"]
    noted = circumstances.Noted(
        effective_on=given["on"],
        circumstance=given["circumstance"],
        holds_from=given["holds_from"],
        source=given["source"],
        holds_until=given["holds_until"],
    )
    work.add("circumstance", key, circumstances.record(work.uow.state("circumstance", key), noted))
    return {"beneficiary": key, "circumstance": given["circumstance"]}


@command("end_circumstance", schemas.EndCircumstance, clause=MATCHING, zh="外部事实终止")
def end_circumstance(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Records the last day on which a circumstance held."""
    key = given["beneficiary"]
    ended = circumstances.Ended(
        effective_on=given["on"],
        circumstance=given["circumstance"],
        last_day=given["last_day"],
        source=given["source"],
    )
    work.add("circumstance", key, circumstances.end(work.uow.state("circumstance", key), key, ended))
    return {"beneficiary": key, "circumstance": given["circumstance"]}


# ---------------------------------------------------------------- budgets


@command("vote_budget", schemas.VoteBudget, clause=MONEY, zh="下达预算")
def vote_budget(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Votes the budget of a purse for a year in an area; its money comes to the subsidy account.

    Refuses ``budget_exists``, and ``budget_above_ceiling`` where the law limits the year (56号 第一、二、三章第一条).
    """
    purse, year, area, on = given["purse"], given["year"], check_area(given["area"]), given["on"]
    _require_finance(work, area)
    key = budgets.key(purse, year, area)
    voted = budgets.Voted(
        effective_on=on,
        purse=purse,
        year=year,
        area=area,
        fund=_fund(purse, area),
        amount_fen=given["amount"],
        document=given["document"],
    )
    events = budgets.vote(work.uow.state("budget", key), key, voted, ceiling_fen(work, purse, on))
    return _standing(key, work.add("budget", key, events))


@command("adjust_budget", schemas.AdjustBudget, clause=MONEY, zh="调整预算")
def adjust_budget(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Raises or cuts a budget; a cut leaves what is reserved and spent."""
    key, state = _budget(work, given)
    amount_fen = given["amount"] if given["direction"] == "raise" else -given["amount"]
    adjusted = budgets.Adjusted(
        effective_on=given["on"], fund=state.fund, amount_fen=amount_fen, document=given["document"]
    )
    ceiling = ceiling_fen(work, given["purse"], given["on"])
    return _standing(key, work.add("budget", key, budgets.adjust(state, key, adjusted, ceiling)))


@command(
    "return_budget",
    schemas.ReturnBudget,
    clause="葫政办发〔2019〕56号 第一章第十四条",
    zh="资金上缴",
    pays=True,
    by_office=True,
)
def return_budget(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Returns money to the treasury: what is unspent, or what was recovered; by default all of it."""
    key, state = _budget(work, given)
    open_fen = budgets.available_fen(state) if given["what"] == "unspent" else state.recovered_fen
    if not open_fen:
        raise Refusal("nothing_to_return", budget=key, open_fen=0)
    amount_fen = open_fen if given["amount"] is None else given["amount"]
    version = work.uow.version("budget", key) + 1
    payment = payments.key(f"budget-{key}", version)
    returned = budgets.Returned(
        effective_on=given["on"],
        what=given["what"],
        fund=state.fund,
        amount_fen=amount_fen,
        reason=given["reason"],
        payment=payment,
    )
    after = work.add("budget", key, budgets.give_back(state, key, returned))
    ordered = payments.Ordered(
        effective_on=given["on"],
        cause=f"budget-{key}/{version}",
        payee=f"treasury.{given['area']}",
        principal_fen=amount_fen,
        purse="subsidy",
    )
    work.add("payment", payment, payments.order(work.uow.state("payment", payment), payment, ordered))
    return _standing(key, after) | {"payment": payment}


@command("close_budget", schemas.OfBudget, clause=MONEY, zh="预算年度结账")
def close_budget(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Closes the year of a budget: nothing is spent from it any more, and what is unspent goes back."""
    key, state = _budget(work, given)
    closed = budgets.Closed(
        effective_on=given["on"], purse=state.purse, fund=state.fund, spent_fen=state.spent_fen
    )
    return _standing(key, work.add("budget", key, budgets.close(state, key, closed)))


def _budget(work: Work, given: dict[str, Any]) -> tuple[str, budgets.Budget]:
    area = check_area(given["area"])
    _require_finance(work, area)
    key = budgets.key(given["purse"], given["year"], area)
    return key, work.uow.state("budget", key)


def _require_finance(work: Work, area: str) -> None:
    """The budget of an area is its finance bureau's business."""
    require_one_of(work, ("city_finance",) if area == CITY_AREA else ("county_finance",), area)


def _fund(purse: str, area: str) -> str:
    """Where the money of a purse comes from: the county itself, or the source that its programmes name."""
    of_purse = [one for one in programmes().values() if one.purse == purse and one.kind == "programme"]
    if not of_purse:
        raise Refusal("purse_of_no_programme", purse=purse)
    return area if area != CITY_AREA else (of_purse[0].source or CITY_AREA)


def _standing(key: str, state: budgets.Budget) -> dict[str, Any]:
    return {
        "budget": key,
        "status": state.status,
        "voted_fen": state.voted_fen,
        "reserved_fen": state.reserved_fen,
        "spent_fen": state.spent_fen,
        "available_fen": budgets.available_fen(state),
        "recovered_fen": state.recovered_fen,
    }
