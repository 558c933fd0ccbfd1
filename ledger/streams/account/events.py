"""Events of the personal account: what happened to it. Money is fen, months are ``YYYY-MM``."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from ledger.payees import Part
from ledger.streams.base import Event, event


@event("account.opened")
class Opened(Event, frozen=True):
    """An account was opened (个人账户设立) for a person with an employer, from a first contribution month.

    ``new_worker`` is who is new to work (新参加工作): 条例第十七条 lets the second month be the first. ``wage_month`` is
    the month whose wage is the first base of a newcomer.
    """

    person: str
    employer: str
    base_fen: int
    first_month: str
    joined_on: date
    wage_fen: int = 0
    parameters: tuple[str, ...] = ()
    new_worker: bool = False
    wage_month: str = ""


@event("account.balance_taken_over", moves_money=True)
class BalanceTakenOver(Event, frozen=True):
    """The balance that an older system kept (期初余额), with its paid-up-to month and months of contribution.

    In mid-year it brings the products (积数, fen-days) that the older system had counted since 1 July, up to the day
    before, and says where they come from: they earn with the rest on 30 June.
    """

    carried_fen: int
    current_fen: int
    months: int
    paid_up_to: str = ""
    carried_products: int = 0
    current_products: int = 0
    products_source: str = ""


@event("account.base_fixed")
class BaseFixed(Event, frozen=True):
    """The contribution base (缴存基数) from a month on (第五条); with a ``reason`` a wrong one is put right."""

    base_fen: int
    wage_fen: int
    from_month: str
    parameters: tuple[str, ...]
    reason: str = ""


@event("account.base_proven")
class BaseProven(Event, frozen=True):
    """The wage of months that ``employer`` owes was proven (第十条第三款): it is their base, whatever was on record."""

    months: tuple[str, ...]
    base_fen: int
    employer: str


@event("account.deposited", moves_money=True)
class Deposited(Event, frozen=True):
    """A month's contribution was booked to the employee (缴存入账), both parts.

    ``kind``: ``remittance`` 汇缴, ``single`` 单笔, ``make_up`` 补缴, ``advance`` 预缴. ``source``: ``bank`` or
    ``held`` (挂账). ``employer`` is whose debt it paid. The amounts are performed again from base, rate and the named
    parameter versions.
    """

    month: str
    employer_fen: int
    employee_fen: int
    base_fen: int
    rate: Decimal
    kind: str
    parameters: tuple[str, ...]
    rule: str
    source: str = "bank"
    of: str = ""
    employer: str = ""


@event("account.relation_broken")
class RelationBroken(Event, frozen=True):
    """The wage relation was interrupted (中断工资关系, 第七条) or the labour relation ended (解除, 第八、九条).

    Until ``due_on`` the account is to be sealed, transferred or centrally sealed. ``last_month`` is the last month that
    is owed, where it is not that of the break; so in the other events that end a relation.
    """

    how: str
    broken_on: date
    due_on: date
    last_month: str = ""


@event("account.sealed")
class Sealed(Event, frozen=True):
    """The account was sealed with its employer (封存, 第七条): due by ``due_on``."""

    broken_on: date
    due_on: date
    last_month: str = ""


@event("account.unsealed")
class Unsealed(Event, frozen=True):
    """The account was unsealed (启封, 第七条)."""

    resumed_on: date


@event("account.sealed_centrally")
class SealedCentrally(Event, frozen=True):
    """The account went to the centre's pool (集中封存, 第八条): due by ``due_on``."""

    ended_on: date
    due_on: date
    last_month: str = ""


@event("account.transferred")
class Transferred(Event, frozen=True):
    """The account moved from one employer of the city to another (内部转移, 第九条), balance unbroken."""

    from_employer: str
    to_employer: str
    ended_on: date
    hired_on: date
    out_due_on: date
    in_due_on: date
    by: str = "unit"
    last_month: str = ""


@event("account.transferred_in", moves_money=True)
class TransferredIn(Event, frozen=True):
    """Money and contribution months came from another city (异地转入, 第九条).

    ``interest_fen`` of the amount was interest there; ``source`` is ``held`` where the money waited as a receipt.
    """

    amount_fen: int
    months: int
    from_centre: str
    letter: str
    interest_fen: int = 0
    source: str = "bank"


@event("account.transferred_out", moves_money=True)
class TransferredOut(Event, frozen=True):
    """The whole balance went to another city (异地转出, 第九条)."""

    carried_fen: int
    current_fen: int
    months: int
    to_centre: str
    letter: str


@event("account.frozen")
class Frozen(Event, frozen=True):
    """A court froze the account (冻结): ``amount_fen`` of it, or the whole where that is 0."""

    document: str
    amount_fen: int = 0


@event("account.unfrozen")
class Unfrozen(Event, frozen=True):
    """A court lifted its freeze (解冻); ``of`` is the document of the freeze, an older event lifts all that stood."""

    document: str
    of: str = ""


@event("account.withdrawn", moves_money=True)
class Withdrawn(Event, frozen=True):
    """Money was withdrawn (提取) for a reason of 第十一条; the payment order stands in the same commit (第十二条).

    ``payees`` are the heirs and legatees with what each gets, by an order each (条例第二十四条第三款); without them the
    owner is paid. ``to`` is ``value_added`` where nobody inherits: the money becomes value-added income and no order
    is given.
    """

    carried_fen: int
    current_fen: int
    reason: str
    payment: str
    explanation: dict[str, Any]
    for_account: str = ""
    payees: tuple[Part, ...] = ()
    to: str = ""


@event("account.spouse_drawn")
class SpouseDrawn(Event, frozen=True):
    """The spouse's account gave what this one lacked (第十一条第二款): both are one withdrawal of this account's owner.

    ``payment`` is the order of what the spouse's account gave, ``own_payment`` that of this account's own part, empty
    where it had none.
    """

    spouse_account: str
    payment: str
    own_payment: str


@event("account.remainder_paid", moves_money=True)
class RemainderPaid(Event, frozen=True):
    """What turned out to be owed to a closed account was paid (销户后补付): late contributions, interest found too low.

    The account stays closed. ``reason`` is that of its closing; who is paid is who its closing paid (``payees``, ``to`` as
    there), and the payment orders stand in the same commit.
    """

    carried_fen: int
    current_fen: int
    reason: str
    payment: str
    payees: tuple[Part, ...] = ()
    to: str = ""


@event("account.recovered", moves_money=True)
class Recovered(Event, frozen=True):
    """Money of a fraudulent withdrawal came back to the account (追回骗提资金, 第二十八条); interest runs from this day."""

    amount_fen: int
    person: str
    case: str
    reference: str


@event("account.closed")
class Closed(Event, frozen=True):
    """The account was closed (销户); ``last_month`` is the last month that is owed, in an older event the one before."""

    reason: str
    last_month: str = ""


@event("account.entry_reversed", moves_money=True)
class EntryReversed(Event, frozen=True):
    """A movement was reversed (冲账), once, with its reason and at its original value date.

    ``carried_fen`` and ``current_fen`` are signed and are added to the account, ``months`` of contribution are taken
    back. ``money`` says where the other side is: ``bank``, ``held`` when a contribution goes back to the unallocated
    money of its employer, ``opening``, ``interest`` when credited interest is payable again, or ``value_added`` for what
    had become income. ``employer`` is whose contribution it was, and whose the money is; ``debtor`` owes the month again
    (in an older event: whose contribution it was). A closed account comes back as it was before: ``status``, ``broken_on``
    and ``last_month``; sealed by an older event. It ``stays_closed`` where the movement was not the one that closed it.
    """

    reverses: int
    of_topic: str
    carried_fen: int
    current_fen: int
    reason: str
    money: str
    month: str = ""
    months: int = 0
    original_recorded_on: date | None = None
    employer: str = ""
    stays_closed: bool = False
    debtor: str = ""
    status: str = ""
    broken_on: date | None = None
    last_month: str = ""


class RateSegment(msgspec.Struct, frozen=True, array_like=True):
    """Days from ``first`` on with one rate for each part: products in fen-days and yearly rates."""

    first: date
    carried_products: int
    current_products: int
    carried_rate: Decimal
    current_rate: Decimal


@event("account.interest_credited", moves_money=True)
class InterestCredited(Event, frozen=True):
    """Interest was credited (结息): on the settlement day, on closing, or as an adjustment after the settlement.

    ``kind``: ``settlement`` 年终结息, ``closing`` 销户、转出利息, ``adjustment`` 补息. ``carried_fen`` and ``current_fen``
    are the interest on either part from ``first`` to ``through``, less ``before_fen`` that had been credited for
    the fund year; both join the carried-forward part. The products are fen-days; ``segments`` stand where rates
    changed on the way.
    """

    kind: str
    year: int
    first: date
    through: date
    carried_fen: int
    current_fen: int
    carried_products: int
    current_products: int
    carried_rate: Decimal
    current_rate: Decimal
    parameters: tuple[str, ...]
    segments: tuple[RateSegment, ...] = ()
    before_fen: int = 0
