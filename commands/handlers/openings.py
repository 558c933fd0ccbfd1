"""Commands that take over an older system's books: the general-ledger opening and the personal balances."""

from __future__ import annotations

from typing import Any

from commands.handlers.deposits import check_owner
from commands.handlers.registry import Work, command
from commands.schemas import collection as schemas
from ledger.books.chart import CHART
from ledger.dates import format_month
from ledger.refusal import LineRefusal, Refusal
from ledger.streams import account as accounts
from ledger.streams import general_ledger

BOOKS = "books"
"""The one general ledger of a centre."""


@command("open_books", schemas.OpenBooks, clause="财会字〔1999〕33号", zh="期初余额")
def open_books(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Opens the books with a trial balance, balanced to the fen."""
    balances: dict[str, int] = {}
    for side, sign in (("debits", 1), ("credits", -1)):
        for code, fen in given[side].items():
            balances[code] = balances.get(code, 0) + sign * fen
    opened = general_ledger.Opened(effective_on=given["on"], balances=balances, source=given["source"])
    state = work.uow.state("general_ledger", BOOKS)
    work.add("general_ledger", BOOKS, general_ledger.open_books(state, opened, frozenset(CHART)))
    return {"debits_fen": general_ledger.debits_fen(opened), "members_fen": -balances.get("201", 0)}


@command("take_over", schemas.TakeOver, clause="GB/T 51271-2017 账户结转", zh="个人期初余额")
def take_over(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Takes over personal balances; each is attributed from the members' total of the opening.

    In mid-year a line may bring the older system's products since 1 July, so that the whole year earns. Refuses
    ``products_negative``, ``products_without_year`` and ``products_unexplained``.
    """
    states = work.uow.load("account", [line["account"] for line in given["lines"]])
    refused: list[LineRefusal] = []
    taken_fen = 0
    for number, line in enumerate(given["lines"], start=1):
        account = line["account"]
        paid_up_to = line["paid_up_to"]
        taken = accounts.BalanceTakenOver(
            effective_on=given["on"],
            carried_fen=line["carried"],
            current_fen=line["current"],
            months=line["months"],
            paid_up_to=format_month(paid_up_to) if paid_up_to else "",
            carried_products=line.get("carried_products", 0),
            current_products=line.get("current_products", 0),
            products_source=line.get("products_source", ""),
        )
        try:
            check_owner(states[account], account, line.get("employer"), line.get("person", ""))
            events = accounts.take_over(work.account(account), account, taken)
        except Refusal as refusal:
            refused.append(LineRefusal(line.get("row", number), "account", refusal))
            continue
        work.add("account", account, events)
        taken_fen += taken.carried_fen + taken.current_fen
    work.refuse_lines(refused, len(given["lines"]), given["accept_good_rows"])
    return {"accounts": len(states) - len(refused), "left_out": len(refused), "taken_fen": taken_fen}
