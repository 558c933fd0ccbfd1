"""Several payees of one amount (继承人、受遗赠人): who gets how much of it, to the fen, each by an order of his own.

住房公积金管理条例 第二十四条第三款. A share is an exact fraction; money is whole fen.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from typing import Final

import msgspec

from ledger.money import divided, format_fen
from ledger.refusal import Refusal


class Payee(msgspec.Struct, frozen=True):
    """Who is paid of an amount that several may claim: a share (``1/3``) of it, or a sum of the principal in fen."""

    person: str
    share: str = ""
    amount_fen: int = 0
    payee_account: str = ""


class Part(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one payee gets of an amount, in fen, and the payment order by which he gets it."""

    person: str
    share: str
    principal_fen: int
    interest_fen: int
    payment: str
    payee_account: str = ""

    def __str__(self) -> str:
        return f"{self.person} {self.share} {format_fen(self.principal_fen + self.interest_fen)}"


def parts(first: str, payees: Sequence[Payee], principal_fen: int, interest_fen: int = 0) -> tuple[Part, ...]:
    """What each payee gets: together the whole to the fen, by largest remainder.

    ``first`` is the key of the first order. By shares the whole is divided; where sums are named, the interest follows
    them. Interest that was taken back on the way lessens the principal. Whoever gets no fen has no order. Refuses
    ``payee_twice``, ``payee_share_unclear``, ``payee_shares_incomplete`` and ``payee_amounts_differ``.
    """
    totals = divided(principal_fen + interest_fen, _weights(payees, principal_fen))
    # Interest by what each gets in all is never more than that, so neither part of an order falls below zero.
    interests = divided(max(interest_fen, 0), totals)
    paid = [one for one in zip(payees, totals, interests, strict=True) if one[1]]
    return tuple(
        Part(
            person=payee.person,
            share=payee.share,
            principal_fen=total_fen - earned_fen,
            interest_fen=earned_fen,
            payment=numbered(first, number),
            payee_account=payee.payee_account,
        )
        for number, (payee, total_fen, earned_fen) in enumerate(paid, start=1)
    )


def _weights(payees: Sequence[Payee], principal_fen: int) -> list[int]:
    """Whole numbers in the proportion of the shares, or the sums themselves."""
    known: set[str] = set()
    for one in payees:
        if one.person in known:
            raise Refusal("payee_twice", person=one.person)
        known.add(one.person)
        if bool(one.share) == (one.amount_fen > 0) or bool(one.share) != bool(payees[0].share):
            raise Refusal("payee_share_unclear", person=one.person)
    if not payees[0].share:
        amounts = [one.amount_fen for one in payees]
        if sum(amounts) != principal_fen:
            raise Refusal("payee_amounts_differ", sum_fen=sum(amounts), amount_fen=principal_fen)
        return amounts
    shares = [Fraction(one.share) for one in payees]
    if sum(shares) != 1:
        raise Refusal("payee_shares_incomplete", sum=str(sum(shares)))
    common = lcm(*(share.denominator for share in shares))
    return [int(share * common) for share in shares]


_NUMBER: Final = re.compile(r"(?<=\.)(\d+)_\d+\Z", re.ASCII)


def numbered(first: str, number: int) -> str:
    """The key of one of several orders of one cause: the first has the bare key, the others a number after it."""
    return first if number == 1 else f"{first}_{number}"


def first_of(payment: str) -> str:
    """The key of the first of the orders of one cause to which an order belongs."""
    return _NUMBER.sub(r"\1", payment)
