"""The messages that a transfer between cities owes the other centre (BDC901, 903, 905): a pure projection of its events.

Nothing is kept of what was sent. The same events give the same messages with the same bytes, so sending all of them
again does no harm: a message that repeats changes nothing at the other centre either.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from ledger.money import format_fen
from ledger.streams import transfer
from ledger.streams.base import Event, Recorded

Message = dict[str, Any]


def messages(letter: str, events: Sequence[Recorded], own_centre: str) -> list[Message]:
    """What a letter's events say to the other centre, in their order; ``number`` is the event's version."""
    if not events:
        return []
    first: Any = events[0].body
    direction = "in" if isinstance(first, transfer.Applied) else "out"
    address = {"letter": letter, "from_centre": own_centre, "to_centre": first.centre}
    said: list[Message] = []
    for one in events:
        say = _SAID.get((direction, type(one.body)))
        if say is not None:
            said.append({"number": one.originator_version, **address, **say(first, one.body)})
    return said


def _letter(first: Any, body: Any) -> Message:
    return {"message": "BDC901", "kind": 0, "account": first.account_there, "account_there": first.account}


def _information(body: Any) -> Message:
    return {
        "principal": format_fen(body.principal_fen),
        "interest": format_fen(body.interest_fen),
        "months": body.months,
        "opened_on": body.opened_on.isoformat(),
        "paid_up_to": body.paid_up_to,
        "six_months": body.six_months,
        "loans": body.loans,
        "unsettled_loan": body.unsettled_loan,
        "fraud": body.fraud,
        "bans": {matter: day.isoformat() for matter, day in sorted(body.bans.items())},
    }


def _given(first: Any, body: Any) -> Message:
    return {"message": "BDC905", "kind": 0, "round": 0, "information": _information(body)}


def _amended(first: Any, body: Any) -> Message:
    return {"message": "BDC905", "kind": 1, "round": body.round, "information": _information(body)}


def _ended(result: int) -> Callable[[Any, Any], Message]:
    def say(first: Any, body: Any) -> Message:
        reason = {"reason": body.reason} if result else {}
        return {"message": "BDC905", "kind": 2, "result": result, **reason}

    return say


_SAID: Final[dict[tuple[str, type[Event]], Callable[[Any, Any], Message]]] = {
    ("in", transfer.LetterSent): _letter,
    ("in", transfer.CancelAsked): lambda first, body: {"message": "BDC903", "kind": 0},
    ("in", transfer.NegotiationOpened): lambda first, body: {
        "message": "BDC905",
        "kind": 1,
        "round": body.round,
        "reason": body.reason,
    },
    ("in", transfer.Completed): _ended(0),
    ("in", transfer.Failed): _ended(1),
    ("out", transfer.LetterConfirmed): lambda first, body: {"message": "BDC901", "kind": 1},
    ("out", transfer.Cancelled): lambda first, body: {"message": "BDC903", "kind": 1},
    ("out", transfer.Refused): lambda first, body: {
        "message": "BDC905",
        "kind": 0,
        "result": 1,
        "reason": body.reason,
    },
    ("out", transfer.InformationGiven): _given,
    ("out", transfer.InformationAmended): _amended,
}
"""What each event says, by the direction of the letter; all others were said by the other centre, or by nobody."""
