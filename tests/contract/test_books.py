"""The books: closed months stay as they were, vouchers have no gaps, the statements balance as of and as known on a day."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from commands.desk import Desk
from ledger.books.posting import post
from ledger.policy.parameters import PolicyBook
from ledger.streams import period
from projections.replay.rebuild import replay
from projections.replay.verify import verify
from projections.views import all_views
from projections.views.books import balance_sheet, distribution, gain, subledger
from projections.views.journal import CLOSED, VOUCHER
from projections.views.view import catch_up


@pytest.fixture
def kept(desk: Desk, clock: Any) -> Desk:
    """Books of July and August, both closed, with a contribution and bank interest in each."""

    def on(day: str, command: str, **content: Any) -> None:
        clock.on(date.fromisoformat(day))
        desk.do(command, {"on": day, **content})

    on("2019-07-01", "register_employer", employer="E1", rate="0.12")
    on("2019-07-01", "open_account", account="A1", employer="E1", base="5000.00")
    for month, following in (("2019-07", "2019-08"), ("2019-08", "2019-09")):
        on(f"{month}-10", "deposit", account="A1", month=month)
        on(f"{month}-21", "book_entry", kind="bank_interest_received", amount="30.00", reference="回单")
        on(f"{following}-01", "accrue_interest", month=month)
        on(f"{following}-01", "close_month", month=month)
    return desk


def shown(desk: Desk, question: Any, *arguments: Any) -> Any:
    for view in all_views(desk.present_book()):
        catch_up(desk.ledger.database, view)
    with desk.ledger.database.reading() as connection:
        return question(connection, *arguments)


def vouchers(desk: Desk) -> list[Any]:
    asked = select(VOUCHER).order_by(VOUCHER.c.period, VOUCHER.c.number, VOUCHER.c.line)
    return shown(desk, lambda connection: list(connection.execute(asked)))


def test_what_is_learned_about_a_closed_month_is_posted_in_the_open_one_with_its_value_date(
    kept: Desk, clock: Any
) -> None:
    before = shown(kept, balance_sheet, date(2019, 8, 31))
    clock.on(date(2019, 9, 5))
    kept.do("reverse", {"on": "2019-09-05", "account": "A1", "month": "2019-08", "reason": "错缴"})
    late = [one for one in vouchers(kept) if one.command == "reverse"]
    assert {(one.effective_on, one.posted_on, one.period) for one in late} == {
        (date(2019, 8, 10), date(2019, 9, 5), "2019-09")
    }
    assert shown(kept, balance_sheet, date(2019, 8, 31)) == before
    assert shown(kept, balance_sheet, date(2019, 9, 30)).liabilities["219"] == 120000


def test_vouchers_are_numbered_without_gaps_in_each_month(kept: Desk, clock: Any) -> None:
    clock.on(date(2019, 9, 5))
    kept.do("reverse", {"on": "2019-09-05", "account": "A1", "month": "2019-08", "reason": "错缴"})
    numbers: dict[str, list[int]] = {}
    for one in vouchers(kept):
        of_month = numbers.setdefault(one.period, [])
        if one.number not in of_month:
            of_month.append(one.number)
    assert list(numbers) == ["2019-07", "2019-08", "2019-09"]
    assert all(given == list(range(1, len(given) + 1)) for given in numbers.values())
    assert len(numbers["2019-07"]) == 4


def test_the_balance_sheet_balances_on_every_day(kept: Desk) -> None:
    for day in (date(2019, 7, 9), date(2019, 7, 31), date(2019, 8, 31)):
        sheet = shown(kept, balance_sheet, day)
        assert sheet.assets_fen == sheet.claims_fen
    assert sheet.assets["101"] == 246000
    # 22 days on 1,200.00, then 31 on it and 22 on as much again, at 1.5 % over 360
    assert sheet.liabilities["211"] == 110 + 265
    assert sheet.net_assets["311"] == 6000 - 375


def test_the_balance_sheet_as_known_on_a_day_leaves_out_what_was_recorded_later(kept: Desk) -> None:
    sheet = shown(kept, balance_sheet, date(2019, 7, 31), date(2019, 7, 31))
    assert (sheet.net_assets["401"], sheet.net_assets["311"]) == (3000, 0)
    assert sheet.assets_fen == sheet.claims_fen


def test_the_gain_statement_shows_the_month_and_the_year_so_far(kept: Desk) -> None:
    found = shown(kept, gain, "2019-08")
    assert found.income == {"401.deposits": (3000, 6000)}
    assert found.expense == {"411.members": (265, 375)}
    assert found.result_fen() == (2735, 5625)


def test_the_subledger_runs_to_the_balance(kept: Desk) -> None:
    lines = shown(kept, subledger, "211", date(2019, 8, 1), date(2019, 8, 31))
    assert [(one["credit_fen"], one["balance_fen"]) for one in lines] == [(265, 375)]
    assert lines[0]["voucher"] == "2019-08-0003"


def test_a_year_that_was_not_closed_has_nothing_to_distribute_yet(kept: Desk) -> None:
    assert shown(kept, distribution, 2019)["status"] == "open"


def test_the_books_are_the_same_when_they_are_built_again(kept: Desk, book: PolicyBook) -> None:
    assert [one.period for one in shown(kept, lambda c: list(c.execute(select(CLOSED))))] == [
        "2019-07",
        "2019-08",
    ]
    assert replay(kept.ledger.database, all_views(book)).equal
    assert verify(kept.ledger.database, book).sound


def test_verify_computes_an_accrual_again(kept: Desk, book: PolicyBook, tamperer: Any) -> None:
    tamperer.alter(
        "UPDATE event SET state = replace(state, '\"amount_fen\":265', '\"amount_fen\":266')"
        " WHERE topic = 'period.interest_accrued/1' AND stream_id = 'period-2019-08'"
    )
    codes = {finding.code for finding in verify(kept.ledger.database, book).findings}
    assert "accrual_not_by_rule" in codes


@pytest.mark.parametrize("kind", period.ENTRIES)
def test_every_kind_of_entry_balances(kind: str) -> None:
    lines = post(period.EntryBooked(effective_on=date(2019, 7, 1), kind=kind, amount_fen=5, reference="1"))
    assert sorted(fen for _, fen in lines) == [-5, 5]
