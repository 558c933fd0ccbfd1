"""What offices and beneficiaries have to do about grants: reviews, objections, publicity that is over, demands.

The gazette prints no days for a review (葫政发〔2019〕11号（十七）: procedures and standards are to be made public); a
city that sets them publishes the parameter. What is done is no duty any more; the grant's history keeps when it was done.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, select

from ledger.dates import days_after, working_days_after
from ledger.policy.parameters import PolicyBook
from ledger.programmes import offices, programmes
from ledger.refusal import Refusal
from ledger.streams.grant import Grant, owed_fen
from projections.registers import REGISTERS

KINDS: Final = {
    "grant_review": ("审核补贴", "review the application", "葫政发〔2019〕10号 二（二）8"),
    "grant_correction": ("补正申报", "put the application right", "葫政发〔2019〕10号 二（三）14"),
    "grant_objection": ("处理异议", "decide the objection", "葫政办发〔2019〕56号 第三章第八条2"),
    "grant_decision": ("批准补贴", "approve or turn down", "葫政发〔2019〕10号 二（二）8"),
    "grant_repayment": ("退还补贴", "pay back the subsidy", "财政违法行为处罚处分条例"),
    "grant_confirmation": ("本人签收", "confirm the receipt", "葫政发〔2019〕11号（八）第3句"),
}
"""What is to be done, in Chinese and English, and the clause."""


class Duty(NamedTuple):
    """Something to be done about a grant: by whom, since when, and until when where a day is known."""

    kind: str
    grant: str
    who: str
    arose_on: date
    due_on: date | None


def grant_duties(connection: Connection, on: date, book: PolicyBook) -> list[Duty]:
    """What waits on a day, from the register of grants."""
    register: Any = REGISTERS["grant"]
    table = register.table
    waiting = table.c.status.in_(("applied", "sent_back")) | (table.c.demanded_fen > table.c.repaid_fen)
    unconfirmed = (table.c.payee != table.c.beneficiary) & (table.c.paid_fen > 0)
    asked = select(table).where(waiting | unconfirmed).order_by(table.c.key)
    found: list[Duty] = []
    for row in connection.execute(asked):
        found += _of_grant(row[0], register.state_of(row), on, book)
    return found


def _of_grant(key: str, state: Grant, on: date, book: PolicyBook) -> Iterator[Duty]:
    since = state.since or on
    if state.status == "sent_back":
        yield Duty("grant_correction", key, state.beneficiary, since, _review_due(since, book))
    if state.status == "applied":
        yield _next_step(key, state, since, book)
    if owed_fen(state) > 0:
        due_on = _next_due(state)
        yield Duty("grant_repayment", key, state.beneficiary, since, due_on)
    if state.payee != state.beneficiary and state.paid_fen and state.confirmed_on is None:
        yield Duty("grant_confirmation", key, state.payee, since, None)


def _next_step(key: str, state: Grant, since: date, book: PolicyBook) -> Duty:
    procedure = offices().procedures[programmes()[state.programme].procedure]
    if state.stage < len(procedure.stages):
        who = _office(procedure.stages[state.stage].role, state.area)
        return Duty("grant_review", key, who, since, _review_due(since, book))
    publicity = procedure.publicity
    if state.objection and publicity:
        return Duty("grant_objection", key, _office(publicity.role, state.area), since, None)
    if state.publicised_until is not None:
        since = days_after(state.publicised_until, 1)
    return Duty(
        "grant_decision", key, _office(procedure.approves, state.area), since, _review_due(since, book)
    )


def _office(role: str, area: str) -> str:
    return f"{role}@{area if offices().roles[role].level == 'county' else 'city'}"


def _review_due(since: date, book: PolicyBook) -> date | None:
    """The last working day for a step, where the city has published how many there are."""
    try:
        return working_days_after(since, book.value("grant_review_working_days", since).value)
    except Refusal:  # no day is printed, or the year's calendar is not published yet: nothing is guessed
        return None


def _next_due(state: Grant) -> date | None:
    """The day of the first instalment that what came back does not cover, else the day of the demand."""
    covered_fen = state.repaid_fen - (state.demanded_fen - sum(state.instalments.values()))
    for day, fen in sorted(state.instalments.items()):
        covered_fen -= fen
        if covered_fen < 0:
            return date.fromisoformat(day)
    return state.due_on
