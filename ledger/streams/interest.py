"""What a personal account has earned (个人账户计息): its movements as the rule takes them, and what is to be credited.

条例第二十一条. Nothing is kept beside the events: the products are computed again from the movements by their value dates,
and what was credited for a fund year already is subtracted. Interest joins the balance on the day after it was credited,
so that interest of 30 June bears interest from 1 July on; a balance taken over on 30 June had its interest in the older
system, and one taken over in mid-year brings the products that the older system had counted since 1 July.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import date
from functools import cache
from typing import Any, Final, NamedTuple

import msgspec

from ledger.dates import fund_year_bounds, fund_year_of
from ledger.policy.parameters import PolicyBook
from ledger.policy.rules.interest import Accrued, Movement, Terms, accrue, interest_terms
from ledger.streams.account import (
    Account,
    BalanceTakenOver,
    Deposited,
    EntryReversed,
    InterestCredited,
    RateSegment,
    effect,
)
from ledger.streams.base import Event, Recorded

TermsOf = Callable[[date, date, date], Terms]
"""The terms of a period from its first day, the day after its last, and the day whose law applies."""


class Earner(msgspec.Struct, frozen=True, gc=False):
    """What of a contribution bears interest, in fen: the rest of ``Deposited`` is not read where many are."""

    effective_on: date
    employer_fen: int
    employee_fen: int


_CONTRIBUTIONS: Final = frozenset((Earner, Deposited))

Versioned = tuple[int, Any]
"""The version of an event in its stream, and the event or its ``Earner``, whose version does not matter."""


def terms_known(book: PolicyBook, known_on: date) -> TermsOf:
    """The terms as the law was known on a day; those of a period are made once."""

    @cache
    def terms_of(first: date, end: date, on: date) -> Terms:
        return interest_terms(book, first, end, on, known_on)

    return terms_of


class Earning(NamedTuple):
    """What bears interest in a fund year, in fen, and what has been credited for that year."""

    opening_fen: int
    movements: list[Movement]
    credited_carried_fen: int
    credited_current_fen: int


def bears_from(body: Event) -> int:
    """The ordinal of the day from which a movement counts in the products."""
    day = body.effective_on.toordinal()
    if isinstance(body, InterestCredited):
        return day + 1
    of_topic = body.of_topic if isinstance(body, EntryReversed) else body.topic
    if of_topic == InterestCredited.topic:
        return day + 1
    if of_topic == BalanceTakenOver.topic and (body.effective_on.month, body.effective_on.day) == (6, 30):
        return day + 1
    return day


def earning(balance_fen: int, events: Iterable[Versioned], year: int, undone: Collection[int]) -> Earning:
    """What bears interest in a fund year, from the present balance and every movement that counts since 1 July.

    ``undone`` are the versions that were reversed: interest among them counts as not credited.
    """
    first = date(year, 7, 1).toordinal()
    movements: list[Movement] = []
    carried_before = current_before = 0
    for version, body in events:
        # Nearly every movement is one, and 300,000 accounts are settled at once.
        if type(body) in _CONTRIBUTIONS:
            fen, day = body.employer_fen + body.employee_fen, body.effective_on.toordinal()
            if day >= first:
                movements.append((day, 0, fen))
                balance_fen -= fen
            continue
        carried, current = effect(body)
        if isinstance(body, BalanceTakenOver) and version not in undone:
            movements += _products_brought(body, year)
        if not carried and not current:
            continue
        day = bears_from(body)
        if day >= first:
            movements.append((day, carried, current))
            balance_fen -= carried + current
        if isinstance(body, InterestCredited) and body.year == year and version not in undone:
            carried_before += body.carried_fen
            current_before += body.current_fen
    return Earning(balance_fen, movements, carried_before, current_before)


def _products_brought(body: BalanceTakenOver, year: int) -> list[Movement]:
    """The older system's products of the running year as movements: so many fen for the one day before the take-over."""
    carried, current = body.carried_products, body.current_products
    if (not carried and not current) or fund_year_of(body.effective_on) != year:
        return []
    day = body.effective_on.toordinal()
    return [(day - 1, carried, current), (day, -carried, -current)]


def credit(earned: Earning, terms: Terms, kind: str, year: int, on: date) -> InterestCredited | None:
    """What is still to be credited for a fund year as one event with the value date ``on``, or nothing."""
    accrued = accrue(terms, earned.opening_fen, earned.movements)
    carried = accrued.carried_fen - earned.credited_carried_fen
    current = accrued.current_fen - earned.credited_current_fen
    if carried + current == 0:
        return None
    carried_rate, current_rate = terms.rates
    return InterestCredited(
        effective_on=on,
        kind=kind,
        year=year,
        first=date.fromordinal(terms.segments[0].start),
        through=date.fromordinal(terms.segments[-1].end - 1),
        carried_fen=carried,
        current_fen=current,
        carried_products=sum(product for product, _ in accrued.products),
        current_products=sum(product for _, product in accrued.products),
        carried_rate=carried_rate,
        current_rate=current_rate,
        parameters=terms.parameters,
        segments=_segments(terms, accrued) if len(terms.segments) > 1 else (),
        before_fen=earned.credited_carried_fen + earned.credited_current_fen,
    )


def _segments(terms: Terms, accrued: Accrued) -> tuple[RateSegment, ...]:
    return tuple(
        RateSegment(date.fromordinal(segment.start), *products, segment.carried_rate, segment.current_rate)
        for segment, products in zip(terms.segments, accrued.products, strict=True)
    )


def on_closing(
    state: Account, history: Iterable[Recorded], on: date, settled: int, terms_of: TermsOf
) -> tuple[InterestCredited, ...]:
    """The interest of an account that is closed or leaves on a day (销户利息, 转出利息), credited before the money goes.

    ``settled`` is the last fund year that was settled, or 0; a year between it and the closing is settled first.
    """
    events: list[Versioned] = [(one.originator_version, one.body) for one in history if one.body.moves_money]
    if not events:
        return ()
    balance_fen, version = state.balance_fen, events[-1][0]
    began = min(fund_year_of(date.fromordinal(bears_from(body))) for _, body in events)
    credited: list[InterestCredited] = []
    for year in range(max(began, settled + 1), fund_year_of(on) + 1):
        first, last = fund_year_bounds(year)
        closes = last >= on
        end, day, kind = (on, on, "closing") if closes else (date(year + 1, 7, 1), last, "settlement")
        earned = earning(balance_fen, events, year, state.reversed)
        found = credit(earned, terms_of(first, end, day), kind, year, day)
        if found is not None:
            version += 1
            events.append((version, found))
            balance_fen += found.carried_fen + found.current_fen
            credited.append(found)
    return tuple(credited)


def adjustments(
    state: Account, history: Iterable[Recorded], years: Iterable[int], terms_of: TermsOf
) -> tuple[InterestCredited, ...]:
    """What back-dated events have changed in the interest of settled fund years (补息, 更正利息), year by year."""
    events: list[Versioned] = [(one.originator_version, one.body) for one in history if one.body.moves_money]
    balance_fen, version = state.balance_fen, max((version for version, _ in events), default=0)
    found: list[InterestCredited] = []
    for year in years:
        first, last = fund_year_bounds(year)
        earned = earning(balance_fen, events, year, state.reversed)
        one = credit(earned, terms_of(first, date(year + 1, 7, 1), last), "adjustment", year, last)
        if one is not None:
            version += 1
            events.append((version, one))
            balance_fen += one.carried_fen + one.current_fen
            found.append(one)
    return tuple(found)


def case_of(credited: InterestCredited, before: Iterable[Recorded]) -> tuple[dict[str, Any], tuple[int, int]]:
    """The case that the rule ``deposit_interest`` decides for an interest event, from the history before it.

    With it comes what had been credited on either part for the same year, in fen.
    """
    history = list(before)
    undone = {one.body.reverses for one in history if isinstance(one.body, EntryReversed)}
    balance_fen = sum(sum(effect(one.body)) for one in history)
    events = [(one.originator_version, one.body) for one in history]
    earned = earning(balance_fen, events, credited.year, undone)
    first, last = fund_year_bounds(credited.year)
    closing = credited.kind == "closing"
    end, on = (credited.effective_on,) * 2 if closing else (date(credited.year + 1, 7, 1), last)
    moves = [(date.fromordinal(day), carried, current) for day, carried, current in sorted(earned.movements)]
    case = {"first": first, "end": end, "on": on, "opening_fen": earned.opening_fen, "movements": moves}
    return case, (earned.credited_carried_fen, earned.credited_current_fen)
