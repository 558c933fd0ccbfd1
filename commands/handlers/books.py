"""Commands about the books: accrual of interest, entries of bank and treasury, month and year close, distribution.

财会字〔1999〕33号. They decide from the journal, which the desk brings up to date before each of them.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from commands.handlers.interest import terms_known
from commands.handlers.registry import Work, command
from commands.law import explanation, versions
from commands.schemas import books as schemas
from ledger.books.posting import MEMBERS, RESULT, UNDISTRIBUTED
from ledger.dates import days_after, first_day, format_month, fund_year_of, last_day, month_of
from ledger.policy.rules.interest import accrue
from ledger.refusal import Refusal
from ledger.streams import period as periods
from ledger.streams import result as results
from ledger.streams import year as years
from projections.registers import REGISTERS
from projections.views.journal import balance_fen, daily_turnover, require_current, result_accounts

METHOD: Final = "财会字〔1999〕33号"


@command("accrue_interest", schemas.OfMonth, clause=METHOD, zh="计提应付利息", needs_journal=True)
def accrue_interest(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Accrues the members' interest of a month: the product of the daily balances of 201 at the rate of its last day.

    What the accounts are really due differs a little and is trued up on 30 June. Refuses ``month_closed``,
    ``already_accrued`` and ``month_in_settled_year``.
    """
    month = given["month"]
    first, last = first_day(month), last_day(month)
    require_current(work.uow.connection, work.uow.head.event_id)
    if given["on"] < last:
        raise Refusal("month_not_over", month=format_month(month), on=str(given["on"]))
    state = work.uow.state("period", periods.key(month))
    if work.uow.state("year", years.key(fund_year_of(last))).status == "settled" and not state.accrued:
        raise Refusal("month_in_settled_year", month=format_month(month))
    terms = terms_known(work)(first, days_after(last, 1), last)
    connection = work.uow.connection
    moved = [(day.toordinal(), -fen, 0) for day, fen in daily_turnover(connection, MEMBERS, first, last)]
    opening_fen = -balance_fen(connection, MEMBERS, effective_to=days_after(first, -1))
    found = accrue(terms, opening_fen, moved)
    accrued = periods.InterestAccrued(
        effective_on=last,
        amount_fen=found.carried_fen,
        products=sum(carried for carried, _ in found.products),
        rate=terms.rates[0],
        parameters=terms.parameters,
    )
    work.add("period", periods.key(month), periods.accrue(state, month, accrued))
    return {"month": format_month(month), "amount_fen": found.carried_fen}


@command("book_entry", schemas.BookEntry, clause=METHOD, zh="记账")
def book_entry(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Books an entry by which no money leaves: bank interest, fees due, cash of the result. Refuses ``month_closed``."""
    return _book(work, given)


@command("pay_entry", schemas.PayEntry, clause=METHOD, zh="支付手续费、上缴财政", pays=True)
def pay_entry(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Books an entry by which money leaves: fees paid, shares of the result paid to the treasury."""
    return _book(work, given)


def _book(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    month = month_of(given["on"])
    booked = periods.EntryBooked(
        effective_on=given["on"], kind=given["kind"], amount_fen=given["amount"], reference=given["reference"]
    )
    key = periods.key(month)
    if not work.booked_before("period", key, booked):
        work.add("period", key, periods.book(work.uow.state("period", key), month, booked))
    return {"month": format_month(month), "amount_fen": given["amount"]}


@command("close_month", schemas.OfMonth, clause=METHOD, zh="月末结账", needs_journal=True)
def close_month(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Closes a month: income and expense go to 311, and what is learned later about it is posted in the open month.

    Refuses ``month_closed``, ``month_not_over``, ``months_close_in_order`` and ``not_accrued``.
    """
    month, connection = given["month"], work.uow.connection
    require_current(connection, work.uow.head.event_id)
    balances = result_accounts(connection, format_month(month))
    closed = periods.Closed(effective_on=last_day(month), balances=balances)
    state = work.uow.state("period", periods.key(month))
    events = periods.close(state, month, _last_closed(work), given["on"], closed)
    work.add("period", periods.key(month), events)
    return {"month": format_month(month), "result_fen": -sum(balances.values())}


def _last_closed(work: Work) -> int:
    closed = REGISTERS["period"].keys_where(work.uow.connection, status="closed")
    return max(map(periods.month_of_key, closed), default=0)


@command("close_year", schemas.CloseYear, clause=METHOD, zh="年终结转", needs_journal=True)
def close_year(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Takes the year's result from 311 to 321; a loss stays there to be made good. Refuses ``december_open``."""
    year, connection = given["year"], work.uow.connection
    require_current(connection, work.uow.head.event_id)
    december = month_of(date(year, 12, 1))
    result_fen = -balance_fen(connection, RESULT, posted_to=date(year, 12, 31))
    closed = results.Closed(effective_on=date(year, 12, 31), result_fen=result_fen)
    state = work.uow.state("result", results.key(year))
    events = results.close(state, year, _last_closed(work) == december, closed)
    work.add("result", results.key(year), events)
    return {"year": year, "result_fen": result_fen}


@command(
    "distribute",
    schemas.Distribute,
    clause="住房公积金管理条例 第二十九条",
    zh="增值收益分配",
    needs_journal=True,
)
def distribute(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Distributes the year's result: reserve by the province's rule, approved management cost, the rest for housing.

    Refuses ``missing_parameter`` where the province has not said how the reserve is drawn, and ``use_not_allowed`` for
    a share that the law of the year's last day knows no use for. What the reserve lacks of the required one is told.
    """
    year, connection = given["year"], work.uow.connection
    require_current(connection, work.uow.head.event_id)
    last, before = date(year, 12, 31), date(year - 1, 12, 31)
    state: results.Result = work.uow.state("result", results.key(year))
    if state.status != "closed":
        raise Refusal("year_books_open" if not state.status else "already_distributed", year=year)
    loss_fen = max(0, balance_fen(connection, UNDISTRIBUTED, posted_to=before))
    available_fen = state.result_fen - loss_fen
    outcome = work.law.decide(
        "risk_reserve_required",
        last,
        value_added_income_fen=max(0, available_fen),
        loan_balance_fen=_loans_fen(work, last),
        loan_balance_before_fen=_loans_fen(work, before),
        reserve_before_fen=max(0, -balance_fen(connection, "301", posted_to=last)),
    )
    reserve_fen = min(outcome.values["required_fen"], max(0, available_fen))
    uses = work.law.parameter("value_added_income_uses", last)
    distributed = results.Distributed(
        effective_on=last,
        loss_before_fen=loss_fen,
        reserve_fen=reserve_fen,
        management_fen=given["management"],
        housing_fen=available_fen - reserve_fen - given["management"],
        parameters=(*versions(outcome), uses.version),
        explanation=explanation(outcome),
        uses=results.uses_among(uses.value),
        booked_on=given["on"],
    )
    work.add("result", results.key(year), results.distribute(state, year, distributed))
    return {
        "year": year,
        "available_fen": available_fen,
        "reserve_fen": reserve_fen,
        "management_fen": given["management"],
        "housing_fen": distributed.housing_fen,
        "reserve_short_fen": results.reserve_short_fen(distributed),
    }


def _loans_fen(work: Work, on: date) -> int:
    return sum(max(0, balance_fen(work.uow.connection, code, posted_to=on)) for code in ("121", "122"))
