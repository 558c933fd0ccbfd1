"""Money is an integer number of fen (分); a rate is an exact decimal. Every rounding has a name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal, Inexact
from fractions import Fraction
from math import ceil, floor, trunc
from typing import Final

from ledger.limits import AMOUNT_FEN_MAX
from ledger.refusal import Refusal

_YUAN: Final = re.compile(r"([+-]?)(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?\Z", re.ASCII)
_RATE: Final = re.compile(r"(?:0|1)(?:\.\d{1,9})?\Z", re.ASCII)
_EXACT: Final = Context(prec=60, traps=[Inexact])


def parse_yuan(text: str) -> int:
    """Fen from an amount in yuan as people write it: ``1,234.50``, full-width digits, stray spaces, ``￥``.

    Refuses ``amount_malformed`` for anything that is not plain decimal notation (``1e3``, ``1,23``),
    ``amount_precision`` for more than two decimals, ``amount_too_large`` above ``AMOUNT_FEN_MAX``.
    """
    plain = unicodedata.normalize("NFKC", text).replace("¥", "").replace("元", "")
    plain = "".join(plain.split())
    found = _YUAN.match(plain)
    if not found:
        raise Refusal("amount_malformed", text=text[:40])
    sign, whole, decimals = found.groups()
    decimals = decimals or ""
    if len(decimals.rstrip("0")) > 2:
        raise Refusal("amount_precision", text=text[:40])
    fen = int(whole.replace(",", "")) * 100 + int((decimals + "00")[:2])
    if fen > AMOUNT_FEN_MAX:
        raise Refusal("amount_too_large", text=text[:40])
    return -fen if sign == "-" else fen


def format_fen(fen: int) -> str:
    """Yuan with two decimals and thousands separators: ``-123450`` gives ``-1,234.50``."""
    sign, rest = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{rest // 100:,}.{rest % 100:02d}"


def parse_rate(text: str) -> Decimal:
    """A rate between 0 and 1 from plain decimal notation, exact; refuses ``rate_malformed``."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if plain.endswith("%") and re.match(r"\d{1,3}(?:\.\d{1,7})?%\Z", plain, re.ASCII):
        plain = format((Decimal(plain[:-1]) / 100).normalize(_EXACT), "f")
    if not _RATE.match(plain):
        raise Refusal("rate_malformed", text=text[:40])
    return Decimal(plain)


def _half_up(value: Decimal) -> int:
    return int(value.to_integral_value(ROUND_HALF_UP))


ROUNDINGS: Final[dict[str, Callable[[Decimal], int]]] = {
    "fen_half_up": _half_up,
    "fen_floor": floor,
    "fen_up": ceil,
    "jiao_half_up": lambda fen: _half_up(fen / 10) * 10,
    "jiao_down": lambda fen: trunc(fen / 10) * 10,
    "jiao_up": lambda fen: ceil(fen / 10) * 10,
    "yuan_half_up": lambda fen: _half_up(fen / 100) * 100,
    "yuan_down": lambda fen: trunc(fen / 100) * 100,
    "yuan_up": lambda fen: ceil(fen / 100) * 100,
}
"""Named roundings from an exact amount in fen to a whole number of fen."""


def rounded(exact_fen: Decimal | Fraction, mode: str) -> int:
    """Whole fen from an exact amount, by one of ``ROUNDINGS``; refuses ``rounding_unknown``.

    A ``Fraction`` is rounded as exactly as a ``Decimal``: thirds never pass through a cut decimal.
    """
    if mode not in ROUNDINGS:
        raise Refusal("rounding_unknown", mode=mode, known=", ".join(ROUNDINGS))
    if isinstance(exact_fen, Decimal):
        return ROUNDINGS[mode](exact_fen)
    return rounded_ratio(exact_fen.numerator, exact_fen.denominator, mode)


def rounded_ratio(numerator: int, denominator: int, mode: str) -> int:
    """Whole fen from an exact ratio of whole numbers, the denominator above zero: the quick way of bulk work."""
    size, _, rule = mode.partition("_")
    unit = _UNIT_FEN[size]
    denominator *= unit
    whole, rest = divmod(numerator, denominator)
    if rule == "half_up":
        up = 2 * rest >= denominator if numerator >= 0 else 2 * rest > denominator
    else:
        up = rest > 0 and (rule == "up" or (rule == "down" and numerator < 0))
    return (whole + up) * unit


def divided(total_fen: int, weights: Sequence[int]) -> list[int]:
    """A total in whole fen divided by whole weights, to the fen: the largest remainders take what is left over.

    Of equal remainders the earlier one comes first. The weights are not below zero and one of them is above it.
    """
    whole = sum(weights)
    parts = [total_fen * weight // whole for weight in weights]
    by_remainder = sorted(range(len(parts)), key=lambda one: -(total_fen * weights[one] % whole))
    for one in by_remainder[: total_fen - sum(parts)]:
        parts[one] += 1
    return parts


_UNIT_FEN: Final = {"fen": 1, "jiao": 10, "yuan": 100}
