"""Rolls and pools performed again: every line by the rule on the facts of its months, every list by its lines.

The lines of a list stand in the commit of the list, so that both are seen together, with the order of each. A pool's
awards are counted again from the recorded investments and must add up to no more than the pool has.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection

from ledger.dates import first_day, parse_month
from ledger.money import format_fen
from ledger.policy.again import perform_again
from ledger.policy.parameters import PolicyBook
from ledger.policy.rules import decide, find_rule
from ledger.policy.units import plain
from ledger.programmes import Programme, amount_of, find, month_case
from ledger.refusal import Refusal
from ledger.store.ledger import events_of_streams
from ledger.streams import payment, pool, roll, rollrun, score
from ledger.streams.base import Event
from projections.replay.findings import Findings
from projections.replay.walk import DAMAGE, Portion


class Rolls:
    """What a month pays, what a list adds up to, and what a pool gives, by another path than the commands took."""

    def __init__(self, found: Findings, book: PolicyBook) -> None:
        self.found = found
        self.book = book
        self.bare = book.without_values()
        self._states: dict[str, roll.Roll] = {}
        self._known: dict[Any, int] = {}
        self._books: dict[tuple[str, ...], PolicyBook] = {}
        self._entrants: dict[str, pool.Pool] = {}
        self._commit = 0
        self._lines: list[roll.Paid] = []
        self._payees: dict[str, str] = {}
        self._budgets: dict[str, str] = {}
        self._undone: dict[str, list[tuple[int, Any, roll.PaymentUndone]]] = defaultdict(list)

    def see(self, portion: Portion) -> None:
        commit = portion.commit.id
        if commit != self._commit:
            self._commit, self._lines, self._payees = commit, [], {}
        for row, body in portion.events:
            kind = row[1].partition("-")[0]
            try:
                if kind == "roll":
                    self._entry(commit, row, body)
                elif isinstance(body, payment.Ordered):
                    self._payees[body.cause] = body.payee
                elif isinstance(body, rollrun.Started):
                    self._budgets[row[1].removeprefix(rollrun.ROLLRUNS.id(""))] = body.budget
                elif isinstance(body, rollrun.ListPaid):
                    self._list(commit, row, body)
                elif kind == "pool":
                    self._pool(commit, row, body)
                elif isinstance(body, score.Recorded):
                    self._explained(commit, row, body.explanations)
            except DAMAGE as error:
                self.found.add("event_impossible", commit, row[0], row[1], topic=row[3], why=str(error))

    def _entry(self, commit: int, row: Any, body: Any) -> None:
        state = self._states.get(row[1], roll.Roll())
        if isinstance(body, roll.Admitted | roll.Changed):
            self._decided_amount(commit, row, state, body)
        if isinstance(body, roll.Paid):
            self._lines.append(body)
            due = {month: self._month(state, month, body) for month in body.months}
            if due != body.months or sum(due.values()) + body.difference_fen != body.amount_fen:
                self.found.add(
                    "roll_amount_not_by_rule", commit, row[0], row[1], recorded=str(body.months), due=str(due)
                )
            payee = self._payees.get(f"{row[1]}/{row[2]}", "")
            if body.payment and payee != state.payee:
                self.found.add(
                    "line_to_another_payee", commit, row[0], row[1], payee=state.payee, ordered=payee
                )
        elif isinstance(body, roll.PaymentUndone):
            self._undone[row[1]].append((commit, row, body))
        self._states[row[1]] = roll.evolve(state, body)

    def _decided_amount(self, commit: int, row: Any, state: roll.Roll, body: Any) -> None:
        """The monthly amount is the one that the event's own explanation gives for the programme."""
        due_fen = amount_of(find(state.programme), body.explanation["values"])[0]
        if body.monthly_fen != due_fen:
            self.found.add(
                "decision_not_by_rule", commit, row[0], row[1],
                rule=body.explanation["rule"], recorded=body.monthly_fen, due=due_fen,
            )  # fmt: skip

    def _list(self, commit: int, row: Any, body: rollrun.ListPaid) -> None:
        """The lines of a list come before it in its commit: their streams sort before its own."""
        lines = self._lines
        kept_fen = sum(sum(one.kept.values()) for one in lines)
        months_fen = sum(sum(one.months.values()) for one in lines)
        due = (len(lines), months_fen, sum(one.difference_fen for one in lines), kept_fen)
        amount_fen = sum(one.amount_fen for one in lines)
        recorded = (body.entries, body.months_fen, body.difference_fen, body.kept_fen)
        purses = {one.purse for one in lines} - {body.purse if body.by_line else ""}
        if recorded != due or body.amount_fen != amount_fen or purses:
            self.found.add(
                "list_not_by_lines", commit, row[0], row[1],
                recorded=format_fen(body.amount_fen), lines=format_fen(amount_fen),
            )  # fmt: skip

    def _month(self, state: roll.Roll, month: str, body: roll.Paid) -> int:
        """The amount of a month by the rule, with the parameter versions that the line names and no others."""
        facts = roll.facts_in(state, month)
        key = (state.programme, body.rule, month, body.parameters, *facts.items())
        fen = self._known.get(key)
        if fen is None:
            programme = find(state.programme)
            values = self._decided(programme, body.rule, facts, month, body.parameters)
            fen = self._known[key] = amount_of(programme, values)[0]
        return fen

    def _decided(
        self,
        programme: Programme,
        rule_name: str,
        facts: Mapping[str, Any],
        month: str,
        parameters: tuple[str, ...],
    ) -> Mapping[str, Any]:
        """The values of the rule that the line names, which a later rule of the programme may have taken the place of."""
        named = self._books.get(parameters)
        if named is None:
            versions = [one for names in parameters for one in names.split(",")]
            named = self._books[parameters] = self.bare.with_values(*map(self.book.version, versions))
        on = first_day(parse_month(month))
        asked = find_rule(rule_name, on).inputs
        given = {name: one for name, one in month_case(programme, facts, month).items() if name in asked}
        return decide(rule_name, given, named, on, explain=False).values

    def _explained(self, commit: int, row: Any, explanations: Mapping[str, dict[str, Any]]) -> None:
        for stored in explanations.values():
            try:
                due = plain(perform_again(stored, self.bare).values)
            except (Refusal, KeyError, TypeError, ValueError) as damage:
                due = {"refused": repr(damage)}
            if due != stored.get("values"):
                self.found.add(
                    "decision_not_by_rule", commit, row[0], row[1],
                    rule=str(stored.get("rule")), recorded=stored.get("values"), due=due,
                )  # fmt: skip

    def _pool(self, commit: int, row: Any, body: Any) -> None:
        state = self._entrants.get(row[1], pool.Pool())
        if isinstance(body, pool.Counted):
            self._explained(commit, row, body.explanations)
            self._counted(commit, row, state, body)
        self._entrants[row[1]] = pool.evolve(state, body)

    def _counted(self, commit: int, row: Any, state: pool.Pool, body: pool.Counted) -> None:
        """The shares were counted from what had been entered, and are what the rules gave."""
        invested = pool.investments(state)
        for name, stored in body.explanations.items():
            programme, _, entrant = name.partition(":")
            inputs = next(iter(stored["inputs"].values()))
            given = stored["values"].get("awards_fen", {entrant: stored["values"].get("award_fen")})
            awards = body.awards.get(programme, {})
            named = {one: fen for one, fen in given.items() if fen}
            same = named.items() <= awards.items() if entrant else named == awards
            if inputs != (invested.get(entrant) if entrant else invested) or not same:
                self.found.add(
                    "decision_not_by_rule", commit, row[0], row[1], rule=programme, recorded=awards, due=given
                )

    def finish(self, connection: Connection) -> None:
        """Lines that were taken back beside the lines as they were paid; everything else was said on the way."""
        for stream, events in events_of_streams(connection, sorted(self._undone)).items():
            history = [one.body for one in events]
            for commit, row, body in self._undone[stream]:
                if not _takes_back(body, history[: row[2] - 1], self._budgets):
                    self.found.add("line_undone_otherwise", commit, row[0], stream, payment=body.payment)


def _takes_back(body: roll.PaymentUndone, before: Sequence[Event], budgets: Mapping[str, str]) -> bool:
    """Whether a line stood until then, is taken back as it was paid, and nothing is left of what was noted since."""
    lines = {one.payment: at for at, one in enumerate(before) if isinstance(one, roll.Paid) and one.payment}
    at = lines.get(body.payment, -1)
    since = before[at + 1 :]
    if at < 0 or any(isinstance(one, roll.PaymentUndone) and one.payment == body.payment for one in since):
        return False
    paid: Any = before[at]
    noted: Counter[str] = Counter()
    for one in since:
        noted.update(getattr(one, "differences", {}) if not isinstance(one, roll.PaymentUndone) else {})
    due = {month: -noted[month] for month in body.months if noted[month]}
    same = all(getattr(body, name) == getattr(paid, name) for name in _AS_PAID)
    return same and body.differences == due and body.budget == budgets.get(paid.run)


_AS_PAID: Final = ("months", "difference_fen", "amount_fen", "kept", "purse")
