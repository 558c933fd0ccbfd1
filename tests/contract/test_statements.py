"""Statements of a whole year: they add up, are the same bytes everywhere, and say whether they are genuine."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from commands import statements as producing
from commands.desk import Desk
from commands.statements import produce
from ledger.refusal import Refusal
from ledger.store.persons import KEY_VARIABLE
from ledger.store.unit_of_work import read_head
from projections.documents import rendering
from projections.documents.genuine import verify_code, verify_file
from projections.replay.rebuild import replay
from projections.views import all_views
from tests.contract.statement_story import ISSUED_ON, NAME, NUMBER, YEAR, add_persons, live

OpenDesk = Callable[..., Desk]


@pytest.fixture(autouse=True)
def person_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "07" * 32)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where documents go; the ledger's own files stand beside it."""
    made = tmp_path / "statements"
    made.mkdir()
    return made


@pytest.fixture
def city(sqlite_desk: Desk, clock: Any) -> Desk:
    """The story, settled, with the persons it is about."""
    live(sqlite_desk, clock)
    add_persons(sqlite_desk)
    return sqlite_desk


def issued(desk: Desk, folder: Path, **more: Any) -> Any:
    return produce(desk, YEAR, folder, ISSUED_ON, **more)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def events_of(desk: Desk) -> int:
    with desk.ledger.database.reading() as connection:
        return read_head(connection).event_id


def verdict(desk: Desk, path: Path) -> Any:
    with desk.ledger.database.reading() as connection:
        return verify_file(connection, path)


def correct(desk: Desk, clock: Any) -> None:
    """A contribution of the settled year is reversed after its statement was issued."""
    clock.on(date(2020, 9, 1))
    desk.do(
        "reverse",
        {"on": "2020-09-01", "account": "A2", "month": "2019-08", "reason": "错缴", "money": "held"},
        actor="clerk",
        approver="approver",
    )


# ---------------------------------------------------------------- the same bytes everywhere


def test_the_same_events_give_the_same_bytes_on_each_database_and_with_several_processes(
    city: Desk, postgresql_url: str, open_desk: OpenDesk, clock: Any, folder: Path
) -> None:
    issued(city, folder / "one")
    issued(city, folder / "two", processes=2)
    clock.on(date(2019, 6, 1))
    other = open_desk(postgresql_url)
    live(other, clock)
    add_persons(other)
    issued(other, folder / "three", processes=2)
    first = contents(folder / "one")
    assert len(first) == 18
    assert contents(folder / "two") == first
    assert contents(folder / "three") == first


def test_a_second_run_leaves_files_and_events_as_they_are_also_after_a_rebuild(
    city: Desk, folder: Path
) -> None:
    result = issued(city, folder)
    assert (result.made, result.kept, result.issued) == (18, 0, 3)
    before, events = contents(folder), events_of(city)
    replay(city.ledger.database, all_views(city.book))
    (folder / "E1" / "E1-2019-statement.pdf").unlink()
    (folder / "E2" / "E2-2019-employees.csv").write_bytes(b"something else")
    again = issued(city, folder)
    assert (again.made, again.kept, again.issued) == (2, 16, 0)
    assert contents(folder) == before
    assert events_of(city) == events


def test_an_interrupted_run_goes_on_where_it_stopped(
    city: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(producing, "RECORDED_AT_ONCE", 1)

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        issued(city, folder, tell=stop)
    result = issued(city, folder)
    assert (result.made, result.kept, result.issued) == (12, 6, 2)


def test_formats_asked_for_later_join_the_edition(city: Desk, folder: Path) -> None:
    assert issued(city, folder, formats=["csv"]).issued == 3
    assert issued(city, folder, formats=["json"]).issued == 0
    assert verdict(city, folder / "E1" / "E1-2019-statement.json").status == "genuine"


def test_bytes_that_differ_from_the_record_are_refused_and_the_other_employers_go_on(
    city: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    issued(city, folder / "one", formats=["pdf"])
    set_pdf = rendering.set_pdf
    monkeypatch.setattr(rendering, "set_pdf", lambda template, data, on: set_pdf(template, data, on) + b"%")
    result = issued(city, folder / "two", formats=["csv", "pdf"])
    assert {one.code for one in result.refused} == {"statement_renders_differently"}
    assert issued(city, folder / "three", formats=["csv"]).employers == 3


# ---------------------------------------------------------------- what stands in them


def test_the_workbook_and_the_tables_have_the_figures_of_the_ledger(city: Desk, folder: Path) -> None:
    issued(city, folder, formats=["xlsx", "csv", "json"])
    book = CalamineWorkbook.from_path(str(folder / "E1" / "E1-2019-statement.xlsx"))
    assert book.sheet_names == ["对账单", "各月", "挂账", "职工", "明细"]
    head, *rows = book.get_sheet_by_name("职工").to_python()
    closing = {row[0]: round(float(row[head.index("本息合计")]) * 100) for row in rows}
    with city.ledger.database.reading() as connection:
        table = city.ledger.registers["account"].table  # type: ignore[attr-defined]
        balances = {row.key: row.carried_fen + row.current_fen for row in connection.execute(table.select())}
    assert closing == {key: balances[key] for key in closing} | {"A5": 0, "A6": 0}
    told = json.loads((folder / "E1" / "E1-2019-statement.json").read_bytes())
    assert {
        one["row"]["account"]: one["row"]["figures"]["closing_fen"] for one in told["accounts"]
    } == closing
    assert told["statement"]["totals"]["closing_fen"] == sum(closing.values())
    table_text = (folder / "E1" / "E1-2019-employees.csv").read_bytes().decode("utf-8-sig")
    assert table_text.splitlines()[0].split(",") == head
    assert len(table_text.splitlines()) == 1 + len(closing)


def test_an_employers_statement_shows_months_held_money_and_arrears(city: Desk, folder: Path) -> None:
    issued(city, folder, formats=["json"])
    told = json.loads((folder / "E1" / "E1-2019-statement.json").read_bytes())["statement"]
    assert [one["heads"] for one in told["months"][:4]] == [7, 7, 7, 0]
    # Three accounts went on with E1 and owe October to June; what A5 and A6 owed when they left stayed with it.
    assert told["months"][0]["due_fen"] == told["months"][0]["received_fen"] == 7 * 120_000
    assert told["months"][11]["arrears_fen"] == 3 * 120_000
    assert told["arrears_fen"] == sum(one["arrears_fen"] for one in told["months"])
    held = told["held"]
    assert (held["received_fen"], held["allocated_fen"], held["closing_fen"]) == (200_000, 120_000, 80_000)
    assert told["heads"] == {"opening": 7, "joined": 0, "left": 4, "closing": 3, "normal": 3, "sealed": 0}


def test_names_and_numbers_are_masked_and_stand_in_no_file_name(city: Desk, folder: Path) -> None:
    issued(city, folder, formats=["xlsx", "csv", "json"])
    for path in folder.rglob("*.*"):
        content = path.read_bytes()
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as archive:
                content = b"".join(archive.read(name) for name in archive.namelist())
        assert NAME.encode() not in content
        assert NUMBER.encode() not in content
        assert not any(hidden in path.name for hidden in (NAME, NUMBER, "P1"))
    assert "欧***,211***********1234" in (folder / "E2" / "E2-2019-employees.csv").read_text("utf-8-sig")


def test_a_name_that_looks_like_a_formula_stays_text(city: Desk, folder: Path) -> None:
    issued(city, folder, formats=["xlsx"], employers=["E2"])
    with zipfile.ZipFile(folder / "E2" / "E2-2019-statement.xlsx") as archive:
        sheets = b"".join(archive.read(name) for name in archive.namelist() if "worksheets" in name)
    assert b"<f>" not in sheets
    assert "=乙单位".encode() in sheets


def test_a_pdf_is_an_archive_document_with_a_text_layer(city: Desk, folder: Path) -> None:
    from pyhanko.pdf_utils.reader import PdfFileReader

    issued(city, folder, formats=["pdf"], employers=["E1"])
    path = folder / "E1" / "E1-2019-employees.pdf"
    content = path.read_bytes()
    assert b"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>U</pdfaid:conformance>" in content
    assert b"CreationDate(D:20200630" in content
    with path.open("rb") as file:
        reader = PdfFileReader(file)
        assert reader.root["/Pages"]["/Count"] == 5
        page = reader.root["/Pages"]["/Kids"][0].get_object()
        fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
        maps = b"".join(font["/ToUnicode"].data for font in fonts)
    # 本 and 肆 of the amount in words can be searched and copied.
    assert all(f"{ord(one):04X}".encode() in maps.upper() for one in "本肆")


def test_a_large_employer_has_its_documents_in_parts(
    city: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from projections.documents import statement_pages

    monkeypatch.setattr(rendering, "EMPLOYEES_IN_A_PART", 2)
    for module in (statement_pages, rendering):
        monkeypatch.setattr(module, "LIST_ROWS", 2)
        monkeypatch.setattr(module, "LIST_PAGES_IN_A_PART", 2)
    issued(city, folder, formats=["pdf"], employers=["E1"])
    names = {path.name for path in (folder / "E1").iterdir()}
    statement = {f"E1-2019-statement-{number:04}.pdf" for number in (1, 2)}
    assert names == statement | {f"E1-2019-employees-{number:04}.pdf" for number in (1, 2, 3)}


def test_there_is_no_statement_before_the_year_is_settled(
    sqlite_desk: Desk, clock: Any, folder: Path
) -> None:
    live(sqlite_desk, clock)
    with pytest.raises(Refusal, match="statement_before_settlement"):
        produce(sqlite_desk, YEAR + 1, folder, ISSUED_ON)
    with pytest.raises(Refusal, match="employer_unknown"):
        issued(sqlite_desk, folder, employers=["E9"])
    assert not list(folder.iterdir())


# ---------------------------------------------------------------- genuine, altered, superseded


def test_a_document_is_genuine_and_one_altered_byte_shows(city: Desk, folder: Path) -> None:
    issued(city, folder)
    for path in sorted((folder / "E1").iterdir()):
        found = verdict(city, path)
        assert (found.status, found.employer, found.edition, found.file) == ("genuine", "E1", 1, path.name)
        altered = bytearray(path.read_bytes())
        altered[len(altered) // 2] ^= 1
        path.write_bytes(altered)
        found = verdict(city, path)
        assert (found.status, found.year, found.employer) == ("altered", YEAR, "E1")
    stranger = folder / "letter.txt"
    stranger.write_text("not one of ours")
    assert verdict(city, stranger).status == "unknown"


def test_a_document_is_known_again_under_any_name(city: Desk, folder: Path) -> None:
    issued(city, folder, formats=["pdf"], employers=["E2"])
    path = folder / "E2" / "E2-2019-employees.pdf"
    renamed = path.rename(folder / "from-my-inbox.bin")
    assert verdict(city, renamed).file == "E2-2019-employees.pdf"
    # What is appended to a PDF can change what it shows.
    renamed.write_bytes(renamed.read_bytes() + b" ")
    assert verdict(city, renamed).status == "altered"


def test_the_code_on_paper_is_computed_again_from_the_events(city: Desk, folder: Path) -> None:
    issued(city, folder, formats=["json"])
    told = json.loads((folder / "E1" / "E1-2019-statement.json").read_bytes())
    references = [told["statement"]["reference"], told["accounts"][0]["reference"]]
    with city.ledger.database.reading() as connection:
        assert [verify_code(connection, one).status for one in references] == ["genuine", "genuine"]
        wrong = references[1][:-1] + ("A" if references[1][-1] != "A" else "B")
        assert verify_code(connection, wrong).status == "altered"
        assert verify_code(connection, "2018/E7/AAAA-BBBB-CCCC-DDDD").status == "unknown"
        with pytest.raises(Refusal, match="reference_malformed"):
            verify_code(connection, "2019/E1/'; DROP TABLE event")


def test_after_a_correction_the_restated_statement_stands_beside_the_original_and_says_why(
    city: Desk, clock: Any, folder: Path
) -> None:
    issued(city, folder)
    original = contents(folder)
    reference = json.loads(original["E1/E1-2019-statement.json"])["statement"]["reference"]
    correct(city, clock)
    corrected = events_of(city)
    result = issued(city, folder)
    assert (result.issued, result.made) == (1, 6)
    assert original.items() <= contents(folder).items()
    told = json.loads((folder / "E1" / "E1-2019-v2-statement.json").read_bytes())["statement"]
    why = told["restatement"]
    assert why["before"]["number"] == 1
    assert why["changed"]["closing_fen"][1] - why["changed"]["closing_fen"][0] == -120_000
    assert why["changed"]["employer_fen"][1] - why["changed"]["employer_fen"][0] == -60_000
    reversal = next(one for one in why["events"] if one["stream"] == "account-A2")
    assert (reversal["event_id"] <= corrected, reversal["recorded_on"]) == (True, "2020-09-01")
    found = verdict(city, folder / "E1" / "E1-2019-statement.pdf")
    assert (found.status, found.edition, found.newest) == ("superseded", 1, 2)
    assert found.why.changed["closing_fen"] == -120_000
    assert reversal["event_id"] in found.why.events
    assert verdict(city, folder / "E1" / "E1-2019-v2-statement.pdf").status == "genuine"
    with city.ledger.database.reading() as connection:
        assert verify_code(connection, reference).status == "superseded"


def test_an_edition_of_before_is_made_again_to_the_byte(city: Desk, clock: Any, folder: Path) -> None:
    issued(city, folder / "then", employers=["E1"])
    correct(city, clock)
    issued(city, folder / "now", employers=["E1"])
    events = events_of(city)
    again = issued(city, folder / "again", employers=["E1"], edition=1)
    assert contents(folder / "again") == contents(folder / "then")
    assert (again.issued, events_of(city)) == (0, events)
    issued(city, folder / "second", employers=["E1"], edition=2)
    assert contents(folder / "second") == contents(folder / "now")
    (refused,) = issued(city, folder / "none", employers=["E1"], edition=3).refused
    assert refused.code == "statement_unknown"
