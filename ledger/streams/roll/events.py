"""What happens to an entry of a monthly roll (花名册). Months are texts ``YYYY-MM``, amounts fen."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec

from ledger.streams.base import Event, event


@event("roll.applied")
class Applied(Event, frozen=True):
    """A household or person applied to a roll. ``members`` are all persons of it, by their pseudonyms."""

    programme: str
    beneficiary: str
    members: tuple[str, ...]
    area: str
    payee: str
    from_month: str
    facts: dict[str, Any]
    documents: tuple[str, ...]
    by: str


@event("roll.checked")
class Checked(Event, frozen=True):
    """The means were checked (家庭经济状况核对): the facts as the office found them."""

    facts: dict[str, Any]
    opinion: str
    by: str


@event("roll.admitted")
class Admitted(Event, frozen=True):
    """The application was approved, with the amount of the first month and its proof."""

    from_month: str
    monthly_fen: int
    explanation: dict[str, Any]
    by: str


@event("roll.rejected")
class Rejected(Event, frozen=True):
    """The application was turned down."""

    reason: str
    by: str


@event("roll.taken_over")
class TakenOver(Event, frozen=True):
    """An entry came from the roll that was kept before this ledger; its months up to ``paid_through`` were paid there."""

    programme: str
    beneficiary: str
    members: tuple[str, ...]
    area: str
    payee: str
    from_month: str
    facts: dict[str, Any]
    source: str
    by: str


@event("roll.changed")
class Changed(Event, frozen=True):
    """Household or income changed from a month on; for months paid already the difference of each."""

    from_month: str
    facts: dict[str, Any]
    members: tuple[str, ...]
    monthly_fen: int
    explanation: dict[str, Any]
    differences: dict[str, int]
    reason: str
    by: str


@event("roll.moved")
class Moved(Event, frozen=True):
    """The household moved: from a month on another county pays."""

    area: str
    from_month: str
    reason: str
    by: str


@event("roll.payee_changed")
class PayeeChanged(Event, frozen=True):
    """Another account receives the money: a guardian, an institution."""

    payee: str
    reason: str
    by: str


@event("roll.reassessed")
class Reassessed(Event, frozen=True):
    """The entry was assessed again by the law known then (重新核定), with the difference of each month paid already."""

    run: str
    month: str
    monthly_fen: int
    before_fen: int
    differences: dict[str, int]
    rule: str
    parameters: tuple[str, ...]


@event("roll.stopped")
class Stopped(Event, frozen=True):
    """The entry ends with a month (停发), for a cause: death, income, moved away, request, false statement, age."""

    last_month: str
    cause: str
    evidence: str
    differences: dict[str, int]
    by: str


@event("roll.paid", moves_money=True)
class Paid(Event, frozen=True):
    """A line of a payment list (清册): what each month pays, and what earlier months still lacked or had too much.

    ``parameters`` are the versions that were read. ``kept`` is what was kept back of money that another budget had paid,
    which it gets back. A line out of a ``purse`` stands in the books by itself and has an order of its own, ``payment``,
    where anything is paid; an older line has no purse, and its list stands in the books and was ordered as one sum.
    """

    run: str
    number: int
    months: dict[str, int]
    difference_fen: int
    amount_fen: int
    rule: str
    parameters: tuple[str, ...]
    kept: dict[str, int] = msgspec.field(default_factory=dict)
    purse: str = ""
    payment: str = ""


@event("roll.payment_undone", moves_money=True)
class PaymentUndone(Event, frozen=True):
    """A line that never reached its payee was taken back (冲销): its months are owed again, by the next list.

    What was paid, lacked and kept is said again as the line had it, with the ``budget`` that gets its money back;
    ``differences`` take off what has been noted about these months since, because they are paid anew as they are due.
    """

    payment: str
    purse: str
    budget: str
    months: dict[str, int]
    difference_fen: int
    amount_fen: int
    reason: str
    by: str
    kept: dict[str, int] = msgspec.field(default_factory=dict)
    differences: dict[str, int] = msgspec.field(default_factory=dict)


@event("roll.stop_corrected")
class StopCorrected(Event, frozen=True):
    """A wrong end was put right (更正停发): another last month, or none where the entry goes on.

    ``differences`` are of the months between the two ends that were paid already.
    """

    last_month: str
    differences: dict[str, int]
    reason: str
    by: str


@event("roll.reclaimed", moves_money=True)
class Reclaimed(Event, frozen=True):
    """What was paid too much is demanded back by a day; ``budgets`` where more than one ``budget`` had paid it."""

    budget: str
    amount_fen: int
    due_on: date
    reason: str
    by: str
    budgets: dict[str, int] = msgspec.field(default_factory=dict)


@event("roll.instalments_agreed")
class InstalmentsAgreed(Event, frozen=True):
    """What is owed is paid back in parts (分期退还): fen by day."""

    instalments: dict[str, int]
    by: str


@event("roll.repaid", moves_money=True)
class Repaid(Event, frozen=True):
    """Money that was demanded came back by the ``bank``, and is owed to the treasury for the budget that had paid it.

    As a ``set_off`` it is kept back from another entry of the same beneficiary instead (抵扣).
    """

    budget: str
    amount_fen: int
    reference: str
    by: str
    how: str = "bank"
    budgets: dict[str, int] = msgspec.field(default_factory=dict)


@event("roll.set_off")
class SetOff(Event, frozen=True):
    """What another entry of the beneficiary owes is kept back from the next months of this one (抵扣)."""

    entry: str
    budgets: dict[str, int]
    amount_fen: int
    by: str


@event("roll.demand_withdrawn", moves_money=True)
class DemandWithdrawn(Event, frozen=True):
    """A demand was withdrawn as far as it is open: what was had too much stands open again, or was due after all."""

    budgets: dict[str, int]
    amount_fen: int
    reason: str
    by: str


@event("roll.referred")
class Referred(Event, frozen=True):
    """The case was handed to another body (移送), with the reason."""

    to: str
    reason: str
    by: str


def by_budget(event: Reclaimed | Repaid) -> dict[str, int]:
    """Fen by the budget that they are owed to."""
    return event.budgets or {event.budget: event.amount_fen}
