"""The policy book as the ledger stands: the bundled packs and everything that was published in it."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from ledger.policy.parameters import PolicyBook
from ledger.streams.parameter import book_of
from projections.registers import REGISTERS

Mark = tuple[int, int]


class LedgerBook:
    """Keeps the book of one ledger, and makes it anew only when a parameter has changed since.

    The mark of the register (how many parameters, how many events of theirs) is one short question; the
    versions of streams only grow, so an equal mark is the same content.
    """

    def __init__(self, base: PolicyBook) -> None:
        self.base = base
        self._mark: Mark = (0, 0)
        self._book = base

    def on(self, connection: Connection) -> PolicyBook:
        """The book as this transaction sees it."""
        register = REGISTERS["parameter"]
        columns = register.table.c
        asked = select(func.count(), func.coalesce(func.sum(columns.version), 0)).select_from(register.table)
        count, versions = connection.execute(asked).one()
        if (count, versions) != self._mark:
            rows = connection.execute(register.all(connection))
            self._book = book_of(self.base, [register.state_of(row) for row in rows])
            self._mark = (count, versions)
        return self._book
