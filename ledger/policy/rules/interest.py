"""Deposit interest by accumulated products (积数计息法): carried-forward and current-year parts apart.

条例第二十一条: interest runs from the day money is booked to the employee's account. The first day counts, the day of
withdrawal does not (算头不算尾). A product is fen times days; the interest of a part is its product times the daily
rate, rounded once or for each rate segment. Before 2016-02-21 the current-year part (当年归集) earned the demand rate
and the carried-forward part (上年结转) the three-month rate, both as posted on the settlement day; since then both
earn one rate (银发〔2016〕43号), and the fen of the parts are the fen of the whole. Which day count, rounding, segments
and parts hold are dated parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import lcm
from typing import Final, NamedTuple

from ledger.money import rounded_ratio
from ledger.policy.parameters import PolicyBook
from ledger.policy.rules.collection import NATIONAL, NATIONAL_SINCE
from ledger.policy.rules.framework import History, Values, Why, find_rule, quiet, rule
from ledger.policy.rules.kinds import Day, Fen, MovementList

Movement = tuple[int, int, int]
"""The ordinal of the first day that bears interest, and signed fen of the carried-forward and the current-year part."""

_DAILY: Final[dict[str, Callable[[Decimal], Fraction]]] = {
    "actual_360": lambda rate: Fraction(rate) / 360,
    "actual_365": lambda rate: Fraction(rate) / 365,
    "factor_8_decimals": lambda rate: Fraction((rate / 360).quantize(Decimal("1e-8"), ROUND_HALF_UP)),
}
"""The daily rate of a yearly one, by the name of the day count (计息天数基数)."""


class Segment(NamedTuple):
    """Days on which both rates stayed the same, as ordinals, ``end`` left out, and the daily rates over ``Terms.base``."""

    start: int
    end: int
    carried_rate: Decimal
    current_rate: Decimal
    carried_daily: int
    current_daily: int


class Terms(NamedTuple):
    """How the interest of one period is computed: made once, used for every account."""

    segments: tuple[Segment, ...]
    base: int
    whole_yuan: bool
    rounding: str
    each_segment: bool
    parts_of_whole: bool
    later_by: int
    end: date
    on: date
    parameters: tuple[str, ...] = ()

    @property
    def rates(self) -> tuple[Decimal, Decimal]:
        """The rates on which the period ends."""
        return self.segments[-1].carried_rate, self.segments[-1].current_rate


class Accrued(NamedTuple):
    """Interest of both parts in fen, and per segment the products in fen-days."""

    carried_fen: int
    current_fen: int
    products: tuple[tuple[int, int], ...]


def interest_terms(book: PolicyBook, first: date, end: date, on: date, known_on: date | None = None) -> Terms:
    """The terms for the days from ``first`` until before ``end``, by the law of the day ``on``, as known on a day.

    ``on`` is the settlement day, or the day of withdrawal, which then is ``end`` itself.

    Refuses ``missing_parameter``, naming it.
    """
    arguments, used = find_rule("deposit_interest", on).bind({}, book, on, known_on)
    terms = _terms(first, end, on, **arguments)
    return terms._replace(parameters=tuple(value.version for value in used))


def accrue(terms: Terms, opening_fen: int, movements: Iterable[Movement]) -> Accrued:
    """The interest on what stood before the period, all of it carried forward, and on the movements since."""
    moves = list(movements)
    if terms.later_by:
        moves = [(day + terms.later_by, carried, current) for day, carried, current in moves]
    products = _daily_products if terms.whole_yuan else _linear_products
    return _interest(terms, tuple([products(one, opening_fen, moves) for one in terms.segments]))


def _linear_products(segment: Segment, opening_fen: int, moves: Sequence[Movement]) -> tuple[int, int]:
    """Each movement counts for the days that are left: no daily balance is needed where every fen earns."""
    start, end = segment.start, segment.end
    days = end - start
    carried_product, current_product = opening_fen * days, 0
    for day, carried, current in moves:
        left = end - day if day > start else days
        if left > 0:
            carried_product += carried * left
            current_product += current * left
    return carried_product, current_product


def _daily_products(segment: Segment, opening_fen: int, moves: Sequence[Movement]) -> tuple[int, int]:
    """Only whole yuan earn (元位起息): the balance of every day is cut before it counts."""
    carried, current, day = opening_fen, 0, segment.start
    carried_product = current_product = 0
    for moved, carried_fen, current_fen in sorted([*moves, (segment.end, 0, 0)]):
        until = min(max(moved, day), segment.end)
        carried_product += carried // 100 * 100 * (until - day)
        current_product += current // 100 * 100 * (until - day)
        carried, current, day = carried + carried_fen, current + current_fen, until
    return carried_product, current_product


def _interest(terms: Terms, products: tuple[tuple[int, int], ...]) -> Accrued:
    carried = [one.carried_daily * product[0] for one, product in zip(terms.segments, products, strict=True)]
    current = [one.current_daily * product[1] for one, product in zip(terms.segments, products, strict=True)]
    if not terms.each_segment:
        carried, current = [sum(carried)], [sum(current)]
    base, rounding = terms.base, terms.rounding
    carried_fen = sum(rounded_ratio(exact, base, rounding) for exact in carried)
    if terms.parts_of_whole:
        whole = map(sum, zip(carried, current, strict=True))
        current_fen = sum(rounded_ratio(exact, base, rounding) for exact in whole) - carried_fen
    else:
        current_fen = sum(rounded_ratio(exact, base, rounding) for exact in current)
    return Accrued(carried_fen, current_fen, products)


def _terms(
    first: date,
    end: date,
    on: date,
    *,
    carried_rates: History,
    current_rates: History,
    rate_basis: str,
    day_count: str,
    principal_unit: str,
    rounding: str,
    segment_rounding: str,
    bearing_from: str,
    parts: str,
) -> Terms:
    later_by = int(bearing_from == "next_day")
    asked = end, on
    if end == on:
        end += timedelta(days=later_by)  # where the first day does not count, the day of withdrawal does
    stretches = [(first, on)]
    if rate_basis == "by_segment":
        stretches = [(day, day) for day in _days_of_change(first, end, carried_rates, current_rates)]
    posted = [(start, carried_rates.needed(day), current_rates.needed(day)) for start, day in stretches]
    ends = [start for start, *_ in posted[1:]] + [end]
    daily = [tuple(_DAILY[day_count](rate) for rate in rates) for _, *rates in posted]
    base = lcm(*(rate.denominator for rates in daily for rate in rates))
    segments = tuple(
        Segment(
            start.toordinal(),
            until.toordinal(),
            carried,
            current,
            int(rates[0] * base),
            int(rates[1] * base),
        )
        for (start, carried, current), until, rates in zip(posted, ends, daily, strict=True)
    )
    return Terms(
        segments,
        base,
        principal_unit == "yuan",
        rounding,
        segment_rounding == "each_segment",
        parts == "whole" and all(one.carried_rate == one.current_rate for one in segments),
        later_by,
        *asked,
    )


def _days_of_change(first: date, end: date, *rates: History) -> list[date]:
    changes = {value.effective_from for history in rates for value in history.values}
    return sorted({first, *(day for day in changes if first < day < end)})


@rule(
    "deposit_interest",
    clause=f"{NATIONAL} 第二十一条",
    zh="住房公积金存款利息",
    en="interest on the members' deposits",
    since=NATIONAL_SINCE,
    reads={
        "carried_rates": "deposit_rate_carried@*",
        "current_rates": "deposit_rate_current@*",
        "rate_basis": "deposit_settlement_rate",
        "day_count": "deposit_interest_day_count",
        "principal_unit": "deposit_interest_principal_unit",
        "rounding": "deposit_interest_rounding",
        "segment_rounding": "deposit_interest_segment_rounding",
        "bearing_from": "deposit_interest_bearing_from",
        "parts": "deposit_interest_parts",
    },
    day="on",
)
def deposit_interest(
    first: Day,
    end: Day,
    on: Day,
    opening_fen: Fen,
    carried_rates: History,
    current_rates: History,
    rate_basis: str,
    day_count: str,
    principal_unit: str,
    rounding: str,
    segment_rounding: str,
    bearing_from: str,
    parts: str,
    movements: MovementList = (),  # type: ignore[assignment]
    why: Why = quiet,
) -> Values:
    """Interest in fen for the days from ``first`` until before ``end``, by the law and the rates of the day ``on``.

    ``opening_fen`` stood before ``first``; a movement is its day and the signed fen of both parts (上年结转, 当年归集).
    """
    terms = _terms(
        first,
        end,
        on,
        carried_rates=carried_rates,
        current_rates=current_rates,
        rate_basis=rate_basis,
        day_count=day_count,
        principal_unit=principal_unit,
        rounding=rounding,
        segment_rounding=segment_rounding,
        bearing_from=bearing_from,
        parts=parts,
    )
    moves = [(day.toordinal(), carried, current) for day, carried, current in movements]
    found = accrue(terms, opening_fen, moves)
    _tell(why, terms, found)
    return {
        "carried_fen": found.carried_fen,
        "current_fen": found.current_fen,
        "interest_fen": found.carried_fen + found.current_fen,
        "carried_products": sum(carried for carried, _ in found.products),
        "current_products": sum(current for _, current in found.products),
    }


def _tell(why: Why, terms: Terms, found: Accrued) -> None:
    for segment, (carried, current) in zip(terms.segments, found.products, strict=True):
        first = date.fromordinal(segment.start)
        last = date.fromordinal(segment.end - 1)
        why("计息期间", "days", f"{first} – {last} ({segment.end - segment.start})")
        for zh, en, product, rate in (
            ("上年结转积数", "product of the carried-forward part", carried, segment.carried_rate),
            ("当年归集积数", "product of the current-year part", current, segment.current_rate),
        ):
            why(f"{zh} × 年利率 {rate}", f"{en} × yearly rate {rate}", f"{product} fen-days")
    why(
        "上年结转利息",
        "interest on the carried-forward part",
        found.carried_fen,
        "fen",
        rounding=terms.rounding,
    )
    why(
        "当年归集利息", "interest on the current-year part", found.current_fen, "fen", rounding=terms.rounding
    )
