"""From which budget a month of an entry was paid: what was had too much goes back to the budget that paid it (三).

The events of an entry say what each month was paid and what it lacked or had too much; a run says from which budget it
paid. What is kept back or demanded is taken in the order in which it was noted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from commands.handlers.registry import Work
from ledger.store.movements import bodies_of
from ledger.streams import roll
from ledger.streams.base import Event

_TOPICS: Final = tuple(
    one.topic
    for one in (
        roll.Paid, roll.PaymentUndone, roll.Reassessed, roll.Changed, roll.Stopped, roll.StopCorrected, roll.Reclaimed,
        roll.DemandWithdrawn, roll.SetOff,
    )
)  # fmt: skip


class _Made(NamedTuple):
    """What a line paid: its budget, what earlier months lacked, and what it kept back, by month and budget."""

    budget: str
    lacking: dict[str, int]
    taken: list[tuple[str, str, int]]


class Sources:
    """What each month was paid by which budget, what is still to be paid, and what was had too much, by budget."""

    def __init__(self, budget_of: Mapping[str, str]) -> None:
        self._budget_of = budget_of
        self._paid: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
        self._lacking: dict[str, int] = {}
        self._over: list[tuple[str, str, int]] = []
        self._made: dict[str, _Made] = {}

    def see(self, events: Iterable[Event]) -> None:
        for body in events:
            match body:
                case roll.Paid():
                    self.pay(body)
                case roll.PaymentUndone():
                    self._undo(body)
                case roll.Reassessed() | roll.Changed() | roll.Stopped() | roll.StopCorrected():
                    for month, fen in body.differences.items():
                        self._differ(month, fen)
                case roll.Reclaimed():
                    self.take(body.amount_fen)
                case roll.DemandWithdrawn() | roll.SetOff():
                    self._over[:0] = [("", budget, fen) for budget, fen in body.budgets.items()]

    def pay(self, paid: roll.Paid) -> dict[str, int]:
        """Pays months and what was lacking from the budget of the run; gives back what was kept, by its budget."""
        budget = self._budget_of.get(paid.run, "")
        lacking, self._lacking = self._lacking, {}
        for month, fen in (*paid.months.items(), *lacking.items()):
            self._paid[month].append((budget, fen))
        taken = self._take(sum(lacking.values()) - paid.difference_fen)
        if paid.payment:
            self._made[paid.payment] = _Made(budget, lacking, taken)
        return _by_budget(taken)

    def _undo(self, undone: roll.PaymentUndone) -> None:
        """Puts everything where it stood before the line; its months are as if they had never been paid."""
        made = self._made.pop(undone.payment)
        for month, fen in (*undone.differences.items(), *made.lacking.items()):
            self._differ(month, fen)
        for month, fen in (*undone.months.items(), *made.lacking.items()):
            self._unpay(month, fen)
        self._over[:0] = made.taken

    def _unpay(self, month: str, amount_fen: int) -> None:
        while amount_fen and self._paid[month]:
            budget, fen = self._paid[month].pop()
            left_fen = max(0, fen - amount_fen)
            if left_fen:
                self._paid[month].append((budget, left_fen))
            amount_fen -= fen - left_fen

    def _differ(self, month: str, fen: int) -> None:
        if fen > 0:
            fen -= self._give_back(month, fen)
            self._lacking[month] = self._lacking.get(month, 0) + fen
            return
        over_fen = -fen
        unpaid_fen = min(over_fen, self._lacking.get(month, 0))
        if unpaid_fen:
            self._lacking[month] -= unpaid_fen
            over_fen -= unpaid_fen
        while over_fen and self._paid[month]:
            budget, had_fen = self._paid[month].pop()
            taken_fen = min(had_fen, over_fen)
            if had_fen > taken_fen:
                self._paid[month].append((budget, had_fen - taken_fen))
            self._over.append((month, budget, taken_fen))
            over_fen -= taken_fen

    def _give_back(self, month: str, fen: int) -> int:
        """What was noted as too much of a month and is due after all goes back to it."""
        left: list[tuple[str, str, int]] = []
        given_fen = 0
        for of, budget, over_fen in self._over:
            back_fen = min(over_fen, fen - given_fen) if of == month else 0
            if back_fen:
                self._paid[month].append((budget, back_fen))
                given_fen += back_fen
            if over_fen > back_fen:
                left.append((of, budget, over_fen - back_fen))
        self._over = left
        return given_fen

    def take(self, amount_fen: int) -> dict[str, int]:
        """Takes an amount out of what was had too much, the oldest first, by budget."""
        return _by_budget(self._take(amount_fen))

    def _take(self, amount_fen: int) -> list[tuple[str, str, int]]:
        taken: list[tuple[str, str, int]] = []
        while amount_fen > 0 and self._over:
            month, budget, fen = self._over.pop(0)
            part_fen = min(fen, amount_fen)
            if fen > part_fen:
                self._over.insert(0, (month, budget, fen - part_fen))
            taken.append((month, budget, part_fen))
            amount_fen -= part_fen
        return taken


def _by_budget(taken: Iterable[tuple[str, str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for _, budget, fen in taken:
        found[budget] = found.get(budget, 0) + fen
    return found


def sources_of(work: Work, keys: list[str]) -> dict[str, Sources]:
    """``Sources`` of many entries, by two questions."""
    events: dict[str, list[Event]] = {key: [] for key in keys}
    if keys:
        for key, _, body, _ in bodies_of(work.uow.connection, "roll", keys, _TOPICS):
            events[key].append(body)
    names = sorted({one.run for of in events.values() for one in of if isinstance(one, roll.Paid)})
    budgets = {run: state.budget for run, state in work.uow.load("rollrun", names).items()}
    found = {key: Sources(budgets) for key in keys}
    for key, of in events.items():
        found[key].see(of)
    return found
