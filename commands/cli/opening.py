"""Which ledger a command works on, and by which figures of the city's own.

The ledger is ``--ledger``, else PROVIDENT_LEDGER, else ``sqlite:///provident.db``. What only a city can set, such as its
average wage, stands in ``policy.yaml`` beside the ledger's file (for PostgreSQL: in the working folder), or in the
file of ``--policy`` or PROVIDENT_POLICY.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from commands.cli.output import wrong_use

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from commands.desk import Desk
    from ledger.policy.parameters import PolicyBook
    from ledger.store.database import Database

DEFAULT_LEDGER: Final = "sqlite:///provident.db"
OWN_FIGURES: Final = "policy.yaml"


def ledger_url() -> str:
    """The URL of the ledger that the command line was asked to work on."""
    url: str = click.get_current_context().find_root().params["ledger"]
    return url


def shown_url(url: str) -> str:
    """The URL without its password."""
    from sqlalchemy import make_url

    return make_url(url).render_as_string(hide_password=True)


@contextmanager
def open_database(url: str = "") -> Iterator[Database]:
    """A database, whether or not it holds a ledger yet; refuses ``database_unreachable``."""
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError

    from ledger.refusal import Refusal
    from ledger.store.database import Database

    url = url or ledger_url()
    try:
        database = Database(url)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise wrong_use(f"--ledger: {error}") from None
    try:
        database.engine.connect().close()
        yield database
    except OperationalError as error:
        raise Refusal(
            "database_unreachable", url=shown_url(url), problem=str(error.orig).strip().split("\n")[0]
        ) from None
    finally:
        database.close()


@contextmanager
def open_desk(
    url: str = "", clock: Callable[[], datetime] | None = None, book: PolicyBook | None = None
) -> Iterator[Desk]:
    """The desk of the ledger; refuses ``ledger_missing`` and ``database_unreachable``."""
    from commands.desk import Desk
    from ledger.dates import utc_now
    from ledger.refusal import Refusal

    url = url or ledger_url()
    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).is_file():
        raise Refusal("ledger_missing", url=url)  # asking must not leave an empty file behind
    with open_database(url), Desk(url, clock or utc_now, book or own_book(url)) as desk:
        yield desk


@contextmanager
def reading(desk: Desk) -> Iterator[Connection]:
    """A reading connection after every view has been brought up to the newest commit."""
    from projections.views import all_views
    from projections.views.view import catch_up

    database = desk.ledger.database
    for view in all_views(desk.present_book()):
        catch_up(database, view)
    with database.reading() as connection:
        yield connection


def own_book(url: str = "") -> PolicyBook:
    """The bundled parameters and the city's own figures."""
    from ledger.policy.loading import PackError, load_own_values
    from ledger.policy.parameters import PolicyBook

    book, file = PolicyBook.bundled(), _own_figures(url or ledger_url())
    if file is None:
        return book
    try:
        return book.with_values(*load_own_values(file.read_text("utf-8"), book.parameters, str(file)))
    except (PackError, OSError, UnicodeDecodeError) as error:
        raise wrong_use(str(error)) from None


def _own_figures(url: str) -> Path | None:
    context = click.get_current_context(silent=True)
    named = context.find_root().params.get("policy") if context else None
    if named:
        return Path(named)
    beside = Path(url.removeprefix("sqlite:///")).parent if url.startswith("sqlite:///") else Path()
    return beside / OWN_FIGURES if (beside / OWN_FIGURES).is_file() else None


def today() -> date:
    """The business day in Shanghai."""
    from ledger.dates import business_day, utc_now

    return business_day(utc_now())
