"""Commands about what an entry of a roll had too much: demand, instalments, repayment, set-off, withdrawal, referral."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from commands.grants import purse
from commands.grants.offices import procedure_of, require_office
from commands.handlers.registry import Work, command
from commands.handlers.rolls import RELIEF, loaded, told
from commands.rolls.sources import sources_of
from commands.schemas import rolls as schemas
from ledger.programmes import Programme
from ledger.refusal import Refusal
from ledger.streams import roll as rolls
from ledger.streams.roll import Roll

BACK: Final = f"{RELIEF} 第六十八条"


@command("reclaim_roll", schemas.ReclaimRoll, clause=BACK, zh="追回多发救助")
def reclaim_roll(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Demands back, by a day, what an ended entry had too much; by default all of it.

    It is owed to the budgets that paid it, whatever county pays the entry now and whatever year it is.
    """
    entry, state, programme = loaded(work, given)
    require_office(work, procedure_of(programme).approves, state.area)
    amount_fen = rolls.overpaid_fen(state) if given["amount"] is None else given["amount"]
    budgets = _paid_by(work, entry, state, programme, amount_fen, given["on"])
    reclaimed = rolls.Reclaimed(
        effective_on=given["on"],
        **_to(budgets),
        amount_fen=amount_fen,
        due_on=given["due_on"],
        reason=given["reason"],
        by=work.actor,
    )
    return _owing(entry, work.add("roll", entry, rolls.reclaim(state, entry, reclaimed)))


def _paid_by(
    work: Work, entry: str, state: Roll, programme: Programme, amount_fen: int, on: date
) -> dict[str, int]:
    """The budgets that paid an amount that was had too much; what an older roll paid is this year's of the county."""
    found = sources_of(work, [entry])[entry].take(amount_fen)
    left_fen = amount_fen - sum(found.values())
    if left_fen:
        (key,) = purse.budget_keys(programme, {programme.source: 1}, on.year, state.area)
        found[key] = found.get(key, 0) + left_fen
    return found


@command("agree_roll_instalments", schemas.AgreeRollInstalments, clause=BACK, zh="约定分期退还救助")
def agree_roll_instalments(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Agrees that what is owed comes back in parts that add up to it."""
    entry, state, programme = loaded(work, given)
    require_office(work, procedure_of(programme).approves, state.area)
    by_day = dict(sorted(given["instalments"].items()))
    agreed = rolls.InstalmentsAgreed(effective_on=given["on"], instalments=by_day, by=work.actor)
    return _owing(entry, work.add("roll", entry, rolls.agree_instalments(state, entry, agreed)))


@command("repay_roll", schemas.RepayRoll, clause=BACK, zh="退还多发救助")
def repay_roll(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Takes back money that was demanded; it is owed to the treasury from then on."""
    entry, state, programme = loaded(work, given)
    require_office(work, procedure_of(programme).pays, state.area)
    budgets = _open(state, given["amount"])
    repaid = rolls.Repaid(
        effective_on=given["on"],
        **_to(budgets),
        amount_fen=given["amount"],
        reference=given["bank_reference"],
        by=work.actor,
    )
    if work.booked_before("roll", entry, repaid):
        return _owing(entry, state)
    after = work.add("roll", entry, rolls.repay(state, entry, repaid))
    purse.recover(work, budgets, f"roll-{entry}/{work.uow.version('roll', entry)}", given["on"])
    return _owing(entry, after)


@command("set_off_roll", schemas.SetOffRoll, clause=BACK, zh="抵扣多发救助", pays=True, by_office=True)
def set_off_roll(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Keeps what was demanded back from the next months of another entry of the same beneficiary (抵扣)."""
    entry, state, programme = loaded(work, given)
    against = given["against"]
    other: Roll = work.uow.state("roll", against)
    require_office(work, procedure_of(programme).pays, state.area)
    if against == entry or other.beneficiary != state.beneficiary:
        raise Refusal("wrong_beneficiary", grant=against, person=state.beneficiary)
    amount_fen, on = given["amount"], given["on"]
    budgets = _open(state, amount_fen)
    taken = rolls.SetOff(effective_on=on, entry=entry, budgets=budgets, amount_fen=amount_fen, by=work.actor)
    repaid = rolls.Repaid(
        effective_on=on,
        **_to(budgets),
        amount_fen=amount_fen,
        reference=f"roll-{against}/{work.uow.version('roll', against) + 1}",
        by=work.actor,
        how="set_off",
    )
    after = work.add("roll", entry, rolls.repay(state, entry, repaid))
    kept = work.add("roll", against, rolls.set_off(other, against, taken))
    return _owing(entry, after) | {"against": against, "difference_fen": kept.difference_fen}


@command("withdraw_roll_demand", schemas.RollReason, clause=BACK, zh="撤销追回救助")
def withdraw_roll_demand(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Withdraws a demand as far as it is open; the end it came from is put right by ``correct_roll_stop``."""
    entry, state, programme = loaded(work, given)
    require_office(work, procedure_of(programme).approves, state.area)
    owed_fen = rolls.owed_fen(state)
    withdrawn = rolls.DemandWithdrawn(
        effective_on=given["on"],
        budgets=_open(state, owed_fen),
        amount_fen=owed_fen,
        reason=given["reason"],
        by=work.actor,
    )
    return _owing(entry, work.add("roll", entry, rolls.withdraw_demand(state, entry, withdrawn)))


@command("refer_roll", schemas.ReferRoll, clause=BACK, zh="移送处理救助案件")
def refer_roll(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Hands a case in which money is owed to another body, such as supervision or the police."""
    entry, state, programme = loaded(work, given)
    require_office(work, procedure_of(programme).approves, state.area)
    referred = rolls.Referred(effective_on=given["on"], to=given["to"], reason=given["reason"], by=work.actor)
    return _owing(entry, work.add("roll", entry, rolls.refer(state, entry, referred)))


def _open(state: Roll, amount_fen: int) -> dict[str, int]:
    """An amount of the open demand, by the budgets it is owed to, in their order."""
    return purse.portion(state.demanded_of, state.repaid_fen, amount_fen)


def _to(budgets: dict[str, int]) -> dict[str, Any]:
    """The budgets that money is owed to, as an event names them."""
    return {"budget": next(iter(budgets), ""), "budgets": budgets if len(budgets) > 1 else {}}


def _owing(entry: str, state: Roll) -> dict[str, Any]:
    return told(entry, state) | {"owed_fen": rolls.owed_fen(state)}
