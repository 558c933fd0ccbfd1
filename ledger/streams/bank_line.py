"""A line of the bank's statement (银行流水): what the bank booked, as a fact, and what it was for.

A line moves nothing in the books by itself. It settles an order, brings one back, or confirms what was booked already;
money in that fits nothing is held in 219. It never holds a name, an account number or the bank's free text: only which
of our own references that text mentions, and the pseudonym of the other party where it is known.
"""

from __future__ import annotations

import re
from datetime import date
from hashlib import sha256
from typing import Final

import msgspec
from msgspec.structs import replace

from ledger.limits import ID_LENGTH_MAX
from ledger.refusal import Refusal
from ledger.streams.account import check_amount
from ledger.streams.base import Event, Stream, event

# ---------------------------------------------------------------- events


@event("bank_line.recorded")
class Recorded(Event, frozen=True):
    """The bank booked an amount ``in`` or ``out`` of a purse, under its own serial number (银行流水号).

    ``reversal``: the bank took a line of its own back (冲正标识). ``message`` names the statement that it stood in.
    """

    purse: str
    side: str
    amount_fen: int
    reference: str
    end_to_end: str = ""
    reversal: bool = False
    mentions: tuple[str, ...] = ()
    party: str = ""
    message: str = ""


@event("bank_line.matched")
class Matched(Event, frozen=True):
    """What a line was for: a stream of the ledger, and what told so (端到端标识, 流水号, 附言, 户名, 人工)."""

    to: str
    by: str
    reason: str = ""


# ---------------------------------------------------------------- state


class BankLine(msgspec.Struct, frozen=True):
    """A line and whether it has been matched (``open``, ``matched``)."""

    status: str = ""
    purse: str = ""
    side: str = ""
    amount_fen: int = 0
    reference: str = ""
    end_to_end: str = ""
    reversal: str = ""
    mentions: tuple[str, ...] = ()
    party: str = ""
    booked_on: date | None = None
    matched_to: str = ""
    matched_by: str = ""


# ---------------------------------------------------------------- evolve


def evolve(state: BankLine, event: Event) -> BankLine:
    """The state after an event. Total."""
    match event:
        case Recorded():
            return BankLine(
                status="open",
                purse=event.purse,
                side=event.side,
                amount_fen=event.amount_fen,
                reference=event.reference,
                end_to_end=event.end_to_end,
                reversal="reversal" if event.reversal else "",
                mentions=event.mentions,
                party=event.party,
                booked_on=event.effective_on,
            )
        case Matched():
            return replace(state, status="matched", matched_to=event.to, matched_by=event.by)
        case _:
            return state


BANK_LINES: Final = Stream("bank_line", BankLine(), evolve)


# ---------------------------------------------------------------- decisions


def record(state: BankLine, line: str, recorded: Recorded) -> tuple[Event, ...]:
    """Notes a line once, in whichever message it comes (053, 054, again); refuses ``bank_line_differs``."""
    check_amount(recorded.amount_fen)
    if not state.status:
        return (recorded,)
    same = (state.purse, state.side, state.amount_fen, state.end_to_end)
    if same != (recorded.purse, recorded.side, recorded.amount_fen, recorded.end_to_end):
        raise Refusal("bank_line_differs", line=line, reference=recorded.reference)
    return ()


def match(state: BankLine, line: str, matched: Matched) -> tuple[Event, ...]:
    """Says what a line was for, once."""
    if not state.status:
        raise Refusal("bank_line_unknown", line=line)
    if state.status == "matched":
        if state.matched_to == matched.to:
            return ()
        raise Refusal("bank_line_matched", line=line, to=state.matched_to)
    return (matched,)


# ---------------------------------------------------------------- queries

SIDES: Final = ("in", "out")

_KEY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*\Z", re.ASCII)
_MENTION: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9]", re.ASCII)
_NUMBER_OF_A_PERSON: Final = re.compile(r"\d{11,}[\dXx]?\Z", re.ASCII)
MENTIONS_MAX: Final = 8


def key(purse: str, reference: str) -> str:
    """The key of a line: its purse and the bank's serial number, or a digest where that is no readable id."""
    readable = f"{purse}.{reference}"
    if _KEY.match(readable) and len(readable) <= ID_LENGTH_MAX:
        return readable
    return f"{purse}.{sha256(reference.encode()).hexdigest()[:32]}"


def mentions_in(text: str) -> tuple[str, ...]:
    """What in a free text may be a reference of ours: words with a digit, never a card, phone or identity number."""
    words = dict.fromkeys(_MENTION.findall(text))
    found = [word for word in words if any(map(str.isdigit, word)) and not _NUMBER_OF_A_PERSON.match(word)]
    return tuple(word for word in found if len(word) <= ID_LENGTH_MAX)[:MENTIONS_MAX]


def age_days(state: BankLine, on: date) -> int:
    """Days for which a line has not been matched."""
    return (on - state.booked_on).days if state.booked_on and state.status == "open" else 0
