"""Commands about the awards of a year that all applicants share (奖励资金), and the scores of the counties."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from commands.grants import purse
from commands.grants.held import held_for_project
from commands.grants.offices import CITY_AREA, check_area, procedure_of, require_office
from commands.handlers.registry import Work, command
from commands.law import explanation
from commands.schemas import rolls as schemas
from ledger.policy.rules import Outcome
from ledger.programmes import Programme, find
from ledger.refusal import Refusal
from ledger.streams import payment as payments
from ledger.streams import pool as pools
from ledger.streams import score as scores

AWARDS: Final = "葫政办发〔2019〕56号 第二章第三至六条"
ASSESSMENT: Final = "葫政办发〔2019〕56号 第六章"
BASIC, EXCESS, PROJECT = "township_basic_award", "township_excess_award", "enclave_project_award"
PROGRAMMES: Final = {"township": (BASIC, EXCESS), "project": (PROJECT,)}


class Loaded(NamedTuple):
    """A pool with its key and the first of its programmes, which says who reviews, approves and pays."""

    key: str
    state: pools.Pool
    programme: Programme


def _loaded(work: Work, given: dict[str, Any]) -> Loaded:
    key = pools.key(given["kind"], given["year"])
    return Loaded(key, work.uow.state("pool", key), find(PROGRAMMES[given["kind"]][0]))


@command("enter_pool", schemas.EnterPool, clause=AWARDS, zh="申报年度奖励")
def enter_pool(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Enters a township or a project with its certified investment of the year; the county's office does it."""
    key, state, programme = _loaded(work, given)
    if given["year"] < programme.effective_from.year:
        raise Refusal(
            "programme_not_in_force", programme.cite, programme=programme.zh, on=f"{given['year']}-12-31",
            since=programme.effective_from.isoformat(), until="",
        )  # fmt: skip
    area = check_area(given["area"])
    require_office(work, "county_office", area)
    missing = [name for name in programme.documents if name not in given["documents"]]
    if missing:
        raise Refusal(
            "document_missing", programme.cite, programme=programme.zh, documents=", ".join(missing)
        )
    entered = pools.Entered(
        effective_on=given["on"],
        kind=given["kind"],
        year=given["year"],
        entrant=given["entrant"],
        payee=given["payee"] or given["entrant"],
        area=area,
        investment_fen=given["investment"],
        documents=tuple(given["documents"]),
        by=work.actor,
    )
    return _told(key, work.add("pool", key, pools.enter(state, key, entered)))


@command("withdraw_from_pool", schemas.WithdrawPool, clause=AWARDS, zh="撤回年度奖励申报")
def withdraw_from_pool(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Takes an entrant out before the plan is approved, by the office of its county."""
    key, state, _ = _loaded(work, given)
    entrant = state.entrants.get(given["entrant"])
    withdrawn = pools.Withdrawn(
        effective_on=given["on"], entrant=given["entrant"], reason=given["reason"], by=work.actor
    )
    events = pools.withdraw(state, key, withdrawn)
    require_office(work, "county_office", entrant.area if entrant else CITY_AREA)
    return _told(key, work.add("pool", key, events))


@command("count_pool", schemas.OfPool, clause=AWARDS, zh="核算年度奖励")
def count_pool(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Counts the awards of all entrants together, from what was recorded; the city's service centre does it."""
    key, state, programme = _loaded(work, given)
    require_office(work, procedure_of(programme).stages[0].role, CITY_AREA)
    awards, explanations = _awards(work, state, given["on"])
    gross: dict[str, int] = {}
    for of_programme in awards.values():
        for name, fen in of_programme.items():
            gross[name] = gross.get(name, 0) + fen
    elsewhere = _elsewhere(work, state)
    payable = {name: _payable(work, fen, elsewhere.get(name, 0), given["on"]) for name, fen in gross.items()}
    counted = pools.Counted(
        effective_on=given["on"],
        awards=awards,
        elsewhere=elsewhere,
        payable={name: fen for name, fen in payable.items() if fen},
        explanations=explanations,
        by=work.actor,
    )
    after = work.add("pool", key, pools.count(state, key, counted))
    return _told(key, after) | {"awards": awards, "payable": counted.payable}


def _awards(
    work: Work, state: pools.Pool, on: date
) -> tuple[dict[str, dict[str, int]], dict[str, dict[str, Any]]]:
    """What each programme gives to whom, with the proof; amounts of nothing are left out."""
    invested = pools.investments(state)
    awards: dict[str, dict[str, int]] = {}
    outcomes: dict[str, Outcome] = {}
    if state.kind == "township":
        basic = {}
        for name, fen in invested.items():
            outcomes[f"{BASIC}:{name}"] = found = work.law.decide(BASIC, on, investment_fen=fen)
            basic[name] = found.values["award_fen"]
        outcomes[EXCESS] = shared = work.law.decide(EXCESS, on, investments_fen=invested)
        awards = {BASIC: basic, EXCESS: dict(shared.values["awards_fen"])}
    else:
        outcomes[PROJECT] = shared = work.law.decide(PROJECT, on, projects_fen=invested)
        awards = {PROJECT: dict(shared.values["awards_fen"])}
    given = {programme: {name: fen for name, fen in one.items() if fen} for programme, one in awards.items()}
    return given, {name: explanation(one) for name, one in outcomes.items()}


def _elsewhere(work: Work, state: pools.Pool) -> dict[str, int]:
    """What the projects had from measures that exclude the award: only the higher of the two is had."""
    if state.kind != "project":
        return {}
    found = {}
    for name in state.entrants:
        held = [one for one in held_for_project(work, name, "") if _only_the_higher(one.programme)]
        fen = sum(one.keeps_fen for one in held)
        if fen:
            found[name] = fen
    return found


def _only_the_higher(programme: str) -> bool:
    rules = find(programme).exclusions
    return any(PROJECT in rule.with_programmes and rule.effect == "higher" for rule in rules)


def _payable(work: Work, award_fen: int, elsewhere_fen: int, on: date) -> int:
    if not elsewhere_fen:
        return award_fen
    outcome = work.law.decide(
        "higher_not_repeated", on, this_programme_fen=award_fen, other_programme_paid_fen=elsewhere_fen
    )
    payable_fen: int = outcome.values["payable_here_fen"]
    return payable_fen


@command("send_back_pool", schemas.SendBackPool, clause=AWARDS, zh="退回奖励方案")
def send_back_pool(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Sends the plan back to be entered and counted anew, by the leading group."""
    key, state, programme = _loaded(work, given)
    require_office(work, procedure_of(programme).approves, CITY_AREA)
    sent_back = pools.SentBack(effective_on=given["on"], reason=given["reason"], by=work.actor)
    return _told(key, work.add("pool", key, pools.send_back(state, key, sent_back)))


@command("approve_pool", schemas.OfPool, clause=AWARDS, zh="审定奖励方案")
def approve_pool(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Approves the plan and reserves its money; refuses ``budget_short`` for a fen more than is left."""
    key, state, programme = _loaded(work, given)
    require_office(work, procedure_of(programme).approves, CITY_AREA)
    wanted = purse.budget_keys(programme, {programme.source: state.amount_fen}, given["on"].year, CITY_AREA)
    approved = pools.Approved(
        effective_on=given["on"], budget=next(iter(wanted), ""), amount_fen=state.amount_fen, by=work.actor
    )
    events = pools.approve(state, key, approved)
    purse.reserve(work, wanted, f"pool-{key}/{work.uow.version('pool', key) + 1}", given["on"])
    return _told(key, work.add("pool", key, events))


@command("pay_pool", schemas.OfPool, clause=AWARDS, zh="拨付年度奖励", pays=True, by_office=True)
def pay_pool(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Pays the approved plan, one order for each entrant, approved by the city's finance bureau.

    Refuses ``pool_own_step`` where one of the two persons counted or approved the plan.
    """
    key, state, programme = _loaded(work, given)
    for person in (work.maker, work.actor):
        pools.require_other_hand(state, key, person)
    require_office(work, procedure_of(programme).pays, CITY_AREA)
    first = work.uow.version("pool", key) + 1
    names = sorted(state.payable)
    orders = {name: payments.key(f"pool-{key}.{name}", number) for number, name in enumerate(names, first)}
    paid = [
        pools.Paid(
            effective_on=given["on"],
            purse=programme.purse,
            lines={name: state.payable[name]},
            amount_fen=state.payable[name],
            payments={name: orders[name]},
            by=work.actor,
        )
        for name in names
    ]
    after = work.add("pool", key, pools.pay(state, key, paid))
    purse.spend(work, {state.budget: state.amount_fen}, f"pool-{key}/{first}", given["on"])
    for number, name in enumerate(names, first):
        payment = orders[name]
        ordered = payments.Ordered(
            effective_on=given["on"],
            cause=f"pool-{key}/{number}",
            payee=state.entrants[name].payee,
            principal_fen=state.payable[name],
            purse="subsidy",
        )
        work.add("payment", payment, payments.order(work.uow.state("payment", payment), payment, ordered))
    return _told(key, after) | {"payments": orders}


def _told(key: str, state: pools.Pool) -> dict[str, Any]:
    return {
        "pool": key,
        "status": state.status,
        "entrants": len(state.entrants),
        "amount_fen": state.amount_fen,
    }


# ---------------------------------------------------------------- scores


@command("score_county", schemas.ScoreCounty, clause=ASSESSMENT, zh="督查考核评分")
def score_county(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Scores a county's projects of a year by chapter 6; every part that moves points names its evidence."""
    area, on = check_area(given["area"]), given["on"]
    require_office(work, "city_office", CITY_AREA)
    key = scores.key(area, given["year"])
    found = _scored(work, given, on)
    recorded = scores.Recorded(
        effective_on=on,
        area=area,
        year=given["year"],
        quantity=str(found["assessment_quantity"].values["score"]),
        scale=found["assessment_scale"].values["score"],
        progress=found["assessment_progress"].values["plus"],
        minus=found["assessment_progress"].values["minus"],
        total=str(found["assessment_total"].values["score"]),
        evidence=given["evidence"],
        explanations={name: explanation(one) for name, one in found.items()},
        by=work.actor,
    )
    events = scores.record(work.uow.state("score", key), key, recorded, _needing(given))
    work.add("score", key, events)
    return {"score": key, "total": recorded.total}


_QUANTITY = ("townships", "projects_1500_up", "projects_500_to_1500")
_PROGRESS = ("built_and_producing", "continuing_producing", "above_scale_formed", "first_year", "continuing")


def _scored(work: Work, given: Mapping[str, Any], on: date) -> dict[str, Outcome]:
    counts = {name: given[name] for name in _QUANTITY}
    quantity = work.law.decide("assessment_quantity", on, **counts)
    scale = work.law.decide("assessment_scale", on, investments_fen=given["investments"])
    progress = work.law.decide("assessment_progress", on, **{name: given[name] for name in _PROGRESS})
    total = work.law.decide(
        "assessment_total",
        on,
        **counts,
        scale_raw=scale.values["raw"],
        progress_plus_raw=progress.values["plus"],
        minus=progress.values["minus"],
        service_items=given["service_items"],
    )
    return {one.rule.name: one for one in (quantity, scale, progress, total)}


def _needing(given: Mapping[str, Any]) -> tuple[str, ...]:
    """The parts that move points, each of which needs evidence."""
    parts = ("projects_1500_up", "projects_500_to_1500", "investments", *_PROGRESS, "service_items")
    return tuple(part for part in parts if given[part])


@command("confirm_score", schemas.OfScore, clause=ASSESSMENT, zh="确认考核评分")
def confirm_score(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Confirms a score that another recorded; the leading group does it."""
    require_office(work, "panel", CITY_AREA)
    key = scores.key(check_area(given["area"]), given["year"])
    state: scores.Score = work.uow.state("score", key)
    confirmed = scores.Confirmed(effective_on=given["on"], by=work.actor)
    after = work.add("score", key, scores.confirm(state, key, confirmed))
    return {"score": key, "status": after.status, "total": after.total}
