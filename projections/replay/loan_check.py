"""Loans are computed again (贷款复算): each instalment, interest, penalty and share; 121 and 122 are the balances."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection

from ledger.books.posting import post
from ledger.money import format_fen
from ledger.policy.loan_terms import Terms, terms_named
from ledger.policy.parameters import PolicyBook
from ledger.refusal import Refusal
from ledger.store import references
from ledger.store.ledger import events_of_streams
from ledger.streams import general_ledger
from ledger.streams import loan as loans
from ledger.streams.base import Event
from projections.replay.findings import Findings
from projections.replay.walk import DAMAGE, Portion

_SUBJECTS: Final = ("121", "122")

Compared = Iterator[tuple[str, Any, Any]]
"""``(what, recorded, due)``."""


class Loans:
    """Every loan is folded once more beside its events, and each amount is what its state before gives."""

    def __init__(self, found: Findings, book: PolicyBook) -> None:
        self.found = found
        self.terms = cache(lambda versions: terms_named(book, versions))
        self.states: dict[str, loans.Loan] = {}
        self.books_fen = 0
        self.restored: list[tuple[int, Any, loans.ScheduleRestored]] = []

    def see(self, portion: Portion) -> None:
        for row, body in portion.events:
            if body.moves_money and not isinstance(body, general_ledger.Opened):
                # What an older system had lent stands in the opening entry and in no loan of ours.
                self.books_fen += sum(fen for code, fen in post(body) if code in _SUBJECTS)
            if isinstance(body, loans.ScheduleRestored):
                self.restored.append((portion.commit.id, row, body))
            if body.topic.startswith("loan."):
                self._step(portion.commit.id, row, body)

    def _step(self, commit: int, row: Any, body: Event) -> None:
        state = self.states.get(row[1], loans.Loan())
        try:
            for what, recorded, due in self._compare(state, body):
                if recorded != due:
                    self._differs(commit, row, what, recorded, due)
            self.states[row[1]] = loans.evolve(state, body)
        except Refusal as refusal:
            self.found.add(refusal.code, commit, row[0], row[1], **refusal.facts)
        except DAMAGE as damage:
            self._differs(commit, row, type(damage).__name__, str(damage), "")

    def _differs(self, commit: int, row: Any, what: str, recorded: Any, due: Any) -> None:
        self.found.add(
            "loan_not_by_rule", commit, row[0], row[1],
            loan=row[1].partition("-")[2], what=what, recorded=str(recorded), due=str(due),
        )  # fmt: skip

    def _compare(self, state: loans.Loan, body: Event) -> Compared:
        on = body.effective_on
        match body:
            case loans.Disbursed():
                terms, months = self.terms(body.parameters), state.months
                yield "rate", str(body.rate), body.explanation.get("values", {}).get("rate")
                due_fen = loans.instalment_of(
                    state.method, body.amount_fen, body.rate, months, terms.rounding
                )
                yield "instalment", body.instalment_fen, due_fen
            case loans.InstalmentFellDue():
                due = loans.next_due(state, self.terms(body.parameters))
                recorded = (body.number, on, body.principal_fen, body.interest_fen)
                yield "instalment", recorded, due and due[:4]
            case loans.Repaid():
                yield from self._repaid(state, body, self.terms(body.parameters))
            case loans.Repriced():
                due_fen = (
                    loans.interest_to(state, on, self.terms(body.parameters)) if state.running_fen else 0
                )
                yield "accrued", body.accrued_fen, due_fen
                yield "old rate", body.old_rate, state.rate
            case loans.PenaltyAccrued():
                terms = self.terms(body.parameters)
                penalties = tuple(
                    (one.number, loans.penalty_on(one, state.rate, on, terms)) for one in state.owed
                )
                yield "penalty", body.penalties, penalties

    @staticmethod
    def _repaid(state: loans.Loan, body: loans.Repaid, terms: Terms) -> Compared:
        on = body.effective_on
        ordinary = [one for one in body.shares if one.number]
        paid_fen = sum(one.principal_fen + one.interest_fen + one.penalty_fen for one in ordinary)
        due, rest_fen = loans.allocate(state, paid_fen + body.held_fen, on, terms)
        yield "shares", (ordinary, body.held_fen), (due, rest_fen)
        for one in body.shares:
            if not one.number:
                yield "interest", one.interest_fen, loans.interest_to(state, on, terms)
        sums = [
            sum(part)
            for part in zip(
                *((s.principal_fen, s.interest_fen, s.penalty_fen) for s in body.shares), strict=True
            )
        ]
        yield "sums", [body.principal_fen, body.interest_fen, body.penalty_fen], sums

    def finish(self, connection: Connection) -> None:
        self._references(connection)
        self._schedules(connection)
        balances_fen = sum(one.balance_fen for one in self.states.values())
        if self.books_fen != balances_fen:
            self.found.add("loans_differ", books=format_fen(self.books_fen), loans=format_fen(balances_fen))

    def _schedules(self, connection: Connection) -> None:
        """A schedule went back to where it stood before anything went on after the day."""
        streams = sorted({row[1] for _, row, _ in self.restored})
        histories = events_of_streams(connection, streams)
        for commit, row, body in self.restored:
            history = [one for one in histories[row[1]] if one.originator_version < row[2]]
            before, _ = loans.parted(history, body.effective_on)
            stood = loans.LOANS.fold([one.body for one in before])
            recorded, due = (body.restores, body.turned_on), (stood.standing, stood.turned_on)
            if recorded != due:
                self._differs(commit, row, "schedule", recorded, due)

    def _references(self, connection: Connection) -> None:
        """A reference of the bank stands booked once on a loan, whatever was reversed of it."""
        twice = references.booked_more_than_once(connection)
        for (stream, reference), events in references.events_under(connection, twice).items():
            standing = list(loans.standing_under(self.states[stream], events, reference))
            if len(standing) > 1:
                self.found.add(
                    "reference_booked_twice", stream=stream, loan=stream.partition("-")[2],
                    reference=reference, count=len(standing),
                )  # fmt: skip
