"""Runs over all loans (批处理): what fell due, repricing, offset. Each chunk is one unit of work under its own key."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, and_, or_, select

from commands.handlers.conduct import is_barred
from commands.handlers.loan_service import NATIONAL, hold, repay, with_turns
from commands.handlers.loans import CITY, loan_of, rate_of, terms_on
from commands.handlers.registry import Work, command
from commands.law import explanation, versions
from commands.schemas import loans as schemas
from ledger.limits import LOANS_CHUNK
from ledger.policy.loan_terms import Terms
from ledger.refusal import Refusal
from ledger.streams import account as accounts
from ledger.streams import loan as loans
from ledger.streams.base import Event
from ledger.streams.loan import Arrived
from projections.registers import REGISTERS

_LOAN: Final = REGISTERS["loan"].table.c


def _keys_after(
    connection: Connection,
    given: dict[str, Any],
    *conditions: Any,
    standing: Any = _LOAN.status == loans.RUNNING,
) -> list[str]:
    """The next loans after a key, by default running ones, that may have something to do."""
    asked = (
        select(_LOAN.key)
        .where(_LOAN.key > given["after"], standing, *conditions)
        .order_by(_LOAN.key)
        .limit(given["chunk"] or LOANS_CHUNK)
    )
    return list(connection.execute(asked).scalars())


def _done(given: dict[str, Any], keys: list[str], changed: int, **more: Any) -> dict[str, Any]:
    finished = len(keys) < (given["chunk"] or LOANS_CHUNK)
    last_key = keys[-1] if keys else given["after"]
    return {"loans": len(keys), "changed": changed, "last_key": last_key, "finished": finished, **more}


# ---------------------------------------------------------------- what fell due


@command("run_instalments", schemas.LoanChunk, clause=f"{NATIONAL} 第二十六条", zh="逾期批处理")
def run_instalments(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Finds what fell due and was not paid, moves principal between 121 and 122, and grades the loans."""
    on = given["on"]
    touched = or_(_LOAN.next_due_on <= on, _LOAN.repay_by <= on, _LOAN.owed != "[]", _LOAN.grade != "normal")
    keys = _keys_after(work.uow.connection, given, touched)
    terms, changed = terms_on(work, on), 0
    for key, state in work.uow.load("loan", keys).items():
        events = loans.run(state, on, terms)
        if events:
            work.add("loan", key, events)
            changed += 1
    return _done(given, keys, changed)


# ---------------------------------------------------------------- repricing


@command("reprice_loans", schemas.LoanChunk, clause=f"{CITY} 第十七条", zh="贷款利率调整")
def reprice_loans(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Gives running loans over a year the rate of the day, where the parameter says that this is the day.

    A late run leaves nobody at the old rate: what was booked since is reversed and booked again, and what it has too
    much is held. Only loans on which something stands since that cannot happen again are left out, and named. Refuses
    ``repricing_not_due``.
    """
    on = given["on"]
    mode = work.law.parameter("loan_repricing", on)
    short = work.law.parameter("loan_repricing_short_months", on)
    if not loans.is_repricing_day(mode.value, on, date.min):
        raise Refusal("repricing_not_due", mode=mode.value, on=on.isoformat())
    settled_since = and_(_LOAN.status == "settled", _LOAN.settled_on > on)
    keys = _keys_after(
        work.uow.connection,
        given,
        _LOAN.months > short.value,
        _LOAN.disbursed_on < on,
        standing=or_(_LOAN.status == loans.RUNNING, settled_since),
    )
    terms, changed, left_out = terms_on(work, on), 0, []

    rounding = terms.named("loan_interest_rounding")

    @cache
    def rate(home_number: int, months: int) -> tuple[Any, tuple[str, ...]]:
        outcome = rate_of(work, loans.Loan(home_number=home_number, months=months), on)
        return outcome.values["rate"], (*versions(outcome), mode.version, short.version, *rounding)

    for key, state in work.uow.load("loan", keys).items():
        new_rate, used = rate(state.home_number, state.months)
        try:
            if loans.moved_after(state, on):
                changed += _reprice_late(work, key, new_rate, used, on)
                continue
            events = loans.reprice(state, key, new_rate, terms, used, on)
        except Refusal:
            left_out.append(key)
            continue
        if events:
            work.add("loan", key, events)
            changed += 1
    return _done(given, keys, changed, left_out=left_out)


def _reprice_late(work: Work, key: str, rate: Decimal, versions: tuple[str, ...], on: date) -> bool:
    """The same for a loan that moved since, and whether it changed; what its payers have paid too much is held."""
    history = work.history("loan", key)
    terms = cache(lambda day: terms_on(work, day))
    events, over = loans.reprice_late(history, key, rate, terms, versions, on)
    work.add("loan", key, events)
    rests = {id(one.repaid): one.rest_fen for one in over}
    for one in work.uow.changes["loan"][key].events:
        if id(one.body) in rests:
            hold(work, key, one, rests[id(one.body)])
    return bool(events)


# ---------------------------------------------------------------- offset


@command("run_offsets", schemas.OffsetChunk, clause=f"{CITY} 第十一条（五）", zh="冲还贷批处理")
def run_offsets(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Repays loans from the fund accounts as agreed: monthly what fell due, yearly whatever the accounts hold.

    The borrower's account first, then the spouse's; an account that is frozen or not open, and
    one whose owner is barred from withdrawals (第二十八条), is passed over.
    """
    on, mode = given["on"], given["mode"]
    due = or_(_LOAN.next_due_on <= on, _LOAN.repay_by <= on, _LOAN.owed != "[]")
    wanted = [_LOAN.offset_mode == mode, *([due] if mode == "monthly" else [])]
    keys = _keys_after(work.uow.connection, given, *wanted)
    found = work.uow.load("loan", keys)
    own = work.uow.load(
        "account", _unique(key for one in found.values() for key in (one.account, one.spouse_account))
    )
    work.uow.load("person", _unique(one.person for one in own.values()))
    terms, changed, paid_fen = terms_on(work, on), 0, 0
    for key in keys:
        taken_fen = _offset(work, key, mode, terms, on)
        changed += bool(taken_fen)
        paid_fen += taken_fen
    return _done(given, keys, changed, paid_fen=paid_fen)


def _unique(keys: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(filter(None, keys)))


def _offset(work: Work, key: str, mode: str, terms: Terms, on: date) -> int:
    """Takes from one account after the other what the loan needs, and returns it in fen."""
    taken_fen = 0
    for role in work.law.value("offset_order", on):
        state = loan_of(work, key)
        account = {"borrower": state.account, "spouse": state.spouse_account}.get(role, "")
        if not account or state.status != loans.RUNNING or (state.moved_on and on < state.moved_on):
            continue
        brought, _ = loans.bring_up(state, on, terms)
        due_fen = loans.claim_on(brought, on, terms).total_fen
        need_fen = due_fen if mode == "monthly" else loans.payoff_on(state, on, terms).total_fen
        amount_fen = min(need_fen, _available(work, account, on))
        if amount_fen <= 0:
            continue
        arrived = Arrived(
            amount_fen, on, "fund_account", f"{account}.{work.uow.version('account', account) + 1}", account
        )
        payoff = loans.payoff_on(state, on, terms)
        if mode == "yearly" and amount_fen > payoff.due_fen + payoff.interest_fen:
            how = work.law.value("loan_prepayment_effect", on)
            events: tuple[Event, ...] = loans.prepay(
                state, key, with_turns(work, key, arrived), how, 0, terms
            )
            work.add("loan", key, events)
        elif due_fen:
            amount_fen = min(amount_fen, due_fen)
            repay(work, key, arrived._replace(amount_fen=amount_fen), terms)
        else:
            continue
        _withdraw(work, account, amount_fen, key, on)
        taken_fen += amount_fen
    return taken_fen


def _available(work: Work, account: str, on: date) -> int:
    """What an account can give for a loan on a day: nothing while it is frozen, or where something later moved it."""
    state = work.account(account)
    if state.status == "closed" or state.frozen or (state.moved_on and on < state.moved_on):
        return 0
    if is_barred(work, state.person, "withdrawal", on):
        return 0
    return accounts.room_on(state, on).later_fen


def _withdraw(work: Work, account: str, amount_fen: int, loan: str, on: date) -> None:
    """偿还购房贷款本息: the money goes to the loan in the same commit, so that no payment is ordered."""
    state = work.account(account)
    outcome = work.law.decide(
        "withdrawal",
        on,
        reason="loan_repayment",
        need_fen=amount_fen,
        own_balance_fen=state.balance_fen,
        spouse_balance_fen=0,
    )
    events = accounts.withdraw(
        state,
        account,
        amount_fen,
        reason="loan_repayment",
        closing=False,
        order=work.law.value("withdrawal_part_order", on),
        room=accounts.room_on(state, on),
        payment="",
        explanation=explanation(outcome) | {"evidence": loan},
        on=on,
    )
    work.add("account", account, events)
