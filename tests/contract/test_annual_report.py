"""The annual report as files and at the command line: the same bytes, genuine or not, as known on a day, restated."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import python_calamine
from click.testing import CliRunner, Result
from sqlalchemy import text

from commands.cli import main
from commands.desk import Desk
from commands.handlers import reports as handler
from commands.reports import produce_report, report_state
from ledger.refusal import Refusal
from projections.replay.verify import verify
from projections.views.annual_report import AnnualReport, annual_report, known_through
from projections.views.obligations import Obligations, obligations
from projections.views.view import catch_up
from tests.conftest import OpenDesk
from tests.contract.statement_story import live

ON = date(2020, 7, 3)
FACTS = {
    "committee_members": 25,
    "committee_meetings": 2,
    "staff_established": 40,
    "status": "市政府直属事业单位",
    "policy": ["缴存基数上限调整"],
}


@pytest.fixture
def story(desk: Desk, clock: Any) -> Desk:
    live(desk, clock)
    return desk


def publish(desk: Desk, reason: str = "") -> str:
    """Facts, books, draft, review, publication: the content that was published."""
    desk.do("record_report_facts", {"on": ON, "year": 2019, "facts": FACTS, "source": "办公室"})
    drafted = desk.do("draft_report", {"on": ON, "year": 2019}).result
    desk.do("review_report", {"on": ON, "year": 2019, "resolution": "管委会〔2020〕1号"}, actor="committee")
    desk.do("publish_report", {"on": ON, "year": 2019, "where": "中心网站", "reason": reason})
    return str(drafted["content"])


@pytest.fixture
def published(desk: Desk, clock: Any) -> Desk:
    """A small year with its books closed and its report published."""
    clock.on(date(2019, 12, 12))
    desk.do("register_employer", {"on": "2019-12-02", "employer": "E1", "rate": "0.12"})
    for account in ("A1", "A2"):
        desk.do("open_account", {"on": "2019-12-02", "account": account, "employer": "E1", "base": "5000"})
    desk.do("remit", {"on": "2019-12-12", "employer": "E1", "month": "2019-12"})
    clock.on(ON)
    desk.do("accrue_interest", {"on": ON, "month": "2019-12"})
    desk.do("close_month", {"on": ON, "month": "2019-12"})
    desk.do("close_year", {"on": ON, "year": 2019})
    publish(desk)
    return desk


def test_while_a_report_is_computed_others_go_on_writing(
    story: Desk, ledger_url: str, open_desk: OpenDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The report says with which event it was drafted; what came meanwhile belongs to the next draft."""
    other = open_desk(ledger_url)

    def meanwhile(*arguments: Any) -> AnnualReport:
        other.do("register_employer", {"on": ON, "employer": "E9", "rate": "0.12"})
        return annual_report(*arguments)

    monkeypatch.setattr(handler, "annual_report", meanwhile)
    story.do("draft_report", {"on": ON, "year": 2019})
    drafted = report_state(story, 2019).editions[-1]
    registered = story.ledger.stream("employer-E9")[0]
    assert drafted.known_through < registered.id


def test_the_files_of_a_report_are_the_same_bytes_wherever_they_are_made(story: Desk, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        made = produce_report(story, 2019, tmp_path / folder, ON)
    assert made["broken"] == []
    for name in ("2019-annual-report.pdf", "2019-annual-report.xlsx", "2019-annual-report.json"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    assert (tmp_path / "one" / "2019-annual-report.pdf").read_bytes().startswith(b"%PDF")


def test_a_file_that_is_there_with_its_recorded_digest_is_left_alone(story: Desk, tmp_path: Path) -> None:
    produce_report(story, 2019, tmp_path, ON)
    again = produce_report(story, 2019, tmp_path, ON)
    assert again["kept"] == 3


def test_the_workbook_has_the_figures_to_the_fen_and_charts_of_its_own(story: Desk, tmp_path: Path) -> None:
    made = produce_report(story, 2019, tmp_path, ON, ["xlsx"])
    path = tmp_path / "2019-annual-report.xlsx"
    sheet = python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_name("年度报告")
    rows = {str(row[0]).strip("　"): row[2] for row in sheet.to_python()}
    figures = report_state(story, 2019).editions[-1].figures
    assert Decimal(str(rows["年末缴存余额"])) * 100 == figures["balance"]
    assert b"xl/charts/chart2.xml" in path.read_bytes()
    assert made["edition"] == 1


def test_the_balance_of_the_report_is_the_sum_of_the_accounts_on_its_last_day(story: Desk) -> None:
    with story.ledger.database.reading() as connection:
        found = annual_report(connection, story.present_book(), 2019, known_through(connection))
    from ledger.streams.account import as_of

    fen = sum(
        as_of(story.ledger.stream(f"account-A{number}"), date(2019, 12, 31)).balance_fen
        for number in range(1, 8)
    )
    assert found.figures["balance"] == fen
    assert found.months[-1].balance == fen
    assert found.broken() == ()


def test_a_report_that_was_recorded_otherwise_than_the_events_say_is_found(published: Desk) -> None:
    database = published.ledger.database
    assert verify(database, published.present_book()).sound
    with database.writing() as connection:
        editions = connection.execute(text("SELECT editions FROM register_report")).scalar_one()
        altered = editions.replace('"contributions":240000', '"contributions":240001')
        assert altered != editions
        connection.execute(text("UPDATE register_report SET editions = :editions"), {"editions": altered})
    counts = verify(database, published.present_book()).counts
    assert "register_row_differs" in counts


def test_figures_that_a_draft_recorded_wrongly_are_found_by_computing_them_again(
    published: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from commands.handlers import reports as handler

    right = handler.annual_report

    def wrong(*given: Any) -> Any:
        found = right(*given)
        found.figures["contributions"] += 1
        return found

    monkeypatch.setattr(handler, "annual_report", wrong)
    published.do("draft_report", {"on": ON, "year": 2018})
    assert "report_figures_differ" in verify(published.ledger.database, published.present_book()).counts


def test_publishing_late_is_late_for_ever_and_an_unpublished_year_is_open(
    published: Desk, clock: Any
) -> None:
    catch_up(published.ledger.database, Obligations())
    with published.ledger.database.reading() as connection:
        found = {
            one.subject: one
            for one in obligations(connection, date(2021, 4, 1))
            if one.kind == "publish_report"
        }
    assert (found["2019"].due_on, found["2019"].done_on, found["2019"].late_days) == (
        date(2020, 3, 31),
        ON,
        94,
    )
    assert (found["2020"].due_on, found["2020"].done_on, found["2020"].late_days) == (
        date(2021, 3, 31),
        None,
        1,
    )


def test_on_the_last_day_of_march_an_unpublished_report_is_not_late_yet(published: Desk) -> None:
    with published.ledger.database.reading() as connection:
        found = {
            one.subject: one
            for one in obligations(connection, date(2021, 3, 31))
            if one.kind == "publish_report"
        }
    assert found["2020"].late_days == 0


def test_a_restated_edition_stands_beside_the_first_which_is_made_again_as_it_was(
    published: Desk, clock: Any, tmp_path: Path
) -> None:
    produce_report(published, 2019, tmp_path, ON)
    first = (tmp_path / "2019-annual-report.pdf").read_bytes()
    clock.on(date(2020, 8, 3))
    published.do("reverse", {"on": "2019-12-12", "account": "A1", "month": "2019-12", "reason": "串户"})
    made = produce_report(published, 2019, tmp_path, date(2020, 8, 3))
    assert (made["edition"], made["status"], made["broken"]) == (2, "drafted", [])
    assert sorted(made["files"]) == [f"2019-annual-report-v2.{one}" for one in ("json", "pdf", "xlsx")]
    told = json.loads((tmp_path / "2019-annual-report-v2.json").read_text("utf-8"))
    assert (told["before"]["contributions"], told["figures"]["contributions"]) == (240_000, 120_000)
    (tmp_path / "again").mkdir()
    produce_report(published, 2019, tmp_path / "again", date(2020, 8, 3), ["pdf"], edition=1)
    assert (tmp_path / "again" / "2019-annual-report.pdf").read_bytes() == first
    with pytest.raises(Refusal, match="report_not_drafted"):
        produce_report(published, 2019, tmp_path, date(2020, 8, 3), edition=3)
    assert verify(published.ledger.database, published.present_book()).sound


# ---------------------------------------------------------------- at the command line

Provident = Callable[..., Result]


@pytest.fixture
def provident(sqlite_url: str, sqlite_desk: Desk, clock: Any) -> Provident:
    """The command line on the story's ledger."""
    live(sqlite_desk, clock)

    def run(*words: Any, lang: str = "en") -> Result:
        return CliRunner().invoke(main, ["--ledger", sqlite_url, "--lang", lang, *map(str, words)])

    return run


def test_a_report_goes_its_way_at_the_command_line_and_is_refused_where_it_lacks_something(
    provident: Provident, tmp_path: Path
) -> None:
    facts = tmp_path / "facts.yaml"
    facts.write_text(json.dumps(FACTS, ensure_ascii=False), "utf-8")
    day = ("--on", "2020-07-03")
    made = provident("year", "report", 2019, *day, "--out", tmp_path)
    assert made.exit_code == 0, made.output
    assert "committee_members" in made.output
    assert provident("report", "facts", 2019, facts, "--source", "办公室", *day).exit_code == 0
    assert provident("year", "report", 2019, *day, "--out", tmp_path, "--json").exit_code == 0
    refused = provident("report", "review", 2019, "--resolution", "1号", *day, "--by", "committee")
    assert (refused.exit_code, "report_facts_missing" in refused.output) == (3, True), refused.output
    assert provident("report", "publish", 2019, "--where", "网站", *day).exit_code == 3
    assert provident("year", "report", 2019, "--format", "docx", "--out", tmp_path).exit_code == 2


@pytest.mark.parametrize(("lang", "words"), [("en", "Identity"), ("zh", "勾稽关系")])
def test_the_figures_are_shown_as_known_on_a_day_without_a_draft(
    provident: Provident, lang: str, words: str
) -> None:
    shown = provident("report", "show", 2019, lang=lang)
    assert (shown.exit_code, words in shown.output) == (0, True), shown.output
    early = json.loads(provident("report", "show", 2019, "--known-on", "2019-08-31", "--json").output)
    late = json.loads(provident("report", "show", 2019, "--json").output)
    assert early["figures"]["withdrawals"] == 0 < late["figures"]["withdrawals"]
    assert early["content"] != late["content"]


def test_a_figure_leads_to_its_events_which_add_up_to_it(provident: Provident) -> None:
    figures = json.loads(provident("report", "show", 2019, "--json").output)["figures"]
    for figure in (
        "contributions",
        "withdrawn_rent",
        "contributions_corrected",
        "accounts_opened",
        "taken_over",
    ):
        told = json.loads(provident("report", "trace", 2019, figure, "--json").output)
        assert told["total"] == figures[figure]
    shown = provident("report", "trace", 2019, "withdrawn_rent", lang="zh")
    assert "12,345.67" in shown.output
    assert provident("report", "trace", 2019, "balance").exit_code == 3


def test_a_report_says_by_file_and_by_code_whether_it_is_genuine(
    provident: Provident, tmp_path: Path
) -> None:
    provident("year", "report", 2019, "--on", "2020-07-03", "--out", tmp_path)
    file = tmp_path / "2019-annual-report.json"
    genuine = provident("statement", "verify", file)
    assert (genuine.exit_code, "annual report of 2019" in genuine.output) == (0, True), genuine.output
    file.write_bytes(file.read_bytes().replace(b"1", b"2", 1))
    assert provident("statement", "verify", file).exit_code == 4
    code = "2019/annual-report/AAAA-AAAA-AAAA-AAAA"
    assert provident("statement", "verify", "--code", code).exit_code == 4
