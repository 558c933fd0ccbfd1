"""What a personal account has earned (个人账户计息): its movements as the rule takes them, and what is to be credited.

条例第二十一条. Nothing is kept beside the events: the products are computed again from the movements by their value dates,
and what was credited for a fund year already is subtracted. Interest joins the balance on the day after it was credited,
so that interest of 30 June bears interest from 1 July on; interest on closing leaves on its own day; a balance taken over
on 30 June had its interest in the older system, and one taken over in mid-year brings the products that the older system
had counted since 1 July. A closing ends a stretch (计息段) of the fund year, whose interest is computed by the terms of
that day; what the account holds afterwards earns in the next stretch.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, NamedTuple

import msgspec

from ledger.dates import fund_year_bounds, fund_year_of
from ledger.policy.parameters import PolicyBook
from ledger.policy.rules.interest import Accrued, Movement, Segment, Terms, accrue, interest_terms
from ledger.streams.account import (
    Account,
    BalanceTakenOver,
    Closed,
    Deposited,
    EntryReversed,
    InterestCredited,
    RateSegment,
    RemainderPaid,
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
    """What bears interest in a fund year, in fen, what was credited for it, and the days of closing in it."""

    opening_fen: int
    movements: list[Movement]
    credited_carried_fen: int
    credited_current_fen: int
    closings: list[date]


def counts(body: Event) -> bool:
    """Whether an event changes what an account earns: a movement, or a closing, which ends a stretch."""
    return body.moves_money or isinstance(body, Closed)


def bears_from(body: Event, closing: bool) -> int:
    """The ordinal of the day from which a movement counts in the products.

    Interest of a year's end, and a balance taken over on that day, counts from 1 July on. ``closing``: it is the interest
    of a closing, or undoes it; that counts on its own day, like the money it left with.
    """
    day = body.effective_on
    of_topic = body.of_topic if isinstance(body, EntryReversed) else body.topic
    of_year_end = of_topic in _OF_YEAR_END and (day.month, day.day) == (6, 30)
    return day.toordinal() + (of_year_end and not closing)


_OF_YEAR_END: Final = frozenset((InterestCredited.topic, BalanceTakenOver.topic))


def earning(balance_fen: int, events: Iterable[Versioned], year: int, undone: Collection[int]) -> Earning:
    """What bears interest in a fund year, from the present balance and every movement that counts since 1 July.

    ``undone`` are the versions that were reversed: interest among them counts as not credited, a closing as none.
    """
    first = date(year, 7, 1).toordinal()
    movements: list[Movement] = []
    closings: list[date] = []
    of_closing: set[int] = set()
    carried_before = current_before = 0
    for version, body in events:
        # Nearly every movement is one, and 300,000 accounts are settled at once.
        if type(body) in _CONTRIBUTIONS:
            fen, day = body.employer_fen + body.employee_fen, body.effective_on.toordinal()
            if day >= first:
                movements.append((day, 0, fen))
                balance_fen -= fen
            continue
        if _ends_stretch(version, body, undone) and fund_year_of(body.effective_on) == year:
            closings.append(body.effective_on)
        carried, current = effect(body)
        if isinstance(body, BalanceTakenOver) and version not in undone:
            movements += _products_brought(body, year)
        if isinstance(body, InterestCredited):
            if body.kind == "closing":
                of_closing.add(version)
            if body.year == year and version not in undone:
                carried_before += body.carried_fen
                current_before += body.current_fen
        if not carried and not current:
            continue
        day = bears_from(body, (body.reverses if isinstance(body, EntryReversed) else version) in of_closing)
        if day >= first:
            movements.append((day, carried, current))
            balance_fen -= carried + current
    return Earning(balance_fen, movements, carried_before, current_before, closings)


def _ends_stretch(version: int, body: Event, undone: Collection[int]) -> bool:
    """A closing that stands, which follows the movement that took the money; or a further payment of a closed account."""
    if isinstance(body, Closed):
        return version - 1 not in undone
    return isinstance(body, RemainderPaid) and version not in undone


def _products_brought(body: BalanceTakenOver, year: int) -> list[Movement]:
    """The older system's products of the running year as movements: so many fen for the one day before the take-over."""
    carried, current = body.carried_products, body.current_products
    if (not carried and not current) or fund_year_of(body.effective_on) != year:
        return []
    day = body.effective_on.toordinal()
    return [(day - 1, carried, current), (day, -carried, -current)]


def stretches(earned: Earning, terms_of: TermsOf, year: int, closes_on: date | None = None) -> list[Terms]:
    """The terms of each stretch of a fund year: up to every closing in it, then to its end, or to ``closes_on`` alone."""
    first, last = fund_year_bounds(year)
    ends = sorted({day for day in earned.closings if closes_on is None or day < closes_on})
    found: list[Terms] = []
    for day in [*ends, closes_on] if closes_on else ends:
        found.append(terms_of(first, day, day))
        first = date.fromordinal(found[-1].segments[-1].end)
    return found if closes_on else [*found, terms_of(first, date(year + 1, 7, 1), last)]


def credit(
    earned: Earning, terms_of: TermsOf, kind: str, year: int, closes_on: date | None = None
) -> InterestCredited | None:
    """What is still to be credited for a fund year as one event, or nothing.

    Its value date is ``closes_on``, where the account is closed on a day, else the last day of the year.
    """
    terms = stretches(earned, terms_of, year, closes_on)
    accrued = accrued_in(terms, earned)
    carried = accrued.carried_fen - earned.credited_carried_fen
    current = accrued.current_fen - earned.credited_current_fen
    if carried + current == 0:
        return None
    segments = [segment for one in terms for segment in one.segments]
    carried_rate, current_rate = terms[-1].rates
    return InterestCredited(
        effective_on=closes_on or fund_year_bounds(year)[1],
        kind=kind,
        year=year,
        first=date.fromordinal(segments[0].start),
        through=date.fromordinal(segments[-1].end - 1),
        carried_fen=carried,
        current_fen=current,
        carried_products=sum(product for product, _ in accrued.products),
        current_products=sum(product for _, product in accrued.products),
        carried_rate=carried_rate,
        current_rate=current_rate,
        parameters=tuple(dict.fromkeys(version for one in terms for version in one.parameters)),
        segments=_segments(segments, accrued) if len(segments) > 1 else (),
        before_fen=earned.credited_carried_fen + earned.credited_current_fen,
    )


def accrued_in(terms: Sequence[Terms], earned: Earning) -> Accrued:
    """The interest of all stretches of a year, each rounded by itself."""
    found = [accrue(one, earned.opening_fen, earned.movements) for one in terms]
    if len(found) == 1:
        return found[0]
    return Accrued(
        sum(one.carried_fen for one in found),
        sum(one.current_fen for one in found),
        tuple(product for one in found for product in one.products),
    )


def _segments(segments: Sequence[Segment], accrued: Accrued) -> tuple[RateSegment, ...]:
    return tuple(
        RateSegment(date.fromordinal(segment.start), *products, segment.carried_rate, segment.current_rate)
        for segment, products in zip(segments, accrued.products, strict=True)
    )


def due_until(
    state: Account, history: Iterable[Recorded], on: date, settled: int, terms_of: TermsOf
) -> tuple[InterestCredited, ...]:
    """All interest that an account is still owed when it is closed or leaves on a day, credited before the money goes.

    ``settled`` is the last fund year that was settled, or 0. What later events have changed in years up to it is made
    up first (补息), years between it and the closing are settled, and then comes the interest of the closing's own year
    (销户利息, 转出利息).
    """
    versioned = [(one.originator_version, one.body) for one in history if counts(one.body)]
    began = min((fund_year_of(body.effective_on) for _, body in versioned), default=on.year)
    years = {
        year: "adjustment" if year <= settled else "settlement" for year in range(began, fund_year_of(on))
    }
    return _credited(state, versioned, years | {fund_year_of(on): "closing"}, terms_of, on)


def adjustments(
    state: Account, history: Iterable[Recorded], years: Iterable[int], terms_of: TermsOf, on: date
) -> tuple[InterestCredited, ...]:
    """What back-dated events have changed in the interest of settled fund years (补息, 更正利息), year by year."""
    versioned = [(one.originator_version, one.body) for one in history if counts(one.body)]
    return _credited(state, versioned, dict.fromkeys(years, "adjustment"), terms_of, on)


def _credited(
    state: Account,
    versioned: list[Versioned],
    years: dict[int, str],
    terms_of: TermsOf,
    on: date,
) -> tuple[InterestCredited, ...]:
    """The interest of some years, one after the other: what a year brings earns in the next.

    What is to be taken back and was spent since the year's end is taken on the day ``on``.
    """
    events, balance_fen = [*versioned], state.balance_fen
    found: list[InterestCredited] = []
    for year, kind in years.items():
        earned = earning(balance_fen, events, year, state.reversed)
        one = credit(earned, terms_of, kind, year, on if kind == "closing" else None)
        if one is not None:
            if kind != "closing" and sum(effect(one)) < -_lowest_fen(events, one.effective_on):
                one = msgspec.structs.replace(one, effective_on=on)
            events.append((events[-1][0] + 1, one))
            balance_fen += one.carried_fen + one.current_fen
            found.append(one)
    return tuple(found)


def _lowest_fen(events: Iterable[Versioned], since: date) -> int:
    """The lowest balance at the end of a day from one on, by value dates."""
    moves = sorted((body.effective_on, sum(effect(body))) for _, body in events)
    balance_fen = sum(fen for day, fen in moves if day <= since)
    lowest_fen = balance_fen
    for _, of_day in groupby((one for one in moves if one[0] > since), key=itemgetter(0)):
        balance_fen += sum(fen for _, fen in of_day)
        lowest_fen = min(lowest_fen, balance_fen)
    return lowest_fen


def cases_of(
    credited: InterestCredited, before: Iterable[Recorded], terms_of: TermsOf
) -> tuple[list[dict[str, Any]], tuple[int, int]]:
    """The cases, one for each stretch, that the rule ``deposit_interest`` decides for an interest event.

    They come from the history before it; with them what had been credited on either part for the same year, in fen.
    """
    history = list(before)
    undone = {one.body.reverses for one in history if isinstance(one.body, EntryReversed)}
    balance_fen = sum(sum(effect(one.body)) for one in history)
    events = [(one.originator_version, one.body) for one in history]
    earned = earning(balance_fen, events, credited.year, undone)
    moves = [(date.fromordinal(day), carried, current) for day, carried, current in sorted(earned.movements)]
    cases = [
        {
            "first": date.fromordinal(one.segments[0].start),
            "end": one.end,
            "on": one.on,
            "opening_fen": earned.opening_fen,
            "movements": moves,
        }
        for one in stretches(earned, terms_of, credited.year, closed_on(credited))
    ]
    return cases, (earned.credited_carried_fen, earned.credited_current_fen)


def closed_on(credited: InterestCredited) -> date | None:
    """The day of the closing that interest was credited for; ``None`` for a whole year's."""
    return credited.effective_on if credited.kind == "closing" else None
