"""The chapters of the demonstration, in the order in which they are played."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from commands.cli.demo.city import show_books, show_duties, take_in
from commands.cli.demo.conduct import find_a_fraud
from commands.cli.demo.counter import serve, show_story
from commands.cli.demo.fund_year import close_the_books, close_the_year, publish_the_report
from commands.cli.demo.loans import lend
from commands.cli.demo.payments import pay
from commands.cli.demo.proof import prove, show_tampering
from commands.cli.demo.rolls import pay_a_roll, share_a_pool
from commands.cli.demo.stage import Stage
from commands.cli.demo.subsidies import grant_a_subsidy
from commands.cli.demo.transfers import transfer

CHAPTERS: Final[tuple[Callable[[Stage], None], ...]] = (
    take_in,
    serve,
    find_a_fraud,
    close_the_year,
    close_the_books,
    publish_the_report,
    grant_a_subsidy,
    transfer,
    pay_a_roll,
    share_a_pool,
    show_books,
    show_duties,
    show_story,
    lend,
    pay,
    prove,
    show_tampering,
)
"""Each plays on the ledger as the one before left it; the proof comes after all that is done to the ledger."""
