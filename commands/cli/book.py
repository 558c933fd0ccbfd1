"""The policy book that the command line answers from: bundled, the city's own figures, what the ledger published."""

from __future__ import annotations

from pathlib import Path

from commands.cli.opening import ledger_url, open_database, own_book
from ledger.policy.parameters import PolicyBook


def book_in_force() -> PolicyBook:
    """The book as the ledger stands; without a ledger, the bundled parameters and the city's own figures.

    A question about the law makes no ledger: a file that is not there stays absent.
    """
    url = ledger_url()
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).is_file():
        return own_book()
    from commands.policy_book import LedgerBook

    with open_database(url) as database:
        if not database.is_migrated():
            return own_book()
        with database.reading() as connection:
            return LedgerBook(own_book()).on(connection)
