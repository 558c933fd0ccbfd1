"""Commands about a running loan: repayment, prepayment, offset, extension, default and its end (贷后管理)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from msgspec.structs import replace

from commands.handlers.loans import CITY, loan_of, rate_of, stood, terms_on
from commands.handlers.registry import Work, command
from commands.law import versions
from commands.schemas import loans as schemas
from ledger.policy.loan_terms import Terms
from ledger.policy.rules.loans import is_short
from ledger.refusal import LineRefusal, Refusal
from ledger.store import references
from ledger.streams import account as accounts
from ledger.streams import loan as loans
from ledger.streams import receipt as receipts
from ledger.streams.base import Recorded
from ledger.streams.loan import LOANS, Arrived
from projections.views.journal import balance_fen, require_current

NATIONAL = "住房公积金管理条例"
RESERVE = "301"

_NOTHING_BOOKED: Final[references.Found] = {}

# ---------------------------------------------------------------- what a bank reference has booked


def booked_under(work: Work, lines: Iterable[tuple[str, Arrived]]) -> references.Found:
    """What the whole history of loans has under the references of lines, by one question."""
    asked = ((LOANS.id(loan), arrived.reference) for loan, arrived in lines)
    return references.events_under(work.uow.connection, asked)


def with_booked(work: Work, loan: str, arrived: Arrived, booked: references.Found) -> Arrived:
    """The same with what stands booked under its reference, in the history or earlier in this unit of work."""
    return arrived._replace(before=_standing(work, loan, arrived.reference, booked))


def _standing(
    work: Work, loan: str, reference: str, booked: references.Found
) -> loans.Repaid | loans.Recovered | None:
    if not reference:
        return None
    state = loan_of(work, loan)
    events = booked.get((LOANS.id(loan), reference), [])
    added = [(one.originator_version, one.body) for one in work.uow.changes["loan"][loan].events]
    return next(loans.standing_under(state, [*events, *added], reference), None)


# ---------------------------------------------------------------- repayment


@command("repay_loan", schemas.RepayLoan, clause=f"{NATIONAL} 第二十六条", zh="贷款还款")
def repay_loan(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Books money that arrived for a loan against what had fallen due; what is over is held (挂账)."""
    key = given["loan"]
    arrived = Arrived(given["amount"], given["on"], given["source"], given["reference"])
    return repay(work, key, arrived, terms_on(work, given["on"]), booked_under(work, [(key, arrived)]))


@command("repay_loans", schemas.RepayLoans, clause=f"{NATIONAL} 第二十六条", zh="批量还款入账")
def repay_loans(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Books many repayments of one value day in one commit; a bad row refuses them all, or is left out."""
    on = given["on"]
    lines = [
        (one["loan"], Arrived(one["amount"], on, one["source"], one["reference"])) for one in given["lines"]
    ]
    booked, refused = repay_many(work, lines, on)
    work.refuse_lines(refused, len(lines), given["accept_good_rows"])
    return {"booked": len(booked), "held_fen": sum(one["held_fen"] for one in booked)}


def repay(
    work: Work, loan: str, arrived: Arrived, terms: Terms, booked: references.Found = _NOTHING_BOOKED
) -> dict[str, Any]:
    """This amount arrived for this loan on this value day from this source, with this reference.

    The same reference twice books once: ``booked`` is what the whole history has under the references that are asked
    about. What is more than had fallen due is held for its payer, and said.
    """
    arrived = with_booked(work, loan, with_turns(work, loan, arrived), booked)
    events, rest_fen = loans.repay(loan_of(work, loan), loan, arrived, terms)
    after: loans.Loan = work.add("loan", loan, events)
    _hold_rest(work, loan, rest_fen)
    return {"loan": loan, "held_fen": rest_fen, "balance_fen": after.balance_fen, "repeated": not events}


def with_turns(work: Work, loan: str, arrived: Arrived) -> Arrived:
    """The same with the days on which principal was turned between 121 and 122, where one is after the value date."""
    turned_on = loan_of(work, loan).turned_on
    if turned_on is None or turned_on <= arrived.on:
        return arrived
    return arrived._replace(turning_days=loans.turning_days(work.history("loan", loan)))


def repay_many(
    work: Work, lines: Sequence[tuple[str, Arrived]], on: date
) -> tuple[list[dict[str, Any]], list[LineRefusal]]:
    """The same for many loans: one question to the register, one set of terms; refused lines by their number from 1."""
    work.uow.load("loan", [loan for loan, _ in lines])
    terms, known = terms_on(work, on), booked_under(work, lines)
    booked: list[dict[str, Any]] = []
    refused: list[LineRefusal] = []
    for number, (loan, arrived) in enumerate(lines, start=1):
        try:
            booked.append(repay(work, loan, arrived, terms, known))
        except Refusal as refusal:
            refused.append(LineRefusal(number, "loan", refusal))
    return booked, refused


def _hold_rest(work: Work, loan: str, rest_fen: int) -> None:
    """What the newest repayment has too much is held for its payer."""
    if rest_fen:
        added = work.uow.changes["loan"][loan].events
        hold(work, loan, next(one for one in reversed(added) if isinstance(one.body, loans.Repaid)), rest_fen)


def hold(work: Work, loan: str, repaid: Recorded, rest_fen: int) -> None:
    """What a repayment has too much is held for its payer (挂账), under the number of the repayment."""
    body: loans.Repaid = repaid.body  # type: ignore[assignment]
    receipt = _held_under(loan, repaid.originator_version)
    received = receipts.Received(
        effective_on=body.effective_on,
        amount_fen=rest_fen,
        why="over",
        bank_reference=body.reference,
        rest_of=f"{repaid.originator_id}/{repaid.originator_version}",
    )
    work.add("receipt", receipt, receipts.receive(work.uow.state("receipt", receipt), receipt, received))


@command("prepay_loan", schemas.PrepayLoan, clause=f"{NATIONAL} 第二十六条", zh="提前还款")
def prepay_loan(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Repays before it is due, a part or the whole; ``how`` says how the loan goes on, by default as the centre has it."""
    key, on = given["loan"], given["on"]
    state, terms = loan_of(work, key), terms_on(work, on)
    arrived = Arrived(given["amount"] or 0, on, given["source"], given["reference"])
    arrived = with_booked(work, key, with_turns(work, key, arrived), booked_under(work, [(key, arrived)]))
    if given["amount"] is None:
        whole_fen = _whole(state, key, arrived, terms)
        arrived = arrived._replace(amount_fen=whole_fen)
    amount_fen = arrived.amount_fen
    how = given["how"] or work.law.value("loan_prepayment_effect", on)
    after: loans.Loan = work.add("loan", key, loans.prepay(state, key, arrived, how, given["months"], terms))
    return {
        "loan": key,
        "paid_fen": amount_fen,
        "balance_fen": after.balance_fen,
        "instalment_fen": after.instalment_fen,
        "months_left": after.months_left,
        "status": after.status,
    }


def _whole(state: loans.Loan, loan: str, arrived: Arrived, terms: Terms) -> int:
    """The amount that settles the loan, or the one that did so already under the same reference."""
    if arrived.before is not None:
        return loans.content_of(arrived.before).amount_fen
    loans.require_running(state, loan)
    return loans.payoff_on(state, arrived.on, terms).total_fen


@command("reverse_repayment", schemas.ReverseRepayment, clause=f"{CITY} 第二十二条", zh="还款冲账")
def reverse_repayment(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Reverses a repayment, named by its version: what it had paid is owed again, and what it had over is held no more."""
    key = given["loan"]
    state = loan_of(work, key)
    history = work.history("loan", key)
    terms = terms_on(work, given["on"])
    events = loans.reverse(state, key, history, given["version"], given["reason"], terms)
    after: loans.Loan = work.add("loan", key, events)
    repaid = next(one.body for one in history if one.originator_version == given["version"])
    if isinstance(repaid, loans.Repaid) and repaid.held_fen:
        _hold_no_more(work, key, given["version"], history, given["reason"])
    if isinstance(repaid, loans.Repaid) and repaid.account:
        _give_back(work, repaid, given["reason"])
    return {"loan": key, "balance_fen": after.balance_fen, "status": after.status}


def _hold_no_more(work: Work, loan: str, version: int, history: Sequence[Recorded], reason: str) -> None:
    """The rest of a payment that was taken back whole is held no more; refuses ``receipt_too_small`` where it went on.

    A payment that was booked again by a late run has its rest under its first number too.
    """
    bodies = {one.originator_version: one.body for one in history if isinstance(one.body, loans.Repaid)}
    repaid = bodies[version]
    same = [one for one, body in bodies.items() if loans.content_of(body) == loans.content_of(repaid)]
    left_fen = repaid.held_fen
    for number in sorted(same, key=lambda one: one != version):
        receipt = _held_under(loan, number)
        state: receipts.Receipt = work.uow.state("receipt", receipt)
        part_fen = min(left_fen, state.open_fen)
        if part_fen:
            reversed_ = receipts.Reversed(
                effective_on=repaid.effective_on, amount_fen=part_fen, reason=reason
            )
            work.add("receipt", receipt, receipts.reverse(state, receipt, reversed_))
        left_fen -= part_fen
    if left_fen:
        open_fen = repaid.held_fen - left_fen
        raise Refusal(
            "receipt_too_small",
            receipt=_held_under(loan, version),
            open_fen=open_fen,
            amount_fen=repaid.held_fen,
        )


def _held_under(loan: str, version: int) -> str:
    return f"loan-{loan}.{version}"


def _give_back(work: Work, repaid: loans.Repaid, reason: str) -> None:
    """What a fund account had paid (冲还贷) goes back to it in the same commit."""
    account, _, version = repaid.reference.rpartition(".")
    history = work.history("account", account)
    taken = next(one for one in history if one.originator_version == int(version))
    room = accounts.room_from(history, taken.body.effective_on)
    work.add("account", account, accounts.reverse(work.account(account), account, taken, reason, room))


# ---------------------------------------------------------------- the contract changes


@command("agree_offset", schemas.AgreeOffset, clause=f"{CITY} 第十一条（五）", zh="冲还贷签约")
def agree_offset(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Agrees that the fund accounts repay the loan monthly or yearly, or ends the agreement."""
    key, on = given["loan"], given["on"]
    state = stood(work, key, on, loans.RUNNING)
    work.add("loan", key, loans.agree_offset(state, key, given["mode"], on))
    return {"loan": key, "mode": given["mode"]}


@command("extend_loan", schemas.ExtendLoan, clause=f"{CITY} 第十六条", zh="贷款展期", pays=True)
def extend_loan(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Extends a loan by some months, up to the longest term it could have had; a second person is needed.

    Where the whole term reaches another band of rates, its rate stands from the day (贷款通则 第十四条), by the parameter
    ``loan_extension_rate``.
    """
    key, on = given["loan"], given["on"]
    state, terms = loan_of(work, key), terms_on(work, on)
    band = _band_rate(work, state, given["months"], terms, on)
    events = loans.extend(state, key, given["months"], state.months_max, given["approval"], terms, on, band)
    after: loans.Loan = work.add("loan", key, events)
    return {
        "loan": key,
        "months_left": after.months_left,
        "instalment_fen": after.instalment_fen,
        "rate": str(after.rate),
    }


def _band_rate(
    work: Work, state: loans.Loan, months: int, terms: Terms, on: date
) -> tuple[Decimal, tuple[str, ...]] | None:
    """The rate of the day for the band that the whole term reaches (展期期限加上原期限), where it is another one."""
    mode = work.law.parameter("loan_extension_rate", on)
    longer = replace(state, months=state.months + months)
    if mode.value == "keep_rate" or is_short(longer.months) == is_short(state.months):
        return None
    outcome = rate_of(work, longer, on)
    used = (*versions(outcome), mode.version, *terms.named("loan_interest_rounding"))
    return outcome.values["rate"], used


# ---------------------------------------------------------------- default and its end


@command("send_demand", schemas.DemandLetter, clause=f"{CITY} 第十八条", zh="发出催收函")
def send_demand(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Sends a demand letter for what is overdue."""
    key, on = given["loan"], given["on"]
    events = loans.send_demand(
        stood(work, key, on, loans.RUNNING), key, given["document"], terms_on(work, on), on
    )
    after: loans.Loan = work.add("loan", key, events)
    return {"loan": key, "letters": after.letters}


@command("guarantor_pays", schemas.GuarantorPays, clause=f"{CITY} 第十八条", zh="担保代偿")
def guarantor_pays(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """The guarantor pays what the borrower did not (代偿); its claim against the borrower is recorded."""
    key, on = given["loan"], given["on"]
    state, terms = loan_of(work, key), terms_on(work, on)
    arrived = Arrived(given["amount"], on, "guarantor", given["reference"])
    arrived = with_booked(work, key, with_turns(work, key, arrived), booked_under(work, [(key, arrived)]))
    events, rest_fen = loans.guarantor_pays(state, key, arrived, terms)
    after: loans.Loan = work.add("loan", key, events)
    _hold_rest(work, key, rest_fen)
    return {"loan": key, "held_fen": rest_fen, "recourse_fen": after.recourse_fen}


@command("demand_early", schemas.DemandEarly, clause=f"{CITY} 第二十八条第二款", zh="提前收回贷款")
def demand_early(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Demands the whole loan by a day: an unlawful loan, or a contract that was broken."""
    demand(work, given["loan"], given["why"], given["repay_by"], given["document"], given["on"])
    return {"loan": given["loan"], "repay_by": given["repay_by"].isoformat()}


def demand(work: Work, loan: str, why: str, repay_by: date, document: str, on: date) -> None:
    """This loan is demanded whole by this day (提前收回)."""
    work.add(
        "loan",
        loan,
        loans.demand_early(stood(work, loan, on, loans.RUNNING), loan, why, repay_by, document, on),
    )


@command(
    "write_off_loan",
    schemas.WriteOff,
    clause="财会字〔1999〕33号",
    zh="核销呆账",
    pays=True,
    needs_journal=True,
)
def write_off_loan(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Writes an overdue loan off against the loan-risk reserve, on an approval; a second person is needed."""
    key, on = given["loan"], given["on"]
    require_current(work.uow.connection, work.uow.head.event_id)
    # The reserve must have held it on the value date, and must hold it now.
    reserve_fen = -max(balance_fen(work.uow.connection, RESERVE, effective_to=day) for day in (on, None))
    events = loans.write_off(loan_of(work, key), key, given["approval"], reserve_fen, terms_on(work, on), on)
    after: loans.Loan = work.add("loan", key, events)
    return {"loan": key, "written_off_fen": after.written_off_fen}


@command("recover_loan", schemas.RecoverLoan, clause="财会字〔1999〕33号", zh="核销后收回")
def recover_loan(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Books money that came in after a write-off: principal to the reserve, the rest as income."""
    key = given["loan"]
    recovered = loans.Recovered(
        effective_on=given["on"],
        principal_fen=given["principal"],
        source=given["source"],
        reference=given["reference"],
        interest_fen=given["interest"],
        penalty_fen=given["penalty"],
    )
    state, reference = loan_of(work, key), given["reference"]
    booked = references.events_under(work.uow.connection, [(LOANS.id(key), reference)])
    events = loans.recover(state, key, recovered, _standing(work, key, reference, booked))
    after: loans.Loan = work.add("loan", key, events)
    return {"loan": key, "left_fen": after.written_off_fen, "status": after.status}
