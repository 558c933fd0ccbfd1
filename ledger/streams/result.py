"""The result of a calendar year (增值收益): closed to the distribution, and distributed.

条例第二十九条; 财综字〔1999〕59号 第二十四条. The key is the calendar year. Its entries are the year's last and stand in
December, after the close of its months. Amounts in fen; a loss is negative and stays to be made good.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from ledger.refusal import Refusal
from ledger.streams.base import Event, Stream, event

# ---------------------------------------------------------------- events


@event("result.closed", moves_money=True)
class Closed(Event, frozen=True):
    """The year's result went from 311 to 321, undistributed (年终结转)."""

    result_fen: int


@event("result.distributed", moves_money=True)
class Distributed(Event, frozen=True):
    """The result was distributed (增值收益分配): loan-risk reserve, management cost, housing supplement.

    ``uses`` names the use (用途) of each share by the law of the year's last day; ``booked_on`` is the day of the
    distribution, by which the reserve is in time or late. Events of before have neither.
    """

    loss_before_fen: int
    reserve_fen: int
    management_fen: int
    housing_fen: int
    parameters: tuple[str, ...]
    explanation: dict[str, Any]
    uses: dict[str, str] = msgspec.field(default_factory=dict)
    booked_on: date | None = None


# ---------------------------------------------------------------- state


class Result(msgspec.Struct, frozen=True):
    """How far the year's result has come. ``status``: empty, ``closed`` or ``distributed``."""

    status: str = ""
    result_fen: int = 0
    loss_before_fen: int = 0
    reserve_fen: int = 0
    management_fen: int = 0
    housing_fen: int = 0

    @property
    def available_fen(self) -> int:
        return self.result_fen - self.loss_before_fen


# ---------------------------------------------------------------- evolve


def evolve(state: Result, event: Event) -> Result:
    """The state after an event. Total."""
    match event:
        case Closed():
            return replace(state, status="closed", result_fen=event.result_fen)
        case Distributed():
            return replace(
                state,
                status="distributed",
                loss_before_fen=event.loss_before_fen,
                reserve_fen=event.reserve_fen,
                management_fen=event.management_fen,
                housing_fen=event.housing_fen,
            )
        case _:
            return state


RESULTS: Final = Stream("result", Result(), evolve)

USES: Final = {
    "reserve_fen": ("贷款风险准备金",),
    "management_fen": ("管理费用",),
    "housing_fen": ("城市廉租住房建设补充资金", "公共租赁住房等住房支出"),
}
"""The names under which the law has allowed each share (条例第二十九条), the third since Order 844 by its second."""


# ---------------------------------------------------------------- decisions


def close(state: Result, year: int, december_closed: bool, closed: Closed) -> tuple[Event, ...]:
    """Closes a year whose December is closed; refuses ``year_books_closed`` and ``december_open``."""
    if state.status:
        raise Refusal("year_books_closed", year=year)
    if not december_closed:
        raise Refusal("december_open", year=year)
    return (closed,)


def distribute(state: Result, year: int, distributed: Distributed) -> tuple[Event, ...]:
    """Distributes all that is available, for what the law allows (``uses``).

    Refuses a loss, a second time, shares that are not the whole, and ``use_not_allowed``.
    """
    if state.status != "closed":
        raise Refusal("year_books_open" if not state.status else "already_distributed", year=year)
    available_fen = state.result_fen - distributed.loss_before_fen
    if available_fen <= 0:
        raise Refusal("nothing_to_distribute", year=year, available_fen=available_fen)
    shares = (distributed.reserve_fen, distributed.management_fen, distributed.housing_fen)
    if min(shares) < 0 or sum(shares) != available_fen:
        raise Refusal(
            "shares_exceed_result", year=year, available_fen=available_fen, asked_fen=sum(shares[:2])
        )
    for share in USES:
        if getattr(distributed, share) and share not in distributed.uses:
            raise Refusal("use_not_allowed", year=year, use=" / ".join(USES[share]))
    return (distributed,)


# ---------------------------------------------------------------- queries


def uses_among(allowed: Collection[str]) -> dict[str, str]:
    """The use of each share among those that the law allows; a share without one is left out."""
    found = {share: next((one for one in names if one in allowed), "") for share, names in USES.items()}
    return {share: use for share, use in found.items() if use}


def reserve_due_on(year: int, month_day: str) -> date:
    """The last day for the reserve of a year (按时, 第二十一条): the first such day from the year's last one on."""
    return date.fromisoformat(f"{year if month_day == '12-31' else year + 1:04d}-{month_day}")


def reserve_short_fen(distributed: Distributed) -> int:
    """What the booked reserve lacks of the required one (足额, 第二十一条), in fen."""
    required: int = distributed.explanation.get("values", {}).get("required_fen", distributed.reserve_fen)
    return max(0, required - distributed.reserve_fen)


def key(year: int) -> str:
    return f"{year:04d}"
