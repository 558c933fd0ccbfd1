"""Runs over a monthly roll: the payment of a month and the assessment under another standard, list after list."""

from __future__ import annotations

from datetime import date
from typing import Any, Final, NamedTuple

from msgspec.structs import replace
from sqlalchemy import Connection, Select, select

from commands.grants import purse
from commands.grants.offices import check_area, procedure_of, require_office
from commands.handlers.registry import Work, command
from commands.handlers.rolls import roll_programme
from commands.rolls.amounts import Assessor, Line, histories, line_of
from commands.rolls.sources import sources_of
from commands.schemas import rolls as schemas
from ledger.dates import format_month, month_of
from ledger.limits import ROLL_LIST_LINES
from ledger.programmes import Programme
from ledger.refusal import Refusal
from ledger.streams import payment as payments
from ledger.streams import roll as rolls
from ledger.streams import rollrun as runs
from projections.registers import REGISTERS

STANDARD: Final = "葫政办发〔2019〕55号 二"
PAID: Final = "葫政办发〔2019〕55号 二、三"
ROLL: Final = REGISTERS["roll"]


def entries_of(programme: str, area: str) -> Select[Any]:
    """The question for everybody on a roll in an area, or ended with something left, in the order of keys.

    Among them who has moved on, where months that the area paid were taken back.
    """
    table = ROLL.table.c
    moved_on = (table.taken_back != "[]") & table.areas.contains(f'"{area}"', autoescape=True)
    asked = select(ROLL.table).where(table.programme == programme, (table.area == area) | moved_on)
    return asked.where(table.status.in_(("on", "ending"))).order_by(table.key)


def _standing_in(programme: str, area: str) -> Select[Any]:
    table = ROLL.table
    asked = select(table).where(table.c.programme == programme, table.c.area == area)
    return asked.order_by(table.c.key)


def _keys_after(connection: Connection, state: runs.RollRun) -> list[str]:
    """The next list: for a payment who may have something due, for an assessment also who ended since its month."""
    table = ROLL.table.c
    if state.kind == "pay":
        asked = entries_of(state.programme, state.area)
    else:
        ended = (table.status == "stopped") & (table.last_month >= state.month)
        asked = _standing_in(state.programme, state.area).where(table.status.in_(("on", "ending")) | ended)
    found = asked.with_only_columns(table.key).where(table.key > state.last_key).limit(state.chunk)
    return list(connection.execute(found).scalars())


# ---------------------------------------------------------------- the payment of a month


@command("pay_roll", schemas.RunRoll, clause=PAID, zh="按月发放救助", pays=True, by_office=True)
def pay_roll(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Pays the next list of a roll's month; the first begins the run, the last ends it.

    Every entry gets the months that it has not had, at the standard of each, and the difference that is open. Refuses
    ``budget_short`` before anybody is paid, ``roll_month_ahead``, and ``roll_run_finished``.
    """
    programme, area, month, on = _asked(given)
    require_office(work, procedure_of(programme).pays, area)
    if month > format_month(month_of(on)):
        raise Refusal("roll_month_ahead", programme.cite, month=month, on=on.isoformat())
    run = runs.key(programme.id, area, month)
    assessor = Assessor(work.law, programme)
    if not work.uow.state("rollrun", run).status:
        _start_payment(work, assessor, run, area, month, given)
    state: runs.RollRun = work.uow.state("rollrun", run)
    number = runs.require_list(state, run, given["number"])
    keys = _keys_after(work.uow.connection, state)
    lines = _lines(work, assessor, keys, month, area)
    if keys:
        state = _pay_list(work, assessor, run, state, number, lines, keys[-1], on)
    if len(keys) < state.chunk:
        freed = {state.budget: state.reserved_fen} if state.reserved_fen else {}
        purse.release(work, freed, f"rollrun-{run}/{work.uow.version('rollrun', run) + 1}", on)
        finished = runs.Finished(effective_on=on, released_fen=state.reserved_fen)
        state = work.add("rollrun", run, (finished,))
    return told(run, state)


def _start_payment(
    work: Work, assessor: Assessor, run: str, area: str, month: str, given: dict[str, Any]
) -> None:
    """Counts what the whole run will pay and reserves it, so that a budget that falls short stops nobody half way."""
    connection, on = work.uow.connection, given["on"]
    entries = total_fen = 0
    asked = entries_of(assessor.programme.id, area)
    for row in connection.execute(asked.execution_options(yield_per=5_000)):
        line = line_of(assessor, ROLL.state_of(row), month, area)
        if line is not None:
            entries, total_fen = entries + 1, total_fen + line.amount_fen
    key = _budget(assessor.programme, area, on)
    started = runs.Started(
        effective_on=on,
        kind="pay",
        programme=assessor.programme.id,
        area=area,
        month=month,
        chunk=given["chunk"] or ROLL_LIST_LINES,
        by=work.actor,
        budget=key,
        entries=entries,
        reserved_fen=total_fen,
    )
    work.add("rollrun", run, (started,))
    if total_fen:
        purse.reserve(work, {key: total_fen}, f"rollrun-{run}/1", on)


def _budget(programme: Programme, area: str, on: date) -> str:
    (key,) = purse.budget_keys(programme, {programme.source: 1}, on.year, area)
    return key


def _lines(work: Work, assessor: Assessor, keys: list[str], month: str, area: str) -> dict[str, Line]:
    states = work.uow.load("roll", keys)
    found = ((key, line_of(assessor, states[key], month, area)) for key in keys)
    return {key: line for key, line in found if line is not None}


def _pay_list(
    work: Work,
    assessor: Assessor,
    run: str,
    state: runs.RollRun,
    number: int,
    lines: dict[str, Line],
    last_key: str,
    on: date,
) -> runs.RollRun:
    kept = _pay_lines(work, _Listed(run, number, state.budget, assessor.programme, on), lines)
    amount_fen, kept_fen = sum(line.amount_fen for line in lines.values()), sum(kept.values())
    spent_fen = amount_fen + kept_fen
    cause = f"rollrun-{run}/{work.uow.version('rollrun', run) + 1}"
    added_fen = max(0, spent_fen - state.reserved_fen)
    if (
        added_fen
    ):  # somebody was admitted since the run began, or another budget gets back what it paid too much
        purse.reserve(work, {state.budget: added_fen}, cause, on)
    listed = runs.ListPaid(
        effective_on=on,
        number=number,
        purse=assessor.programme.purse,
        entries=len(lines),
        months_fen=sum(sum(line.months.values()) for line in lines.values()),
        difference_fen=sum(line.difference_fen for line in lines.values()),
        amount_fen=amount_fen,
        payment="",
        last_key=last_key,
        added_fen=added_fen,
        kept_fen=kept_fen,
        by_line=True,
    )
    after: runs.RollRun = work.add("rollrun", run, (listed,))
    if spent_fen:
        purse.spend(work, {state.budget: spent_fen}, cause, on)
        purse.recover(work, dict(sorted(kept.items())), cause, on)
    return after


class _Listed(NamedTuple):
    """What all lines of a list have in common."""

    run: str
    number: int
    budget: str
    programme: Programme
    on: date


def _pay_lines(work: Work, listed: _Listed, lines: dict[str, Line]) -> dict[str, int]:
    """Pays each line by an order of its own (一人一笔); gives back what was kept for other budgets."""
    kept: dict[str, int] = {}
    ordered: dict[str, payments.Ordered] = {}
    sources = sources_of(work, [key for key, line in lines.items() if line.difference_fen < 0])
    for key, line in lines.items():
        version = work.uow.version("roll", key) + 1
        payment = payments.key(f"roll-{key}", version) if line.amount_fen else ""
        paid = _paid(listed, line, payment)
        if key in sources:
            taken = sources[key].pay(paid)
            back = {name: fen for name, fen in taken.items() if name not in ("", listed.budget)}
            kept = {name: kept.get(name, 0) + back.get(name, 0) for name in {*kept, *back}}
            paid = replace(paid, kept=back)
        state: rolls.Roll = work.add("roll", key, (paid,))
        if payment:
            ordered[payment] = payments.Ordered(
                effective_on=listed.on,
                cause=f"roll-{key}/{version}",
                payee=state.payee,
                principal_fen=line.amount_fen,
                purse="subsidy",
            )
    for payment, nothing in work.uow.load("payment", ordered).items():
        work.add("payment", payment, payments.order(nothing, payment, ordered[payment]))
    return kept


def _paid(listed: _Listed, line: Line, payment: str) -> rolls.Paid:
    return rolls.Paid(
        effective_on=listed.on,
        run=listed.run,
        number=listed.number,
        months=line.months,
        difference_fen=line.difference_fen,
        amount_fen=line.amount_fen,
        rule=listed.programme.rule,
        parameters=line.parameters,
        purse=listed.programme.purse,
        payment=payment,
    )


# ---------------------------------------------------------------- the assessment under another standard


@command("assess_roll", schemas.RunRoll, clause=STANDARD, zh="在册对象重新核定")
def assess_roll(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Assesses the next list of a roll again from a month on, by the law as it is known now.

    For months that were paid already the difference of each is noted, once; the next payment pays it. An entry for which
    nothing is due any more is named and left for ``stop_roll``.
    """
    programme, area, month, on = _asked(given)
    require_office(work, procedure_of(programme).stages[0].role, area)
    run = runs.key(programme.id, area, month, on.isoformat())
    if not work.uow.state("rollrun", run).status:
        started = runs.Started(
            effective_on=on,
            kind="assess",
            programme=programme.id,
            area=area,
            month=month,
            chunk=given["chunk"] or ROLL_LIST_LINES,
            by=work.actor,
        )
        work.add("rollrun", run, (started,))
    state: runs.RollRun = work.uow.state("rollrun", run)
    number = runs.require_list(state, run, given["number"])
    keys = _keys_after(work.uow.connection, state)
    nothing_due: list[str] = []
    if keys:
        listed, nothing_due = _assess_list(work, Assessor(work.law, programme), run, number, keys, month, on)
        state = work.add("rollrun", run, (listed,))
    if len(keys) < state.chunk:
        state = work.add("rollrun", run, (runs.Finished(effective_on=on),))
    return told(run, state) | {"nothing_due": nothing_due}


def _assess_list(
    work: Work, assessor: Assessor, run: str, number: int, keys: list[str], month: str, on: date
) -> tuple[runs.ListAssessed, list[str]]:
    states: dict[str, rolls.Roll] = work.uow.load("roll", keys)
    had = histories(work, [key for key in keys if states[key].paid_through >= month])
    changed = raised_fen = lowered_fen = 0
    nothing_due = []
    for key in keys:
        state = states[key]
        differences = assessor.differences(state, had.get(key, {}), month)
        first = max(month, state.from_month)
        assessed = assessor.month(rolls.facts_in(state, first), first)
        if not assessed.fen and rolls.covers(state, first):
            nothing_due.append(key)
        if assessed.fen == state.monthly_fen and not differences:
            continue
        changed += 1
        raised_fen += sum(fen for fen in differences.values() if fen > 0)
        lowered_fen -= sum(fen for fen in differences.values() if fen < 0)
        reassessed = rolls.Reassessed(
            effective_on=on,
            run=run,
            month=first,
            monthly_fen=assessed.fen,
            before_fen=state.monthly_fen,
            differences=differences,
            rule=assessor.programme.rule,
            parameters=assessed.parameters,
        )
        work.add("roll", key, (reassessed,))
    listed = runs.ListAssessed(
        effective_on=on,
        number=number,
        entries=len(keys),
        changed=changed,
        raised_fen=raised_fen,
        lowered_fen=lowered_fen,
        last_key=keys[-1],
    )
    return listed, nothing_due


# ---------------------------------------------------------------- told


def _asked(given: dict[str, Any]) -> tuple[Programme, str, str, date]:
    return roll_programme(given["programme"]), check_area(given["area"]), given["month"], given["on"]


def told(run: str, state: runs.RollRun) -> dict[str, Any]:
    """How far a run has come."""
    return {
        "run": run,
        "lists": state.lists,
        "entries": state.entries,
        "changed": state.changed,
        "amount_fen": state.amount_fen,
        "months_fen": state.months_fen,
        "difference_fen": state.difference_fen,
        "raised_fen": state.raised_fen,
        "lowered_fen": state.lowered_fen,
        "finished": state.status == "finished",
    }
