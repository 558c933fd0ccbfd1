"""What an employee or an employer asks of the centre (申请): to urge an employer, or to review a balance.

葫政发〔2019〕12号 第九条: the centre urges the employer; after 5 days without result it acts itself within another 10.
住房公积金管理条例 第三十六条 (since Order 844 第三十七条): a doubt about a balance is answered in writing within 5 days.
"""

from __future__ import annotations

from datetime import date
from typing import Final

import msgspec
from msgspec.structs import replace

from ledger.deadlines import of_party
from ledger.refusal import Refusal
from ledger.streams.base import Event, Stream, event

# ---------------------------------------------------------------- events


@event("petition.filed")
class Filed(Event, frozen=True):
    """An employee asked the centre to press the employer, with evidence.

    ``matter``: ``transfer``, ``seal`` or ``seal_centrally``; empty where the petition does not say.
    """

    account: str
    employer: str
    evidence: str
    matter: str = ""


@event("petition.employer_urged")
class EmployerUrged(Event, frozen=True):
    """The centre urged the employer: its days and then the centre's own run from here."""

    employer_due_on: date
    centre_due_on: date
    parameters: tuple[str, ...] = ()
    employer: str = ""


@event("petition.settled")
class Settled(Event, frozen=True):
    """The matter was done, by the employer (``unit``) or by the centre in its place (``centre``).

    ``act`` is the event by which the centre did it.
    """

    by: str
    act: str = ""


@event("petition.withdrawn")
class Withdrawn(Event, frozen=True):
    """The employee withdrew the petition (撤回)."""

    reason: str


@event("petition.balance_doubted")
class BalanceDoubted(Event, frozen=True):
    """The ``employee`` or the ``employer`` doubts a balance (申请复核): the centre answers by ``answer_by``."""

    account: str
    employer: str
    applicant: str
    doubt: str
    answer_by: date
    parameters: tuple[str, ...]


@event("petition.balance_reviewed")
class BalanceReviewed(Event, frozen=True):
    """The centre answered in writing (书面答复): the balance is ``confirmed``, or was ``corrected``."""

    document: str
    outcome: str


# ---------------------------------------------------------------- state


class Petition(msgspec.Struct, frozen=True):
    """Where a petition stands."""

    status: str = ""
    account: str = ""
    employer: str = ""
    employer_due_on: date | None = None
    centre_due_on: date | None = None
    matter: str = ""


# ---------------------------------------------------------------- evolve


def evolve(state: Petition, event: Event) -> Petition:
    """The state after an event. Total."""
    match event:
        case Filed():
            return Petition("filed", event.account, event.employer, matter=event.matter)
        case EmployerUrged():
            return replace(
                state,
                status="urged",
                employer_due_on=event.employer_due_on,
                centre_due_on=event.centre_due_on,
            )
        case Settled():
            return replace(state, status="settled")
        case Withdrawn():
            return replace(state, status="withdrawn")
        case BalanceDoubted():
            about = (event.account, event.employer)
            return Petition("reviewing", *about, centre_due_on=event.answer_by, matter=BALANCE)
        case BalanceReviewed():
            return replace(state, status="answered")
        case _:
            return state


BALANCE: Final = "balance"
"""The matter of a petition that doubts a balance."""

PETITIONS: Final = Stream("petition", Petition(), evolve)


# ---------------------------------------------------------------- decisions


def file(state: Petition, petition: str, filed: Filed) -> tuple[Event, ...]:
    """Files a petition with its evidence (第九条), once."""
    if state.status:
        raise Refusal("petition_exists", petition=petition)
    return (filed,)


def urge(state: Petition, petition: str, urged: EmployerUrged) -> tuple[Event, ...]:
    """Urges the employer: so many days for it, then so many for the centre (第九条第三款)."""
    if state.status == "urged":
        return ()
    if state.status != "filed":
        raise Refusal("petition_not_open", petition=petition, status=state.status or "unknown")
    return (urged,)


def settle(state: Petition, petition: str, settled: Settled) -> tuple[Event, ...]:
    """Settles a petition; the centre may act in the employer's place only when its days are over."""
    if state.status == "settled":
        return ()
    if state.status != "urged" or state.employer_due_on is None:
        raise Refusal("petition_not_open", petition=petition, status=state.status or "unknown")
    its_days = of_party(state.employer_due_on)
    if settled.by == "centre" and not its_days.is_over(settled.effective_on):
        due_on = its_days.last_day_shown.isoformat()
        raise Refusal("employer_days_running", petition=petition, due_on=due_on)
    return (settled,)


def withdraw(state: Petition, petition: str, withdrawn: Withdrawn) -> tuple[Event, ...]:
    """Withdraws a petition that is not settled."""
    if state.status == "withdrawn":
        return ()
    if state.status not in ("filed", "urged", "reviewing"):
        raise Refusal("petition_not_open", petition=petition, status=state.status or "unknown")
    return (withdrawn,)


def doubt_balance(state: Petition, petition: str, doubted: BalanceDoubted) -> tuple[Event, ...]:
    """Asks for a review of a balance (条例第三十六条)."""
    if state.status:
        raise Refusal("petition_exists", petition=petition)
    return (doubted,)


def answer_balance(state: Petition, petition: str, reviewed: BalanceReviewed) -> tuple[Event, ...]:
    """Answers it in writing, once. A late answer is allowed and shows itself as late."""
    if state.status == "answered":
        return ()
    if state.status != "reviewing":
        raise Refusal("review_not_asked", petition=petition, status=state.status or "unknown")
    return (reviewed,)


# ---------------------------------------------------------------- queries


def is_done(state: Petition, employer: str, account_status: str) -> bool:
    """Whether what was asked for shows on the account; a petition that names no matter is taken at its word."""
    match state.matter:
        case "transfer":
            return employer != state.employer or account_status == "closed"
        case "seal":
            return account_status != "normal"
        case "seal_centrally":
            return account_status in ("centrally_sealed", "closed")
        case _:
            return True
