"""The command line of the fund year and of the books: what a treasurer types on 30 June and at the end of a month."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from click.testing import CliRunner, Result

from commands.cli import main
from commands.desk import Desk

Provident = Callable[..., Result]


@pytest.fixture
def provident(sqlite_url: str, open_desk: Callable[..., Desk], clock: Any) -> Provident:
    """The command line on a ledger with one account, a contribution of July 2019 and bank interest."""
    desk = open_desk(sqlite_url)
    for day, command, content in (
        (date(2019, 7, 1), "register_employer", {"employer": "E1", "rate": "0.12"}),
        (date(2019, 7, 1), "open_account", {"account": "A1", "employer": "E1", "base": "5000.00"}),
        (date(2019, 7, 10), "deposit", {"account": "A1", "month": "2019-07"}),
        (
            date(2019, 7, 21),
            "book_entry",
            {"kind": "bank_interest_received", "amount": "30.00", "reference": "1"},
        ),
    ):
        clock.on(day)
        desk.do(command, {"on": day.isoformat(), **content}, actor="clerk")

    def run(*words: str, lang: str = "en") -> Result:
        return CliRunner().invoke(main, ["--ledger", sqlite_url, "--lang", lang, *words])

    return run


def asked(result: Result) -> Any:
    """The answer as JSON, of a command that was done."""
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_year_is_settled_once_and_a_second_run_says_so(provident: Provident) -> None:
    first = asked(provident("year", "settle", "2019", "--on", "2020-06-30", "--json"))
    assert (first["interest_fen"], first["already_settled"]) == (1785, False)
    commits = asked(provident("status", "--json"))["commits"]
    assert asked(provident("year", "settle", "2019", "--json"))["already_settled"]
    assert asked(provident("status", "--json"))["commits"] == commits
    assert "已于 2020-06-30 结息" in provident("year", "settle", "2019", lang="zh").output


def test_a_year_that_is_not_over_is_refused_with_its_clause(provident: Provident) -> None:
    refused = provident("year", "settle", "2019", "--on", "2020-06-29", "--json")
    assert refused.exit_code == 3
    assert json.loads(refused.stdout)["refused"]["code"] == "year_not_over"


def test_what_comes_late_is_shown_with_the_interest_due_and_adjusted(provident: Provident) -> None:
    provident("year", "settle", "2019", "--on", "2020-06-30")
    provident("do", "make_up", "account=A1", "months=2019-08", "on=2020-06-01")
    assert asked(provident("year", "show", "2019", "--json"))["late"] == [
        {"account": "A1", "movements": 1, "adjusted_fen": 0, "due_fen": 150}
    ]
    assert "1.50" in provident("year", "show", "2019").output
    assert asked(provident("year", "adjust", "2019", "A1", "--json"))["result"]["adjusted_fen"] == 150
    assert asked(provident("year", "show", "2019", "--json"))["late"][0]["due_fen"] == 0


def test_why_computes_an_interest_again_by_its_rule(provident: Provident) -> None:
    provident("year", "settle", "2019", "--on", "2020-06-30")
    event = asked(provident("account", "history", "A1", "--json"))
    number = next(one["event_id"] for one in _lines(event) if one["topic"] == "account.interest_credited/1")
    facts = asked(provident("why", str(number), "--json"))
    assert facts["performed_again"]["equal"]
    assert facts["performed_again"]["outcome"]["values"]["current_products"] == 120000 * 357
    assert "42840000 fen-days" in provident("why", str(number)).output


def _lines(answer: Any) -> list[Any]:
    return answer if isinstance(answer, list) else answer["events"]


def test_a_month_is_accrued_and_closed_and_its_statements_balance(provident: Provident) -> None:
    assert asked(provident("books", "accrue", "2019-07", "--json"))["result"]["amount_fen"] == 110
    assert asked(provident("books", "close-month", "2019-07", "--json"))["result"]["result_fen"] == 2890
    sheet = asked(provident("books", "balance-sheet", "--as-of", "2019-07-31", "--json"))
    assert sheet["assets_fen"] == sheet["claims_fen"] == 123000
    assert asked(provident("books", "gain", "2019-07", "--json"))["result_fen"] == [2890, 2890]
    lines = asked(
        provident("books", "subledger", "311", "--from", "2019-07-01", "--to", "2019-07-31", "--json")
    )
    assert [one["balance_fen"] for one in lines] == [2890]
    assert provident("books", "close-month", "2019-07").exit_code == 3
    for words in (("balance-sheet", "--as-of", "2019-07-31"), ("gain", "2019-07"), ("distribution", "2019")):
        assert provident("books", *words, lang="zh").exit_code == 0
    assert "28.90" in provident("books", "gain", "2019-07").output
