"""A line of a roll's list that never reached its payee is taken back: its months are owed again (一人一笔、退汇再发)."""

from __future__ import annotations

from typing import Any, Final

from commands.grants import purse
from commands.grants.offices import procedure_of, require_office
from commands.handlers.payments import undo_order
from commands.handlers.registry import Work, command
from commands.handlers.rolls import loaded, told
from commands.rolls.amounts import had_by_month
from commands.schemas import rolls as schemas
from ledger.refusal import Refusal
from ledger.streams import roll as rolls
from ledger.streams import rollrun as runs

PAID: Final = "葫政办发〔2019〕55号 二、三"


@command(
    "undo_roll_payment", schemas.UndoRollPayment, clause=PAID, zh="冲销救助发放", pays=True, by_office=True
)
def undo_roll_payment(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Takes a line back that the payee never had: the next list pays its months, its budget has its money again.

    Refuses ``roll_line_unknown`` for what is no standing line of the entry, ``payment_on_its_way`` and
    ``payment_settled`` while the bank or the payee has the money, ``roll_demand_open`` while money is demanded back, and
    ``budget_closed`` after the year: then the entry is stopped where nothing was due, and the money demanded back.
    """
    entry, state, programme = loaded(work, given)
    history = [one.body for one in work.history("roll", entry)]
    paid = _line(history, entry, given["payment"])
    run: runs.RollRun = work.uow.state("rollrun", paid.run)
    require_office(work, procedure_of(programme).pays, run.area)
    had, on = had_by_month(history), given["on"]
    noted = {month: fen - had.get(month, 0) for month, fen in paid.months.items()}
    undone = rolls.PaymentUndone(
        effective_on=on,
        payment=paid.payment,
        purse=paid.purse,
        budget=run.budget,
        months=paid.months,
        difference_fen=paid.difference_fen,
        amount_fen=paid.amount_fen,
        kept=paid.kept,
        differences={month: fen for month, fen in noted.items() if fen},
        reason=given["reason"],
        by=work.actor,
    )
    after = work.add("roll", entry, rolls.undo_payment(state, entry, undone))
    undo_order(work, paid.payment, given["reason"], on)
    cause = f"roll-{entry}/{work.uow.version('roll', entry)}"
    spent = {run.budget: paid.amount_fen + sum(paid.kept.values())}
    purse.restore(work, spent, cause, on)
    purse.release(work, spent, cause, on)
    purse.undo_recovery(work, paid.kept, cause, on)
    return told(entry, after) | {"owed_months": sorted({*paid.months, *rolls.owed_months(after)})}


def _line(history: list[Any], entry: str, payment: str) -> rolls.Paid:
    """The line that an order pays, unless it was taken back."""
    lines = {one.payment: one for one in history if isinstance(one, rolls.Paid) and one.payment}
    undone = {one.payment for one in history if isinstance(one, rolls.PaymentUndone)}
    if payment not in lines or payment in undone:
        raise Refusal("roll_line_unknown", entry=entry, payment=payment)
    return lines[payment]
