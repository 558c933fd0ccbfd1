"""Conduct of a person (诚信记录): frauds that were established, what came back, bans, their lifting and correction.

葫政发〔2019〕12号 第二十七、二十八条; 国务院令第844号 第四十一条 for facts from 2026-09-20 on. The key is the person's
pseudonym. A ban runs from the day of its decision through its last day; without a last day it runs until the money is
back. A correction takes the value date of what it corrects, so that on every day the entry was a mistake, and what
was known before the correction stays as it was. Amounts in fen.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from ledger.dates import days_after
from ledger.refusal import Refusal
from ledger.streams.account import check_amount
from ledger.streams.base import Event, Stream, event

# ---------------------------------------------------------------- events


@event("person.fraudulent_withdrawal_established")
class FraudulentWithdrawalEstablished(Event, frozen=True):
    """A fraudulent withdrawal was established (骗提认定): the money of one payment order is to come back.

    ``explanation`` says which law governs the day of the facts, and what it bars the person from.
    """

    case: str
    document: str
    facts_on: date
    discovered_on: date
    account: str
    payment: str
    amount_fen: int
    return_by: date
    explanation: dict[str, Any]
    criticised: bool = False


@event("person.unlawful_loan_established")
class UnlawfulLoanEstablished(Event, frozen=True):
    """An unlawful loan was established (骗贷认定): what is left of it is to be repaid by a day (责令限期退回)."""

    case: str
    document: str
    facts_on: date
    discovered_on: date
    loan: str
    amount_fen: int
    return_by: date
    explanation: dict[str, Any]


@event("person.barred")
class Barred(Event, frozen=True):
    """The person lost the right to a withdrawal or to a loan (取消资格).

    The same case again fixes the last day of a ban that began without one.
    """

    case: str
    matter: str
    years: int
    clause: str
    explanation: dict[str, Any]
    last_day: date | None = None


@event("person.flag_taken_over")
class FlagTakenOver(Event, frozen=True):
    """Another centre's record came with a transfer (骗提骗贷标识): the bans that it decided go on here, by matter.

    A bare mark without days bars from both until it is cleared up: it is lifted, or taken over with its days.
    """

    case: str
    from_centre: str
    document: str
    offence: str
    last_days: dict[str, date] = msgspec.field(default_factory=dict)


@event("person.intermediary_recorded")
class IntermediaryRecorded(Event, frozen=True):
    """An intermediary helped with false papers (中介骗提骗贷): recorded for joint punishment by the named body."""

    case: str
    document: str
    client: str
    referred_to: str


@event("person.employer_notified")
class EmployerNotified(Event, frozen=True):
    """The employer was told of its employee's misconduct (通报所在单位)."""

    case: str
    employer: str
    document: str


@event("person.money_returned")
class MoneyReturned(Event, frozen=True):
    """Money of a case came back, whole or in part (退回资金): all of it where ``settled``.

    ``booked_to`` names the stream that books it.
    """

    case: str
    amount_fen: int
    booked_to: str
    reference: str
    settled: bool = False


@event("person.return_reversed")
class ReturnReversed(Event, frozen=True):
    """A return of money was booked by mistake and reversed (冲账): it is owed again.

    ``return_by`` stands where all of it had seemed to be back: the day that holds again.
    """

    case: str
    amount_fen: int
    booked_to: str
    return_by: date | None = None


@event("person.rectified")
class Rectified(Event, frozen=True):
    """The wrong was put right and the centre confirmed it (整改完成); a ban ends by this only when it is lifted."""

    case: str
    document: str


@event("person.referred")
class Referred(Event, frozen=True):
    """Who did not return the money in time was referred to a body for joint punishment (列入严重失信, 联合惩戒)."""

    case: str
    body: str
    document: str


@event("person.ban_lifted")
class BanLifted(Event, frozen=True):
    """A ban was lifted (解除): the value date is the first day on which the person is free again."""

    case: str
    matter: str
    document: str
    reason: str


@event("person.entry_corrected")
class EntryCorrected(Event, frozen=True):
    """An entry was a mistake (更正): from when this is known it never counted, at its own value date."""

    case: str
    document: str
    reason: str
    corrected_on: date


# ---------------------------------------------------------------- state


class Ban(msgspec.Struct, frozen=True, omit_defaults=True):
    """One ban. Without a last day it runs until the money is back; ``lifted_on`` is the first free day."""

    matter: str
    first_day: date
    years: int
    clause: str
    last_day: date | None = None
    lifted_on: date | None = None


class Case(msgspec.Struct, frozen=True, omit_defaults=True):
    """One entry of the record: what was established, what is to come back, and the bans that rest on it."""

    case: str
    offence: str
    document: str
    decided_on: date
    subject: str = ""
    account: str = ""
    facts_on: date | None = None
    discovered_on: date | None = None
    return_by: date | None = None
    owed_fen: int = 0
    returned_fen: int = 0
    bans: tuple[Ban, ...] = ()
    referred_to: tuple[str, ...] = ()
    rectified_on: date | None = None
    corrected_on: date | None = None

    @property
    def open_fen(self) -> int:
        return self.owed_fen - self.returned_fen


class Conduct(msgspec.Struct, frozen=True):
    """The record of one person, every entry that was ever made in it."""

    cases: tuple[Case, ...] = ()


# ---------------------------------------------------------------- evolve


def evolve(state: Conduct, event: Event) -> Conduct:
    """The state after an event. Total."""
    match event:
        case FraudulentWithdrawalEstablished():
            made = _established(event, "withdrawal", event.payment, event.account)
            return _with(state, made)
        case UnlawfulLoanEstablished():
            return _with(state, _established(event, "loan", event.loan))
        case FlagTakenOver():
            return _with(state, _taken_over(event))
        case IntermediaryRecorded():
            made = Case(event.case, "intermediary", event.document, event.effective_on, event.client)
            return _with(state, made)
        case Barred():
            return _in_case(state, event.case, lambda found: _barred(found, event))
        case MoneyReturned():
            return _in_case(
                state,
                event.case,
                lambda found: replace(
                    found,
                    returned_fen=found.returned_fen + event.amount_fen,
                ),
            )
        case ReturnReversed():
            return _in_case(
                state,
                event.case,
                lambda found: replace(found, returned_fen=found.returned_fen - event.amount_fen),
            )
        case Rectified():
            return _in_case(state, event.case, lambda found: replace(found, rectified_on=event.effective_on))
        case Referred():
            return _in_case(
                state, event.case, lambda found: replace(found, referred_to=(*found.referred_to, event.body))
            )
        case BanLifted():
            return _in_case(state, event.case, lambda found: _lifted(found, event))
        case EntryCorrected():
            return _in_case(state, event.case, lambda found: replace(found, corrected_on=event.corrected_on))
        case _:
            return state


def _established(
    event: FraudulentWithdrawalEstablished | UnlawfulLoanEstablished,
    offence: str,
    subject: str,
    account: str = "",
) -> Case:
    return Case(
        case=event.case,
        offence=offence,
        document=event.document,
        decided_on=event.effective_on,
        subject=subject,
        account=account,
        facts_on=event.facts_on,
        discovered_on=event.discovered_on,
        return_by=event.return_by,
        owed_fen=event.amount_fen,
    )


def _taken_over(event: FlagTakenOver) -> Case:
    first = event.effective_on
    last_days: dict[str, date | None] = {**event.last_days} if event.last_days else dict.fromkeys(MATTERS)
    bans = tuple(Ban(matter, first, 0, TAKEN_OVER_CLAUSE, last) for matter, last in sorted(last_days.items()))
    return Case(event.case, event.offence, event.document, first, event.from_centre, bans=bans)


def _with(state: Conduct, case: Case) -> Conduct:
    return Conduct((*state.cases, case))


def _in_case(state: Conduct, key: str, change: Callable[[Case], Case]) -> Conduct:
    return Conduct(tuple(change(one) if one.case == key else one for one in state.cases))


def _barred(found: Case, event: Barred) -> Case:
    first = next((ban.first_day for ban in found.bans if ban.matter == event.matter), event.effective_on)
    kept = tuple(ban for ban in found.bans if ban.matter != event.matter)
    return replace(found, bans=(*kept, Ban(event.matter, first, event.years, event.clause, event.last_day)))


def _lifted(found: Case, event: BanLifted) -> Case:
    bans = tuple(
        replace(ban, lifted_on=event.effective_on) if ban.matter == event.matter else ban
        for ban in found.bans
    )
    return replace(found, bans=bans)


PERSONS: Final = Stream("person", Conduct(), evolve)
MATTERS: Final = ("loan", "withdrawal")
TAKEN_OVER_CLAUSE: Final = "建金〔2018〕46号"


# ---------------------------------------------------------------- decisions


def establish(
    state: Conduct,
    established: FraudulentWithdrawalEstablished | UnlawfulLoanEstablished,
    bars: tuple[Barred, ...],
) -> tuple[Event, ...]:
    """Establishes a fraud with the bans that it brings.

    Refuses ``case_exists``, ``fraud_established_already`` and ``case_days_disordered``.
    """
    _require_new(state, established.case)
    (found,) = evolve(Conduct(), established).cases
    for one in state.cases:
        if one.subject == found.subject and one.offence == found.offence and not one.corrected_on:
            raise Refusal("fraud_established_already", subject=one.subject, case=one.case)
    days = (established.facts_on, established.discovered_on, found.decided_on, established.return_by)
    if list(days) != sorted(days):
        raise Refusal("case_days_disordered", days=" / ".join(map(str, days)))
    check_amount(established.amount_fen)
    return (established, *bars)


def take_over_flag(state: Conduct, taken: FlagTakenOver) -> tuple[Event, ...]:
    """Takes over the record of another centre; the same document again changes nothing."""
    if any(one.subject == taken.from_centre and one.document == taken.document for one in state.cases):
        return ()
    _require_new(state, taken.case)
    return (taken,)


def record_intermediary(state: Conduct, recorded: IntermediaryRecorded) -> tuple[Event, ...]:
    """Records an intermediary; its case is its own, ``client`` names the person whom it helped."""
    _require_new(state, recorded.case)
    return (recorded,)


def notify_employer(state: Conduct, person: str, notified: EmployerNotified) -> tuple[Event, ...]:
    """Tells the employer (通报所在单位)."""
    find_case(state, person, notified.case)
    return (notified,)


def return_money(
    state: Conduct, person: str, returned: MoneyReturned, fixed: tuple[Barred, ...] = ()
) -> tuple[Event, ...]:
    """Takes money back, never more than is open; ``fixed`` are bans whose last day the full return settles.

    Refuses ``more_than_owed``.
    """
    check_amount(returned.amount_fen)
    found = find_case(state, person, returned.case)
    open_fen = found.open_fen
    if returned.amount_fen > open_fen:
        raise Refusal("more_than_owed", case=returned.case, amount_fen=returned.amount_fen, open_fen=open_fen)
    return (returned, *fixed)


def rectify(state: Conduct, person: str, rectified: Rectified) -> tuple[Event, ...]:
    """Confirms that the wrong was put right; refuses ``money_still_owed``."""
    found = find_case(state, person, rectified.case)
    if found.open_fen:
        raise Refusal("money_still_owed", case=found.case, open_fen=found.open_fen)
    return () if found.rectified_on else (rectified,)


def refer(state: Conduct, person: str, referred: Referred) -> tuple[Event, ...]:
    """Refers a person who still owes when the days to return are over; refuses ``return_days_running``."""
    found = find_case(state, person, referred.case)
    if referred.body in found.referred_to:
        return ()
    if not found.open_fen:
        raise Refusal("nothing_left_to_return", case=found.case)
    if found.return_by is not None and referred.effective_on <= found.return_by:
        raise Refusal("return_days_running", case=found.case, return_by=found.return_by.isoformat())
    return (referred,)


def lift(state: Conduct, person: str, lifted: BanLifted) -> tuple[Event, ...]:
    """Lifts a running ban from a day on; refuses ``no_ban_to_lift`` where none of the case runs on it."""
    found = find_case(state, person, lifted.case)
    running = [case.case for case, _ in bans_on(state, lifted.matter, lifted.effective_on)]
    if found.case not in running:
        on = lifted.effective_on.isoformat()
        raise Refusal("no_ban_to_lift", case=found.case, matter=lifted.matter, on=on)
    return (lifted,)


def correct(
    state: Conduct, person: str, case: str, document: str, reason: str, on: date
) -> tuple[Event, ...]:
    """Corrects an entry that was a mistake, at the value date of the entry (更正, not erased)."""
    decided_on = find_case(state, person, case).decided_on
    return (
        EntryCorrected(effective_on=decided_on, case=case, document=document, reason=reason, corrected_on=on),
    )


def _require_new(state: Conduct, case: str) -> None:
    if any(one.case == case for one in state.cases):
        raise Refusal("case_exists", case=case)


# ---------------------------------------------------------------- queries


class Standing(msgspec.Struct, frozen=True):
    """The ban that decides: the longest of those that run on a day, and the cases of the others."""

    case: Case
    ban: Ban
    beside: tuple[str, ...] = ()


def bans_on(state: Conduct, matter: str, on: date) -> list[tuple[Case, Ban]]:
    """The bans that run on a day, first and last day included, the longest first."""
    running = [
        (one, ban)
        for one in state.cases
        for ban in one.bans
        if ban.matter == matter and not one.corrected_on and ban.first_day <= on <= (end_of(ban) or on)
    ]
    return sorted(running, key=lambda found: end_of(found[1]) or date.max, reverse=True)


def end_of(ban: Ban) -> date | None:
    """The last day of a ban as it came to be; none while it runs until the money is back."""
    if ban.lifted_on is None:
        return ban.last_day
    before = days_after(ban.lifted_on, -1)
    return min(ban.last_day, before) if ban.last_day else before


def standing(state: Conduct, matter: str, on: date) -> Standing | None:
    """Whether a person is barred from a withdrawal or a loan on a day: of several bans the longest counts."""
    running = bans_on(state, matter, on)
    if not running:
        return None
    (case, ban), *others = running
    return Standing(case, ban, tuple(one.case for one, _ in others))


def flag(state: Conduct, on: date) -> bool:
    """The mark that travels with a transfer (骗提骗贷标识): a ban runs on the day, or money is still to come back."""
    barred = any(bans_on(state, matter, on) for matter in MATTERS)
    return barred or any(
        one.open_fen > 0 and not one.corrected_on and one.decided_on <= on for one in state.cases
    )


def find_case(state: Conduct, person: str, case: str) -> Case:
    """An entry that counts; refuses ``case_unknown`` and ``case_corrected``."""
    for one in state.cases:
        if one.case == case:
            if one.corrected_on:
                raise Refusal("case_corrected", case=case, corrected_on=one.corrected_on.isoformat())
            return one
    raise Refusal("case_unknown", person=person, case=case)
