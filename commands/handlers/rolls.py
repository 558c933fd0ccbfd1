"""Commands about an entry of a monthly roll: application, means check, approval, changes, its end, what came too much."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from msgspec.structs import replace

from commands.grants.amounts import read_facts
from commands.grants.offices import check_area, procedure_of, require_office, require_one_of
from commands.handlers.registry import Work, command
from commands.law import explanation
from commands.rolls.amounts import Assessor, had_by_month
from commands.rolls.places import correct_places, leave_places, require_free, take_places
from commands.schemas import rolls as schemas
from ledger.dates import format_month, month_of
from ledger.programmes import Programme, find
from ledger.refusal import LineRefusal, Refusal
from ledger.streams import roll as rolls
from ledger.streams.roll import Roll

APPROVAL: Final = "葫政办发〔2019〕55号 二、四（二）"
MANAGED: Final = "葫政办发〔2019〕55号 四（二）"
RELIEF: Final = "社会救助暂行办法"


def roll_programme(name: str) -> Programme:
    """A programme that is paid by roll, or ``programme_not_by_roll``."""
    programme = find(name)
    if not programme.by_roll:
        raise Refusal("programme_not_by_roll", programme.cite, programme=programme.zh)
    return programme


# ---------------------------------------------------------------- the way onto the roll


@command("apply_roll", schemas.ApplyRoll, clause=APPROVAL, zh="申请救助")
def apply_roll(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Takes an application to a roll in, with the facts that its rule asks and the papers of its programme."""
    programme = roll_programme(given["programme"])
    missing = [name for name in programme.documents if name not in given["documents"]]
    if missing:
        raise Refusal(
            "document_missing", programme.cite, programme=programme.zh, documents=", ".join(missing)
        )
    entry = given["entry"]
    applied = rolls.Applied(
        effective_on=given["on"],
        programme=programme.id,
        area=check_area(given["area"]),
        documents=tuple(given["documents"]),
        by=work.actor,
        **_entered(programme, given, given["on"]),
    )
    return told(entry, work.add("roll", entry, rolls.apply(work.uow.state("roll", entry), entry, applied)))


def _entered(programme: Programme, given: dict[str, Any], on: date) -> dict[str, Any]:
    """Who enters, from which month, with which facts; a household counts the persons that it names."""
    members = tuple(given.get("members") or (given["beneficiary"],))
    facts = read_facts(programme, given.get("facts") or {}, on)
    _require_size(programme, facts, members)
    return {
        "beneficiary": given["beneficiary"],
        "members": members,
        "payee": given.get("payee") or given["beneficiary"],
        "from_month": given.get("from_month") or format_month(month_of(on)),
        "facts": facts,
    }


def _require_size(programme: Programme, facts: dict[str, Any], members: tuple[str, ...]) -> None:
    size = facts.get("household_size")
    if size is not None and size != len(set(members)):
        raise Refusal("household_size_differs", programme.cite, size=size, named=len(set(members)))


@command("check_roll", schemas.CheckRoll, clause=MANAGED, zh="经济状况核对")
def check_roll(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Notes the facts as the means check found them; the county's office, and not who took the application in."""
    entry, state, programme = loaded(work, given)
    require_office(work, procedure_of(programme).stages[0].role, state.area)
    facts = read_facts(programme, {**state.segments[0].facts, **given["facts"]}, given["on"])
    _require_size(programme, facts, state.members)
    checked = rolls.Checked(effective_on=given["on"], facts=facts, opinion=given["opinion"], by=work.actor)
    return told(entry, work.add("roll", entry, rolls.check(state, entry, checked)))


@command("admit_roll", schemas.AdmitRoll, clause=APPROVAL, zh="批准纳入")
def admit_roll(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Approves an entry from a month on, at the amount of the rule; the county government decides.

    Refuses ``condition_not_met`` where nothing is due, and ``excluded`` where a member stands on another roll.
    """
    entry, state, programme = loaded(work, given)
    require_office(work, procedure_of(programme).approves, state.area)
    rolls.require_admissible(state, entry, work.actor)
    from_month = given["from_month"] or state.from_month
    require_free(work, programme, entry, state.members, from_month)
    facts = rolls.facts_in(state, from_month)
    monthly_fen, outcome = Assessor(work.law, programme).required(entry, facts, from_month)
    admitted = rolls.Admitted(
        effective_on=given["on"],
        from_month=from_month,
        monthly_fen=monthly_fen,
        explanation=explanation(outcome),
        by=work.actor,
    )
    after = work.add("roll", entry, rolls.admit(state, entry, admitted))
    take_places(work, programme.id, entry, state.members, from_month, given["on"])
    return told(entry, after)


@command("reject_roll", schemas.RejectRoll, clause=RELIEF, zh="不予纳入")
def reject_roll(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Turns an application down with the reason that the applicant is told."""
    entry, state, programme = loaded(work, given)
    procedure = procedure_of(programme)
    role = procedure.approves if state.status == "checked" else procedure.stages[0].role
    require_office(work, role, state.area)
    rejected = rolls.Rejected(effective_on=given["on"], reason=given["reason"], by=work.actor)
    return told(entry, work.add("roll", entry, rolls.reject(state, entry, rejected)))


@command("take_over_roll", schemas.TakeOverRoll, clause=APPROVAL, zh="花名册期初导入")
def take_over_roll(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Takes over a list of entries that an older roll paid until now; ``from_month`` is the first that is paid here."""
    programme, area = roll_programme(given["programme"]), check_area(given["area"])
    require_office(work, procedure_of(programme).stages[0].role, area)
    lines = given["lines"]
    states = work.uow.load("roll", [line["entry"] for line in lines])
    work.uow.load("place", [one for line in lines for one in line.get("members") or [line["beneficiary"]]])
    refused: list[LineRefusal] = []
    for number, line in enumerate(lines, start=1):
        entry = line["entry"]
        try:
            taken = rolls.TakenOver(
                effective_on=given["on"],
                programme=programme.id,
                area=area,
                source=given["source"],
                by=work.actor,
                **_entered(programme, line, given["on"]),
            )
            events = rolls.take_over(states[entry], entry, taken)
            require_free(work, programme, entry, taken.members, taken.from_month)
        except Refusal as refusal:
            refused.append(LineRefusal(line.get("row", number), "entry", refusal))
            continue
        states[entry] = work.add("roll", entry, events)
        take_places(work, programme.id, entry, taken.members, taken.from_month, given["on"])
    work.refuse_lines(refused, len(lines), given["accept_good_rows"])
    return {"entries": len(lines) - len(refused), "left_out": len(refused)}


# ---------------------------------------------------------------- changes


@command(
    "change_roll", schemas.ChangeRoll, clause=MANAGED, zh="家庭人口、收入变化", pays=True, by_office=True
)
def change_roll(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Takes a change of household or income in from a month on; for months paid already the difference is noted.

    Two persons do it; a raise is approved, as the admission was, by who neither took the entry in nor checked it. Refuses
    ``condition_not_met`` where nothing is due any more: the entry is stopped then (``stop_roll``).
    """
    entry, state, programme = loaded(work, given)
    procedure = procedure_of(programme)
    require_one_of(work, (procedure.stages[0].role, procedure.approves), state.area)
    month, on = given["from_month"], given["on"]
    rolls.require_changeable(state, entry, month)
    facts = read_facts(programme, {**rolls.facts_in(state, month), **given["facts"]}, on)
    members = tuple(given["members"]) if given["members"] is not None else state.members
    _require_size(programme, facts, members)
    assessor = Assessor(work.law, programme)
    monthly_fen, outcome = assessor.required(entry, facts, month)
    changed = rolls.Changed(
        effective_on=on,
        from_month=month,
        facts=facts,
        members=members,
        monthly_fen=monthly_fen,
        explanation=explanation(outcome),
        differences=assessor.differences(rolls.with_facts(state, month, facts), _had(work, entry), month),
        reason=given["reason"],
        by=work.actor,
    )
    before_fen = assessor.month(rolls.facts_in(state, month), month).fen
    if monthly_fen > before_fen or max(changed.differences.values(), default=0) > 0:
        rolls.require_other_hand(state, entry, work.actor)
    joined = [one for one in members if one not in state.members]
    gone = [one for one in state.members if one not in members]
    require_free(work, programme, entry, joined, month)
    after = work.add("roll", entry, rolls.change(state, entry, changed))
    take_places(work, programme.id, entry, joined, month, on)
    leave_places(work, entry, gone, rolls.previous(month), on)
    return told(entry, after) | {"differences": changed.differences}


def _had(work: Work, entry: str) -> dict[str, int]:
    history = work.history("roll", entry)
    return had_by_month(one.body for one in history)


@command("move_roll", schemas.MoveRoll, clause=MANAGED, zh="迁移", pays=True, by_office=True)
def move_roll(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Moves an entry to another county, which pays from a month on; the old county's office says so."""
    entry, state, programme = loaded(work, given)
    require_office(work, procedure_of(programme).stages[0].role, state.area)
    moved = rolls.Moved(
        effective_on=given["on"],
        area=check_area(given["area"]),
        from_month=given["from_month"],
        reason=given["reason"],
        by=work.actor,
    )
    return told(entry, work.add("roll", entry, rolls.move(state, entry, moved)))


@command("change_roll_payee", schemas.ChangePayee, clause=MANAGED, zh="变更收款人", pays=True, by_office=True)
def change_roll_payee(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Pays an entry to another account: a guardian, an institution of support."""
    entry, state, programme = loaded(work, given)
    require_office(work, procedure_of(programme).stages[0].role, state.area)
    changed = rolls.PayeeChanged(
        effective_on=given["on"], payee=given["payee"], reason=given["reason"], by=work.actor
    )
    return told(entry, work.add("roll", entry, rolls.change_payee(state, entry, changed)))


@command("stop_roll", schemas.StopRoll, clause=MANAGED, zh="停发", pays=True, by_office=True)
def stop_roll(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Ends an entry with a month; what was paid for later months is noted as too much."""
    entry, state, programme = loaded(work, given)
    require_office(work, procedure_of(programme).stages[0].role, state.area)
    last_month, on = given["last_month"], given["on"]
    beyond = {month: -fen for month, fen in _had(work, entry).items() if month > last_month and fen}
    stopped = rolls.Stopped(
        effective_on=on,
        last_month=last_month,
        cause=given["cause"],
        evidence=given["evidence"],
        differences=beyond,
        by=work.actor,
    )
    after = work.add("roll", entry, rolls.stop(state, entry, stopped))
    leave_places(work, entry, state.members, last_month, on)
    return told(entry, after) | {"overpaid_fen": rolls.overpaid_fen(after)}


@command(
    "correct_roll_stop", schemas.CorrectRollStop, clause=MANAGED, zh="更正停发", pays=True, by_office=True
)
def correct_roll_stop(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Puts a wrong end right: another last month, or none where the entry goes on (应保尽保).

    Months between the two ends are paid by the next list, or noted as too much. Refuses ``roll_demand_open`` while they
    are demanded back, and ``excluded`` where a member stands on another roll by now.
    """
    entry, state, programme = loaded(work, given)
    require_office(work, procedure_of(programme).stages[0].role, state.area)
    last_month, on = given["last_month"] or "", given["on"]
    rolls.require_stopped(state, entry, last_month)
    first = rolls.following(min(state.last_month, last_month or state.last_month))
    require_free(work, programme, entry, state.members, first)
    goes_on = replace(state, last_month=last_month, status="on")
    corrected = rolls.StopCorrected(
        effective_on=on,
        last_month=last_month,
        differences=Assessor(work.law, programme).differences(goes_on, _had(work, entry), first),
        reason=given["reason"],
        by=work.actor,
    )
    after = work.add("roll", entry, rolls.correct_stop(state, entry, corrected))
    correct_places(work, entry, state.members, last_month, on)
    return told(entry, after) | {"overpaid_fen": rolls.overpaid_fen(after)}


# ---------------------------------------------------------------- told


def loaded(work: Work, given: dict[str, Any]) -> tuple[str, Roll, Programme]:
    """An entry with its programme; refuses ``roll_unknown``."""
    entry = given["entry"]
    state: Roll = work.uow.state("roll", entry)
    if not state.status:
        raise Refusal("roll_unknown", entry=entry)
    return entry, state, roll_programme(state.programme)


def told(entry: str, state: Roll) -> dict[str, Any]:
    """Where an entry stands."""
    return {
        "entry": entry,
        "status": state.status,
        "monthly_fen": state.monthly_fen,
        "paid_through": state.paid_through,
        "difference_fen": state.difference_fen,
    }
