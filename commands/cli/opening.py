"""Which ledger a command works on: ``--ledger``, else PROVIDENT_LEDGER, else ``sqlite:///provident.db`` here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from commands.desk import Desk
    from ledger.store.database import Database

DEFAULT_LEDGER: Final = "sqlite:///provident.db"


def ledger_url() -> str:
    """The URL of the ledger that the command line was asked to work on."""
    url: str = click.get_current_context().find_root().params["ledger"]
    return url


def open_desk(clock: Callable[[], datetime] | None = None) -> Desk:
    """The desk of that ledger, to be used in a ``with``; refuses ``ledger_missing``."""
    from commands.desk import Desk
    from ledger.dates import utc_now

    return Desk(ledger_url(), clock or utc_now)


def open_database() -> Database:
    """The database of that ledger, whether or not it holds one yet."""
    from ledger.store.database import Database

    return Database(ledger_url())
