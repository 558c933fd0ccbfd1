"""What an event may do to the list of obligations: make one, or end those of a kind and subject."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import NamedTuple

from ledger.policy.parameters import PolicyBook
from projections.views.view import Seen


class Due(NamedTuple):
    """An obligation as an event makes it: done already where ``done_on`` is set."""

    kind: str
    subject: str
    who: str
    arose_on: date
    due_on: date | None
    done_on: date | None = None
    month: str = ""

    @property
    def id(self) -> str:
        return f"{self.kind}:{self.subject}:{self.month or self.arose_on}"


class Done(NamedTuple):
    """The open obligations of one kind and subject are done, or (``on`` empty) have fallen away."""

    kind: str
    subject: str
    on: date | None


Effect = Due | Done
Meaning = Callable[[PolicyBook, Seen], Iterator[Effect]]
"""What an event of one type means."""
