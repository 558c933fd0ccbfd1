"""What is recomputed from the events by another path: states, registers, books, amounts, balances.

Each check sees every portion of the walk once and then says what it makes of the whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from typing import Any, Final, Protocol

from sqlalchemy import Connection, select, text

from ledger.books.posting import HELD, MEMBERS, post
from ledger.money import format_fen
from ledger.policy.parameters import PolicyBook
from ledger.policy.rules.collection import monthly_share
from ledger.refusal import Refusal
from ledger.store import tables
from ledger.streams import general_ledger
from ledger.streams.account import Account, Deposited
from ledger.streams.receipt import Receipt
from projections.registers import REGISTERS
from projections.replay.balances import BALANCES
from projections.replay.findings import Findings
from projections.replay.walk import DAMAGE, Portion

_ROWS_AT_ONCE: Final = 10_000


class Check(Protocol):
    """One thing that is recomputed."""

    def see(self, portion: Portion) -> None:
        """Takes the next events in."""

    def finish(self, connection: Connection) -> None:
        """Compares with what the ledger says, when all events have been seen."""


class Fold:
    """The state of every stream folded afresh: versions are dense, registers say the same.

    This is the one check whose memory grows: by the number of streams, never by the length of their history.
    """

    def __init__(self, found: Findings) -> None:
        self.found = found
        self.states: dict[str, dict[str, tuple[int, Any]]] = {kind: {} for kind in REGISTERS}
        self._steps = {
            kind: (self.states[kind], register.stream.evolve, (0, register.stream.initial))
            for kind, register in REGISTERS.items()
        }

    def see(self, portion: Portion) -> None:
        steps, commit = self._steps, portion.commit.id
        for row, body in portion.events:
            kind, _, key = row[1].partition("-")
            if kind not in steps:
                continue  # a kind of stream that no command decides from
            known, evolve, nothing = steps[kind]
            version, state = known.get(key, nothing)
            if row[2] != version + 1:
                self.found.add("version_gap", commit, row[0], row[1], found=row[2], expected=version + 1)
            try:
                known[key] = row[2], evolve(state, body)
            except DAMAGE as error:
                known[key] = row[2], state
                self.found.add("event_impossible", commit, row[0], row[1], topic=row[3], why=str(error))

    def finish(self, connection: Connection) -> None:
        for kind, register in REGISTERS.items():
            self._compare(connection, kind, register)

    def _compare(self, connection: Connection, kind: str, register: Any) -> None:
        folded = self.states[kind]
        missing = set(folded)
        for row in streamed(connection, register.all(connection)):
            stream = register.stream.id(row[0])
            if row[0] not in folded:
                self.found.add("register_row_surplus", stream=stream, kind=kind, key=row[0])
                continue
            missing.discard(row[0])
            differing = _differing(register, row, *folded[row[0]])
            if differing:
                self.found.add(
                    "register_row_differs", stream=stream, kind=kind, key=row[0], fields=", ".join(differing)
                )
        for key in sorted(missing):
            self.found.add("register_row_missing", stream=register.stream.id(key), kind=kind, key=key)

    def accounts(self) -> dict[str, Account]:
        return {key: state for key, (_, state) in self.states["account"].items()}

    def held_fen(self) -> int:
        receipts: Iterator[Receipt] = (state for _, state in self.states["receipt"].values())
        return sum(receipt.open_fen for receipt in receipts)


def _differing(register: Any, row: Any, version: int, state: Any) -> list[str]:
    """Fields in which a register row is not the folded state."""
    try:
        live = register.state_of(row)
    except DAMAGE as error:
        return [str(error)]
    fields = [] if row[1] == version else ["version"]
    if live != state:
        fields += [name for name in register.fields if getattr(live, name) != getattr(state, name)]
    return fields


class Books:
    """Every entry balances; 201 is the sum of the personal balances, 219 that of the open receipts."""

    def __init__(self, found: Findings, fold: Fold) -> None:
        self.found = found
        self.fold = fold
        self.balances: dict[str, int] = defaultdict(int)
        self._held_before_fen = 0

    def see(self, portion: Portion) -> None:
        balances, commit = self.balances, portion.commit.id
        for row, body in portion.events:
            if not body.moves_money:
                continue
            try:
                lines = post(body)
            except DAMAGE as error:
                self.found.add("event_impossible", commit, row[0], row[1], topic=row[3], why=str(error))
                continue
            difference = 0
            for code, fen in lines:
                balances[code] += fen
                difference += fen
            if difference:
                self.found.add("entry_unbalanced", commit, row[0], row[1], difference=format_fen(difference))
            if isinstance(body, general_ledger.Opened):
                # Other people's money that an older system kept in 219 is no receipt of ours.
                self._held_before_fen += body.balances.get(HELD, 0)

    def finish(self, connection: Connection) -> None:
        persons_fen = sum(one.balance_fen for one in self.fold.accounts().values())
        if -self.balances[MEMBERS] != persons_fen:
            self.found.add(
                "members_differ", books=format_fen(-self.balances[MEMBERS]), persons=format_fen(persons_fen)
            )
        books_fen, receipts_fen = self._held_before_fen - self.balances[HELD], self.fold.held_fen()
        if books_fen != receipts_fen:
            self.found.add("held_differ", books=format_fen(books_fen), receipts=format_fen(receipts_fen))


class Contributions:
    """Recorded amounts are what base, rate and the named versions of the parameters give (第四、五条)."""

    def __init__(self, found: Findings, book: PolicyBook) -> None:
        self.found = found
        self.book = book
        self.share_fen = cache(self._share_fen)

    def see(self, portion: Portion) -> None:
        for row, body in portion.events:
            if isinstance(body, Deposited):
                self._perform_again(portion.commit.id, row, body)

    def _perform_again(self, commit: int, row: Any, body: Deposited) -> None:
        try:
            due_fen = self.share_fen(body.base_fen, body.rate, body.parameters)
        except Refusal as refusal:
            self.found.add(refusal.code, commit, row[0], row[1], **refusal.facts)
            return
        if body.employer_fen == due_fen == body.employee_fen:
            return
        self.found.add(
            "amount_not_by_rule",
            commit,
            row[0],
            row[1],
            employer=format_fen(body.employer_fen),
            employee=format_fen(body.employee_fen),
            base=format_fen(body.base_fen),
            rate=str(body.rate),
            due=format_fen(due_fen),
        )

    def _share_fen(self, base_fen: int, rate: Any, parameters: tuple[str, ...]) -> int:
        named = {version.partition("@")[0]: version for version in parameters}
        rounding = self.book.version(named.get("contribution_rounding", "contribution_rounding@"))
        share: int = monthly_share(base_fen, rate, rounding.value)
        return share

    def finish(self, connection: Connection) -> None:
        """Everything was said on the way."""


class Balances:
    """The personal balances once more, by one SQL statement over the JSON of the events."""

    def __init__(self, found: Findings, fold: Fold) -> None:
        self.found = found
        self.fold = fold

    def see(self, portion: Portion) -> None:
        """Needs none of them: it asks the database itself."""

    def finish(self, connection: Connection) -> None:
        if self.found.counts["event_unreadable"]:
            return  # what cannot be read cannot be summed; it has been said already
        folded = self.fold.accounts()
        for key, summed_fen in streamed(connection, text(BALANCES[connection.dialect.name])):
            account = folded.get(key, Account())
            if account.balance_fen != summed_fen:
                self.found.add(
                    "balance_differs",
                    stream=f"account-{key}",
                    account=key,
                    folded=format_fen(account.balance_fen),
                    summed=format_fen(int(summed_fen)),
                )


class Requests:
    """Every commit's key is on record with the same request, so that no request can be done twice."""

    def __init__(self, found: Findings) -> None:
        self.found = found

    def see(self, portion: Portion) -> None:
        """Needs none of them: it asks the database itself."""

    def finish(self, connection: Connection) -> None:
        commit, record = tables.commit, tables.idempotency
        same = (record.c.key == commit.c.key) & (record.c.commit_id == commit.c.id)
        same &= record.c.request_hash == commit.c.request_hash
        for one, other, number in ((commit, record, commit.c.id), (record, commit, record.c.commit_id)):
            alone = select(one.c.key, number).select_from(one.outerjoin(other, same))
            for key, commit_id in streamed(connection, alone.where(other.c.key.is_(None))):
                self.found.add("request_key_differs", commit_id, key=key)


def streamed(connection: Connection, asked: Any) -> Any:
    """Rows as they come, never all of them at once."""
    return connection.execute(asked, execution_options={"yield_per": _ROWS_AT_ONCE})
