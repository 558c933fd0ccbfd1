"""Events of a loan: what happened to it. Money is fen; every movement keeps principal, interest and penalty apart."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Final

import msgspec

from ledger.streams.base import Event, event


class Share(msgspec.Struct, frozen=True, array_like=True):
    """What one instalment (期次) received: number 0 is principal paid before it was due, with the interest on it.

    ``penalty_left_fen`` is the penalty on the instalment that is still owed after the payment, to its very day.
    """

    number: int
    principal_fen: int
    interest_fen: int
    penalty_fen: int = 0
    penalty_left_fen: int = 0


class Owed(msgspec.Struct, frozen=True, array_like=True):
    """An instalment that fell due and is not paid (应还未还): what is owed of it, and the penalty up to a day."""

    number: int
    due_on: date
    principal_fen: int
    interest_fen: int
    penalty_fen: int
    penalty_from: date


class Standing(msgspec.Struct, frozen=True):
    """Where the schedule of a loan stands: what a reversal puts back."""

    months_left: int
    next_number: int
    instalment_fen: int
    next_due_on: date | None
    interest_from: date | None
    accrued_fen: int
    owed: tuple[Owed, ...]
    moved_on: date | None


# ---------------------------------------------------------------- from application to payment


@event("loan.applied")
class Applied(Event, frozen=True):
    """A loan was applied for (贷款申请, 第十三条); the centre decides until ``decide_by``.

    Persons are pseudonyms; ``account`` and ``spouse_account`` are fund accounts of this city, empty where somebody
    contributes elsewhere (``from_centre``). ``commercial_fen`` is the bank's part of a combined loan (组合贷款), which
    stands in the bank's books; ``bank_owed_fen`` what is owed of the bank loan to be replaced (商转公).
    """

    borrower: str
    purpose: str
    price_fen: int
    amount_fen: int
    months: int
    home_number: int
    decide_by: date
    parameters: tuple[str, ...]
    account: str = ""
    from_centre: str = ""
    spouse: str = ""
    spouse_account: str = ""
    co_borrowers: tuple[str, ...] = ()
    bank: str = ""
    bank_owed_fen: int = 0
    commercial_fen: int = 0


@event("loan.assessed")
class Assessed(Event, frozen=True):
    """Conditions, limit and term of 第十四至十六条 on the day of application; ``binding`` is the least of the four limits.

    ``explanation`` is that of the limit, ``conditions`` and ``term`` those of the other two.
    """

    limit_fen: int
    binding: str
    months_max: int
    explanation: dict[str, Any]
    conditions: dict[str, Any]
    term: dict[str, Any]


@event("loan.approved")
class Approved(Event, frozen=True):
    """The application was approved (审批同意) for an amount and a term."""

    amount_fen: int
    months: int


@event("loan.rejected")
class Rejected(Event, frozen=True):
    """The application was rejected (不予贷款), with the reason that the applicant is told."""

    reason: str


@event("loan.given_up")
class GivenUp(Event, frozen=True):
    """The applicant gave the loan up before it was paid out (撤回申请)."""

    reason: str


@event("loan.contract_signed")
class ContractSigned(Event, frozen=True):
    """The loan contract was signed (借款合同).

    ``method``: ``level_payment`` 等额本息, ``equal_principal`` 等额本金, ``single_payment`` 一次还款付息. ``repay_day`` is
    the day of each month, 0 for the day of the disbursement (放款对日). ``payee`` is who is paid: seller, developer, or
    the bank whose loan is replaced.
    """

    contract: str
    method: str
    repay_day: int
    payee: str


@event("loan.secured")
class Secured(Event, frozen=True):
    """Security was given (担保): ``mortgage`` 抵押, ``pledge`` 质押, ``guarantee`` 保证; ``giver`` is who gave it."""

    kind: str
    document: str
    giver: str


@event("loan.disbursed", moves_money=True)
class Disbursed(Event, frozen=True):
    """The loan was paid out (放款) at the rate of the day (第十七条); the payment order stands in the same commit.

    ``instalment_fen`` is the level payment, the principal of each month, or the whole principal, by the method.
    """

    amount_fen: int
    rate: Decimal
    instalments: int
    instalment_fen: int
    repay_day: int
    first_due_on: date
    payment: str
    explanation: dict[str, Any]
    parameters: tuple[str, ...] = ()


@event("loan.guarantee_fee_paid", moves_money=True)
class GuaranteeFeePaid(Event, frozen=True):
    """The centre paid the guarantee fee (担保费, 第十八条第二款); the borrower never does."""

    amount_fen: int
    guarantor: str
    payment: str
    explanation: dict[str, Any]


# ---------------------------------------------------------------- repayment


@event("loan.instalment_fell_due")
class InstalmentFellDue(Event, frozen=True):
    """An instalment fell due (到期应还) and is owed; unpaid after its day, it bears penalty from ``penalty_from``."""

    number: int
    principal_fen: int
    interest_fen: int
    penalty_from: date
    parameters: tuple[str, ...]


@event("loan.repaid", moves_money=True)
class Repaid(Event, frozen=True):
    """A repayment was booked (还款入账), principal, interest and penalty apart and by instalment.

    ``kind``: ``instalment`` 到期还款, ``partial`` 部分提前还款, ``full`` 提前结清. ``source``: ``bank_card``, ``counter``,
    ``fund_account`` 冲还贷, ``guarantor`` 代偿 or ``enforcement`` 执行; ``reference`` is its document. ``overdue_fen`` is
    the part of the principal that stood in 122. ``account`` is the fund account that paid. ``held_fen`` is what of the
    same money was over and is held for its payer (挂账).
    """

    kind: str
    source: str
    reference: str
    principal_fen: int
    interest_fen: int
    penalty_fen: int
    overdue_fen: int
    shares: tuple[Share, ...]
    parameters: tuple[str, ...]
    account: str = ""
    rule: str = "loan_allocation"
    held_fen: int = 0


@event("loan.repayment_reversed", moves_money=True)
class RepaymentReversed(Event, frozen=True):
    """A repayment was reversed (冲账), once, with its reason; amounts are those of the repayment.

    ``restores`` is where the schedule stands after it.
    """

    reverses: int
    principal_fen: int
    interest_fen: int
    penalty_fen: int
    overdue_fen: int
    reason: str
    restores: Standing


@event("loan.penalty_accrued")
class PenaltyAccrued(Event, frozen=True):
    """Penalty (罚息) on overdue instalments was reckoned up to the day, so that another rate or base may follow.

    ``penalties`` are ``(number, penalty owed)``.
    """

    penalties: tuple[tuple[int, int], ...]
    parameters: tuple[str, ...]


@event("loan.turned_overdue", moves_money=True)
class TurnedOverdue(Event, frozen=True):
    """Principal went from 121 to 122 (转逾期贷款)."""

    principal_fen: int


@event("loan.turned_normal", moves_money=True)
class TurnedNormal(Event, frozen=True):
    """Principal came back from 122 to 121 (逾期转正常)."""

    principal_fen: int


TURNS: Final = (TurnedOverdue, TurnedNormal)


@event("loan.rescheduled")
class Rescheduled(Event, frozen=True):
    """How a loan goes on after a prepayment (提前还款后): ``keep_instalment``, ``keep_term`` or ``change_term``."""

    how: str
    months_left: int
    instalment_fen: int


@event("loan.extended")
class Extended(Event, frozen=True):
    """The loan was extended (展期) by so many months, on an approval."""

    months: int
    months_left: int
    instalment_fen: int
    next_due_on: date
    approval: str


@event("loan.repriced")
class Repriced(Event, frozen=True):
    """The rate changed from the day on (利率调整); ``accrued_fen`` is the interest at the old rate up to it."""

    old_rate: Decimal
    rate: Decimal
    instalment_fen: int
    accrued_fen: int
    parameters: tuple[str, ...]


@event("loan.schedule_restored")
class ScheduleRestored(Event, frozen=True):
    """The schedule was put back to where it stood on a day (期供重算), because a rate from that day was learned late.

    What had been booked since was reversed before, and happens again after the new rate. ``turned_on`` is the day on
    which principal had last been told apart between 121 and 122.
    """

    restores: Standing
    why: str
    turned_on: date | None = None


@event("loan.offset_agreed")
class OffsetAgreed(Event, frozen=True):
    """Repayment from the fund accounts was agreed (冲还贷签约): ``monthly`` 月冲, ``yearly`` 年冲, or ended: ``none``."""

    mode: str


# ---------------------------------------------------------------- risk, default, end


@event("loan.classified")
class Classified(Event, frozen=True):
    """The loan was put into one of the five grades (五级分类): ``normal`` to ``loss``."""

    grade: str
    days_overdue: int
    parameters: tuple[str, ...] = ()


@event("loan.demand_sent")
class DemandSent(Event, frozen=True):
    """A demand letter was sent (催收) for what was owed on the day."""

    document: str
    principal_fen: int
    interest_fen: int
    penalty_fen: int


@event("loan.recourse_passed")
class RecoursePassed(Event, frozen=True):
    """The claim passed to the guarantor that had paid (代偿追偿, 第十八条): what it paid is what it may ask back."""

    guarantor: str
    principal_fen: int
    interest_fen: int
    penalty_fen: int


@event("loan.demanded_early")
class DemandedEarly(Event, frozen=True):
    """The whole loan was demanded by a day (提前收回), because it was unlawful (第二十八条) or the contract was broken."""

    why: str
    repay_by: date
    document: str


@event("loan.written_off", moves_money=True)
class WrittenOff(Event, frozen=True):
    """Principal in 122 was written off against the reserve (核销呆账), on an approval. The debt stays owed."""

    principal_fen: int
    approval: str


@event("loan.recovered", moves_money=True)
class Recovered(Event, frozen=True):
    """Money came in after the write-off (核销后收回): the principal goes back to the reserve."""

    principal_fen: int
    source: str
    reference: str
    interest_fen: int = 0
    penalty_fen: int = 0


@event("loan.settled")
class Settled(Event, frozen=True):
    """The loan is repaid to the last fen (贷款结清)."""

    how: str


@event("loan.security_released")
class SecurityReleased(Event, frozen=True):
    """Security was given back (解除担保)."""

    kind: str
    document: str
