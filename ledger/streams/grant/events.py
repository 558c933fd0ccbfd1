"""What happens to a grant (补贴), from application to payment, and back when it was wrong. Amounts in fen."""

from __future__ import annotations

from datetime import date
from typing import Any

from ledger.streams.base import Event, event


@event("grant.applied")
class Applied(Event, frozen=True):
    """A person or firm applied to a programme (申报), with the facts and documents that its rule asks for.

    ``months`` are what it covers, ``project`` the project, course or estate where the programme counts by it.
    ``payee`` is whom the money goes to: the beneficiary, or a training institution on behalf of it (代发).
    """

    programme: str
    beneficiary: str
    payee: str
    area: str
    by: str
    facts: dict[str, Any]
    period: str = ""
    months: tuple[str, ...] = ()
    project: str = ""
    documents: tuple[str, ...] = ()
    channel: str = "window"


@event("grant.sent_back")
class SentBack(Event, frozen=True):
    """An office sent the application back to be put right (退回补正)."""

    stage: str
    by: str
    reason: str


@event("grant.corrected")
class Corrected(Event, frozen=True):
    """The applicant put the application right; its review begins anew."""

    by: str
    facts: dict[str, Any]
    documents: tuple[str, ...]
    months: tuple[str, ...] = ()


@event("grant.reviewed")
class Reviewed(Event, frozen=True):
    """An office reviewed the application at its stage and agrees (审核)."""

    stage: str
    role: str
    by: str
    opinion: str = ""


@event("grant.publicised")
class Publicised(Event, frozen=True):
    """The proposed grant was made public (公示) until a day, that day included."""

    until: date
    by: str
    place: str = ""


@event("grant.objected")
class Objected(Event, frozen=True):
    """Somebody objected (异议、举报); nothing is approved until it is decided."""

    ground: str
    channel: str = ""


@event("grant.objection_decided")
class ObjectionDecided(Event, frozen=True):
    """The objection was decided; upheld, the grant is cancelled at once (取消资格)."""

    upheld: bool
    by: str
    reason: str


@event("grant.rejected")
class Rejected(Event, frozen=True):
    """The application was turned down, with the reason that the applicant is told."""

    by: str
    reason: str


@event("grant.approved")
class Approved(Event, frozen=True):
    """The grant was approved at the amount that the programme's rule gives (审批).

    ``explanation`` is the whole proof of the amount, ``tests`` those of further conditions, ``standards`` the versions
    of published standards among the inputs; ``value`` is the rule's value that is the amount. ``elsewhere_fen`` is what
    other programmes paid for the same, where only the higher is due (从高不重复). ``parts`` are who pays; ``look_alikes``
    are grants that might be the same and were shown to who decided that they are not (查重).
    """

    by: str
    amount_fen: int
    parts: dict[str, int]
    explanation: dict[str, Any]
    value: str
    tests: tuple[dict[str, Any], ...] = ()
    standards: tuple[str, ...] = ()
    elsewhere_fen: int = 0
    advance_max_fen: int = 0
    look_alikes: tuple[str, ...] = ()


@event("grant.queued")
class Queued(Event, frozen=True):
    """The budget does not reach: the grant waits by its rank (按名次排队)."""

    rank: int
    by: str
    short_fen: int


@event("grant.planned")
class Planned(Event, frozen=True):
    """The grant stands in the plan and its money is reserved (列入资金计划), by budget."""

    by: str
    budgets: dict[str, int]


@event("grant.paid", moves_money=True)
class Paid(Event, frozen=True):
    """The grant, an advance or the rest of it was paid (拨付); the payment order stands in the same commit.

    ``set_off_fen`` went against what the payee owes from other grants instead (抵扣).
    """

    purse: str
    part: str
    amount_fen: int
    payment: str
    by: str
    set_off_fen: int = 0


@event("grant.payment_undone", moves_money=True)
class PaymentUndone(Event, frozen=True):
    """A payment was undone that the payee never had (冲销拨付): not sent yet, refused by the bank, or sent back."""

    purse: str
    amount_fen: int
    payment: str
    by: str
    reason: str


@event("grant.completed")
class Completed(Event, frozen=True):
    """The training or work that the rest of the money waits for was done and checked (完成验收)."""

    by: str
    evidence: str


@event("grant.confirmed")
class Confirmed(Event, frozen=True):
    """The person confirmed that the money came through the institution (本人签收)."""

    person: str
    evidence: str


@event("grant.suspended")
class Suspended(Event, frozen=True):
    """Payment was suspended (中止拨付)."""

    by: str
    reason: str


@event("grant.resumed")
class Resumed(Event, frozen=True):
    """A suspended grant goes on."""

    by: str
    reason: str


@event("grant.ended")
class Ended(Event, frozen=True):
    """The grant ended before all was paid; what was reserved for it is free again."""

    by: str
    reason: str
    released_fen: int = 0


@event("grant.reclaimed", moves_money=True)
class Reclaimed(Event, frozen=True):
    """Money was demanded back (追回), by a day, with the reason and the clause."""

    amount_fen: int
    due_on: date
    by: str
    reason: str
    clause: str


@event("grant.instalments_agreed")
class InstalmentsAgreed(Event, frozen=True):
    """What is owed is paid back in parts (分期退还): fen by day."""

    by: str
    instalments: dict[str, int]


@event("grant.repaid", moves_money=True)
class Repaid(Event, frozen=True):
    """Money came back: by the ``bank``, or as a ``set_off`` against another grant, whose payment carries the entry."""

    amount_fen: int
    how: str
    reference: str


@event("grant.demand_withdrawn", moves_money=True)
class DemandWithdrawn(Event, frozen=True):
    """A demand was wrong and was withdrawn as far as it is open; that it was made stays visible."""

    amount_fen: int
    by: str
    reason: str


@event("grant.referred")
class Referred(Event, frozen=True):
    """The case was handed to another body (移送), with the reason."""

    to: str
    by: str
    reason: str
