"""Commands about the money of a grant: plan and queue, payment, its end, and what has to come back."""

from __future__ import annotations

from datetime import date
from typing import Any

from commands.grants import purse
from commands.grants.exclusions import paid_elsewhere_fen
from commands.grants.offices import planner_of, procedure_of, require_office
from commands.handlers.grants import loaded, told
from commands.handlers.payments import undo_order
from commands.handlers.registry import Work, command
from commands.schemas import subsidies as schemas
from ledger.programmes import Programme, find, programmes
from ledger.refusal import Refusal
from ledger.streams import grant as grants
from ledger.streams import payment as payments
from ledger.streams.grant import Grant

PLAN = "葫政办发〔2019〕56号 第一章第十一、十二条、第三章第八条3"
STOP = "葫政办发〔2019〕56号 第一章第十三条4、第十四条"
RECOVERY = "财政违法行为处罚处分条例；葫政办发〔2019〕56号 第一章第十三条4、第三章第十一条"


# ---------------------------------------------------------------- the plan


@command("plan_grant", schemas.PlanGrant, clause=PLAN, zh="列入资金计划")
def plan_grant(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Puts an approved grant into the plan and reserves its money; what was planned in an older year moves to this one.

    Where the budget falls short the programme says what happens: ``budget_short``, or it waits by its rank, which also
    those before it keep.
    """
    grant, state, programme = loaded(work, given)
    require_office(work, planner_of(procedure_of(programme)), state.area)
    if state.status == "planned":
        return _move_to_year(work, grant, state, programme, given["on"])
    grants.require_status(state, grant, "approved", "queued")
    wanted = purse.budget_keys(programme, state.parts, given["on"].year, state.area)
    waiting = _waiting(work, programme.purse, wanted)
    rank = state.rank or given["rank"] or max((one.rank for _, one in waiting), default=0) + 1
    before = [key for key, one in waiting if key != grant and (one.rank, key) < (rank, grant)]
    short_fen = purse.short_fen(work, wanted)
    if programme.short == "queue" and (short_fen or before):
        queued = grants.Queued(effective_on=given["on"], rank=rank, by=work.actor, short_fen=short_fen)
        return told(grant, work.add("grant", grant, grants.queue(state, grant, queued)))
    return told(grant, _plan(work, grant, state, wanted, given["on"]))


@command("plan_queue", schemas.PlanQueue, clause=PLAN, zh="按名次列入计划")
def plan_queue(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Plans waiting grants by their rank until the budget does not reach for the next one."""
    on = given["on"]
    planned: list[str] = []
    for grant, state in _waiting(work, given["purse"], None):
        programme = find(state.programme)
        if given["area"] and state.area != given["area"]:
            continue
        require_office(work, planner_of(procedure_of(programme)), state.area)
        wanted = purse.budget_keys(programme, state.parts, on.year, state.area)
        if purse.short_fen(work, wanted):
            break
        _plan(work, grant, state, wanted, on)
        planned.append(grant)
    return {"purse": given["purse"], "planned": planned}


def _waiting(work: Work, purse_name: str, wanted: dict[str, int] | None) -> list[tuple[str, Grant]]:
    """Grants that wait for a purse, the best rank first; with ``wanted`` those that want of the same budgets."""
    names = [one.id for one in programmes().values() if one.purse == purse_name]
    found = [
        (key, one)
        for key, one in work.find("grant", programme=names, status="queued").items()
        if wanted is None or _wants(one, wanted)
    ]
    return sorted(found, key=lambda item: (item[1].rank, item[0]))


def _wants(state: Grant, wanted: dict[str, int]) -> bool:
    year = int(next(iter(wanted)).split(".")[-2])
    return not wanted.keys().isdisjoint(
        purse.budget_keys(find(state.programme), state.parts, year, state.area)
    )


def _plan(work: Work, grant: str, state: Grant, wanted: dict[str, int], on: date) -> Grant:
    purse.reserve(work, wanted, _cause(work, grant), on)
    planned = grants.Planned(effective_on=on, by=work.actor, budgets=wanted)
    after: Grant = work.add("grant", grant, grants.plan(state, grant, planned))
    return after


def _move_to_year(work: Work, grant: str, state: Grant, programme: Programme, on: date) -> dict[str, Any]:
    """What is still to be paid is freed in the older year and set aside in this one (结转)."""
    left_fen = grants.reserved_fen(state)
    open_parts = purse.portion(state.budgets, state.paid_fen, left_fen)
    spent = {key: fen - open_parts.get(key, 0) for key, fen in state.budgets.items()}
    parts = purse.portion(state.parts, state.paid_fen, left_fen)
    wanted = purse.budget_keys(programme, parts, on.year, state.area)
    if set(wanted) == set(open_parts):
        raise Refusal("already_planned", grant=grant)
    purse.release(work, open_parts, _cause(work, grant), on)
    purse.reserve(work, wanted, _cause(work, grant), on)
    kept = {key: fen for key, fen in spent.items() if fen}
    planned = grants.Planned(effective_on=on, by=work.actor, budgets={**kept, **wanted})
    return told(grant, work.add("grant", grant, grants.replan(state, grant, planned)))


def _cause(work: Work, grant: str) -> str:
    """The next event of the grant, as a budget and a payment name it."""
    return f"grant-{grant}/{work.uow.version('grant', grant) + 1}"


# ---------------------------------------------------------------- payment


@command("pay_grant", schemas.PayGrant, clause=PLAN, zh="拨付补贴", pays=True, by_office=True)
def pay_grant(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Pays what is planned: all of it, an advance, or the rest; less what the payee owes from other grants.

    The paying office approves what another prepared. Refuses ``own_step`` where one of the two reviewed or approved
    the grant, and ``grant_elsewhere`` for what is not planned, so that nothing is paid without a budget.
    """
    grant, state, programme = loaded(work, given)
    grants.require_other_hand(state, grant, work.actor)
    grants.require_other_maker(state, grant, work.maker)
    require_office(work, procedure_of(programme).pays, state.area)
    grants.require_status(state, grant, "planned")
    amount_fen, on = _amount_to_pay(state, given), given["on"]
    cause = _cause(work, grant)
    set_off_fen = _set_off(work, grant, state, given, cause, amount_fen)
    payment = payments.key(f"grant-{grant}", work.uow.version("grant", grant) + 1)
    paid = grants.Paid(
        effective_on=on,
        purse=programme.purse,
        part=given["part"],
        amount_fen=amount_fen,
        payment=payment if amount_fen > set_off_fen else "",
        by=work.actor,
        set_off_fen=set_off_fen,
    )
    after = work.add("grant", grant, grants.pay(state, grant, paid))
    purse.spend(work, purse.portion(state.budgets, state.paid_fen, amount_fen), cause, on)
    if paid.payment:
        ordered = payments.Ordered(
            effective_on=on,
            cause=cause,
            payee=state.payee,
            principal_fen=amount_fen - set_off_fen,
            purse="subsidy",
            payee_account=given["payee_account"],
        )
        work.add("payment", payment, payments.order(work.uow.state("payment", payment), payment, ordered))
    return told(grant, after) | {"payment": paid.payment, "set_off_fen": set_off_fen}


def _amount_to_pay(state: Grant, given: dict[str, Any]) -> int:
    left_fen = (state.advance_max_fen if given["part"] == "advance" else state.amount_fen) - state.paid_fen
    amount_fen: int = left_fen if given["amount"] is None else given["amount"]
    return amount_fen


def _set_off(work: Work, grant: str, state: Grant, given: dict[str, Any], cause: str, amount_fen: int) -> int:
    """What the same beneficiary owes from other grants is taken first (抵扣), as far as the command names it."""
    total_fen: int = sum(given["set_off"].values())
    if total_fen > amount_fen:
        raise Refusal("set_off_too_large", grant=grant, set_off_fen=total_fen, amount_fen=amount_fen)
    for other, fen in given["set_off"].items():
        owing: Grant = work.uow.state("grant", other)
        if other == grant or owing.beneficiary != state.beneficiary:
            raise Refusal("wrong_beneficiary", grant=other, person=state.beneficiary)
        _take_back(work, other, owing, fen, "set_off", cause, given["on"])
    return total_fen


@command("undo_grant_payment", schemas.UndoGrantPayment, clause=PLAN, zh="冲销拨付")
def undo_grant_payment(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Undoes the last payment of a grant that the payee never had; its money is set aside again, its order ends.

    Refuses ``payment_on_its_way`` and ``payment_settled`` while the bank or the payee has the money, and
    ``budget_closed`` after the year: then it is demanded back.
    """
    grant, state, programme = loaded(work, given)
    require_office(work, procedure_of(programme).pays, state.area)
    paid = _last_payment(work, grant, given["payment"])
    cause, on = _cause(work, grant), given["on"]
    undone = grants.PaymentUndone(
        effective_on=on,
        purse=paid.purse,
        amount_fen=paid.amount_fen,
        payment=paid.payment,
        by=work.actor,
        reason=given["reason"],
    )
    after = work.add("grant", grant, grants.undo_payment(state, grant, undone))
    undo_order(work, paid.payment, given["reason"], on)
    before_fen = state.paid_fen - paid.amount_fen
    purse.restore(work, purse.portion(state.budgets, before_fen, paid.amount_fen), cause, on)
    return told(grant, after)


def _last_payment(work: Work, grant: str, payment: str) -> grants.Paid:
    """The payment that was made last and stands; what was set off against a demand has arrived and cannot be undone."""
    bodies = [one.body for one in work.history("grant", grant)]
    undone = {one.payment for one in bodies if isinstance(one, grants.PaymentUndone)}
    paid = [one for one in bodies if isinstance(one, grants.Paid) and (one.payment not in undone)]
    if not payment or not paid or paid[-1].payment != payment or paid[-1].set_off_fen:
        raise Refusal("not_the_last_payment", grant=grant, payment=payment)
    return paid[-1]


@command("complete_grant", schemas.CompleteGrant, clause="葫政发〔2019〕11号（六）第4句", zh="确认完成")
def complete_grant(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Notes that the training or work is done and checked, so that the rest may be paid (培训任务完成后)."""
    grant, state, programme = loaded(work, given)
    require_office(work, procedure_of(programme).stages[0].role, state.area)
    completed = grants.Completed(effective_on=given["on"], by=work.actor, evidence=given["evidence"])
    return told(grant, work.add("grant", grant, grants.complete(state, grant, completed)))


@command("confirm_receipt", schemas.ConfirmReceipt, clause="葫政发〔2019〕11号（八）第3句", zh="本人签收")
def confirm_receipt(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Notes that the person has received what was paid through an institution (培训机构代发)."""
    grant, state, _ = loaded(work, given)
    confirmed = grants.Confirmed(effective_on=given["on"], person=given["person"], evidence=given["evidence"])
    return told(grant, work.add("grant", grant, grants.confirm(state, grant, confirmed)))


@command("end_grant", schemas.WithReason, clause=STOP, zh="终止补贴")
def end_grant(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Ends a grant before all was paid; what was reserved for it is free again."""
    grant, state, programme = loaded(work, given)
    require_office(work, procedure_of(programme).approves, state.area)
    left_fen = grants.reserved_fen(state)
    freed = purse.portion(state.budgets, state.paid_fen, left_fen)
    ended = grants.Ended(
        effective_on=given["on"], by=work.actor, reason=given["reason"], released_fen=left_fen
    )
    events = grants.end(state, grant, ended)
    purse.release(work, freed, _cause(work, grant), given["on"])
    return told(grant, work.add("grant", grant, events))


# ---------------------------------------------------------------- recovery


@command("reclaim_grant", schemas.ReclaimGrant, clause=RECOVERY, zh="追回补贴")
def reclaim_grant(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Demands back what was paid, by a day; by default all that has not been demanded yet."""
    grant, state, programme = loaded(work, given)
    require_office(work, procedure_of(programme).approves, state.area)
    left_fen = state.paid_fen - state.demanded_fen
    reclaimed = grants.Reclaimed(
        effective_on=given["on"],
        amount_fen=left_fen if given["amount"] is None else given["amount"],
        due_on=given["due_on"],
        by=work.actor,
        reason=given["reason"],
        clause=given["clause"],
    )
    return told(grant, work.add("grant", grant, grants.reclaim(state, grant, reclaimed)))


@command("agree_instalments", schemas.AgreeInstalments, clause=RECOVERY, zh="约定分期退还")
def agree_instalments(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Agrees that what is owed comes back in parts that add up to it."""
    grant, state, programme = loaded(work, given)
    require_office(work, procedure_of(programme).approves, state.area)
    by_day = dict(sorted(given["instalments"].items()))
    agreed = grants.InstalmentsAgreed(effective_on=given["on"], by=work.actor, instalments=by_day)
    return told(grant, work.add("grant", grant, grants.agree_instalments(state, grant, agreed)))


@command("repay_grant", schemas.RepayGrant, clause=RECOVERY, zh="退还补贴")
def repay_grant(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Takes money back that was demanded; it is owed to the treasury from then on."""
    grant, state, programme = loaded(work, given)
    require_office(work, procedure_of(programme).pays, state.area)
    _take_back(work, grant, state, given["amount"], "bank", given["bank_reference"], given["on"])
    return told(grant, work.uow.state("grant", grant))


def _take_back(
    work: Work, grant: str, state: Grant, amount_fen: int, how: str, reference: str, on: date
) -> None:
    cause = _cause(work, grant)
    repaid = grants.Repaid(effective_on=on, amount_fen=amount_fen, how=how, reference=reference)
    if work.booked_before("grant", grant, repaid):
        return
    work.add("grant", grant, grants.repay(state, grant, repaid))
    purse.recover(work, purse.portion(state.budgets, state.repaid_fen, amount_fen), cause, on)


@command("withdraw_demand", schemas.WithReason, clause=RECOVERY, zh="撤销追回")
def withdraw_demand(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Withdraws a demand as far as it is open; that it was made stays on the history."""
    grant, state, programme = loaded(work, given)
    require_office(work, procedure_of(programme).approves, state.area)
    _require_nothing_else(work, grant, state, programme, given["on"])
    withdrawn = grants.DemandWithdrawn(
        effective_on=given["on"],
        amount_fen=grants.owed_fen(state),
        by=work.actor,
        reason=given["reason"],
    )
    return told(grant, work.add("grant", grant, grants.withdraw_demand(state, grant, withdrawn)))


def _require_nothing_else(work: Work, grant: str, state: Grant, programme: Programme, on: date) -> None:
    """What was granted since then to the beneficiary in place of the money stays as it is: not both."""
    elsewhere_fen = paid_elsewhere_fen(work, programme, grant, state, on)
    if elsewhere_fen:
        raise Refusal(
            "higher_had_elsewhere", programme.cite, grant=grant, programme=programme.zh,
            amount_fen=grants.owed_fen(state), elsewhere_fen=elsewhere_fen,
        )  # fmt: skip


@command("refer_grant", schemas.ReferGrant, clause=RECOVERY, zh="移送处理")
def refer_grant(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Hands a case in which money is owed to another body, such as supervision or the police."""
    grant, state, programme = loaded(work, given)
    require_office(work, procedure_of(programme).approves, state.area)
    referred = grants.Referred(
        effective_on=given["on"], to=given["to"], by=work.actor, reason=given["reason"]
    )
    return told(grant, work.add("grant", grant, grants.refer(state, grant, referred)))
