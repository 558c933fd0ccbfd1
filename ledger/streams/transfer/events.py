"""Events of a transfer between cities: what either centre did. Money is fen, months are counted."""

from __future__ import annotations

from datetime import date

import msgspec

from ledger.streams.base import Event, event


@event("transfer.applied")
class Applied(Event, frozen=True):
    """An employee asked for the money of another city (转移接续申请): the letter is to be sent by ``due_on``."""

    account: str
    person: str
    centre: str
    account_there: str
    series: str
    due_on: date | None
    parameters: tuple[str, ...] = ()


@event("transfer.letter_sent")
class LetterSent(Event, frozen=True):
    """We sent the contact letter (联系函复核通过, 01): it may be cancelled until it is confirmed."""


@event("transfer.letter_received")
class LetterReceived(Event, frozen=True):
    """Another centre's letter came (01): it asks for the money of one of our accounts."""

    account: str
    person: str
    centre: str
    account_there: str


@event("transfer.letter_confirmed")
class LetterConfirmed(Event, frozen=True):
    """The sending centre confirmed the letter (联系函确认接收, 02): its days run, until ``due_on``."""

    due_on: date | None


@event("transfer.cancel_asked")
class CancelAsked(Event, frozen=True):
    """We asked to cancel our letter (转入撤销): the sending centre says whether it had confirmed before."""


@event("transfer.cancelled")
class Cancelled(Event, frozen=True):
    """The letter was cancelled before it was confirmed (转入撤销业务办结, 05)."""


@event("transfer.refused")
class Refused(Event, frozen=True):
    """The sending centre refuses (转出审核不通过, 13)."""

    reason: str


class Information(Event, frozen=True):
    """The account as the sending centre gives it (账户信息表): principal and interest apart, months, loans, fraud mark.

    ``bans`` say until when the person is barred from what, where the fraud mark stands. ``months`` is -1 where the
    message does not say.
    """

    principal_fen: int
    interest_fen: int
    months: int
    opened_on: date
    paid_up_to: str = ""
    six_months: bool = False
    loans: int = 0
    unsettled_loan: bool = False
    fraud: bool = False
    bans: dict[str, date] = msgspec.field(default_factory=dict)


@event("transfer.information_given")
class InformationGiven(Information, frozen=True, kw_only=True):
    """The account information was given, and its money ordered (账户信息复核通过, 08).

    ``book_by`` is the receiving centre's last day, where the money is there already; ``payment`` the sender's order and
    ``booked`` the movement of its account.
    """

    payment: str = ""
    booked: str = ""
    book_by: date | None = None


@event("transfer.information_amended")
class InformationAmended(Information, frozen=True, kw_only=True):
    """The account information was amended after a round of negotiation (08 again)."""

    round: int
    book_by: date | None = None


@event("transfer.money_arrived")
class MoneyArrived(Event, frozen=True):
    """Money with the number of the letter arrived; it is held as a receipt until it agrees with the information."""

    amount_fen: int
    receipt: str
    reference: str
    book_by: date | None = None


@event("transfer.negotiation_opened")
class NegotiationOpened(Event, frozen=True):
    """The receiving centre found a difference and asked for an amendment (协商中, 06)."""

    round: int
    reason: str


@event("transfer.completed")
class Completed(Event, frozen=True):
    """The receiving centre booked money and months (正常办结, 00; after a negotiation 协商后业务办结, 20).

    Here ``booked`` names the movement of the account, and ``months`` are those that were added.
    """

    status: str
    months: int = -1
    booked: str = ""


@event("transfer.failed")
class Failed(Event, frozen=True):
    """The transfer ended without money or months (转出失败业务办结, 40); a new application is allowed."""

    reason: str


@event("transfer.money_given_back")
class MoneyGivenBack(Event, frozen=True):
    """We sent money back that did not come to be booked; its order stands in the same commit."""

    amount_fen: int
    receipt: str
    payment: str


@event("transfer.money_taken_back")
class MoneyTakenBack(Event, frozen=True):
    """Our money came back after a failure, and the account stands again as before."""

    amount_fen: int
    reference: str


@event("transfer.booking_reversed")
class BookingReversed(Event, frozen=True):
    """The movement of the account that this letter had booked was reversed (冲账), with its reason."""

    booked: str
    reason: str
