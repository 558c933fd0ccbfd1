"""The sample city: the same bytes for the same seed, and every defect found under the code that it was made for."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from commands.desk import Desk
from commands.intake.city import StandingClock, import_city, import_commands
from commands.intake.identity import credit_code, identity_number
from commands.intake.sample.city import Plan, write_city
from commands.intake.sample.people import employer_credit_code, person
from ledger.refusal import Refusal

PLAN = Plan(employers=40, employees=600, months=3, seed=11)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sample") / "city"
    write_city(PLAN, out)
    return out


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock(datetime(2019, 5, 20, tzinfo=UTC))


def contents(folder: Path) -> dict[str, str]:
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): sha256(file.read_bytes()).hexdigest() for file in files}


def figures(desk: Desk) -> tuple[int, int]:
    """How many events there are, and the sum of all balances in fen."""
    with desk.ledger.database.reading() as connection:
        events = connection.exec_driver_sql("SELECT count(*) FROM event").scalar_one()
        fen = connection.exec_driver_sql("SELECT sum(carried_fen + current_fen) FROM register_account")
        return int(events), int(fen.scalar_one())


def test_the_same_seed_gives_the_same_bytes(sample: Path, tmp_path: Path) -> None:
    write_city(PLAN, tmp_path / "again")
    assert contents(tmp_path / "again") == contents(sample)


def test_another_seed_gives_other_files(sample: Path, tmp_path: Path) -> None:
    write_city(Plan(40, 600, 1, seed=12), tmp_path / "other")
    first = "accounts/E00001.csv"
    assert contents(tmp_path / "other")[first] != contents(sample)[first]


def test_a_sample_never_overwrites_a_directory(sample: Path) -> None:
    before = contents(sample)
    with pytest.raises(Refusal, match="directory_not_empty"):
        write_city(PLAN, sample)
    assert contents(sample) == before


def test_a_sample_has_all_encodings_and_some_defects(sample: Path) -> None:
    steps = json.loads((sample / "manifest.json").read_text("utf-8"))["steps"]
    traits = {trait for step in steps for trait in step["traits"]}
    assert traits >= {
        "xlsx",
        "csv",
        "utf-8",
        "utf-8-sig",
        "gb18030",
        "titled",
        "total_line",
        "thousands",
        "jsonl",
    }
    bad = [step for step in steps if not step["good"]]
    assert 0 < len(bad) < len(steps) / 5
    assert all((sample / step["file"]).is_file() for step in steps)
    assert [step["on"] for step in steps if step["kind"] == "remittance"] == sorted(
        step["on"] for step in steps if step["kind"] == "remittance"
    )


def test_a_city_is_taken_in_and_every_defect_is_found(
    sample: Path, ledger_url: str, clock: StandingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROVIDENT_PERSON_KEY", "5a" * 32)
    steps = json.loads((sample / "manifest.json").read_text("utf-8"))["steps"]
    with Desk(ledger_url, clock) as desk:
        seen: list[int] = []
        summary = import_city(desk, sample, clock, lambda at, of: seen.append(at))
        assert summary.surprises == []
        assert summary.refused_files == sum(not step["good"] for step in steps)
        assert summary.accepted == sum(step["rows"] for step in steps if step["good"])
        assert seen == list(range(1, len(steps) + 1))
        before = figures(desk)
        again = import_city(desk, sample, clock)
        assert again.accepted == 0
        assert figures(desk) == before


def test_every_business_of_a_city_leaves_its_events(
    sample: Path, sqlite_url: str, clock: StandingClock
) -> None:
    with Desk(sqlite_url, clock) as desk:
        import_city(desk, sample, clock)
        with desk.ledger.database.reading() as connection:
            topics = set(connection.exec_driver_sql("SELECT DISTINCT topic FROM event").scalars())
    names = (
        "sealed unsealed transferred withdrawn closed frozen entry_reversed relation_broken deposited opened"
    )
    assert topics >= {f"account.{name}/1" for name in names.split()}
    assert {topic.split(".")[0] for topic in topics} >= {
        "receipt",
        "petition",
        "proposal",
        "payment",
        "parameter",
    }


@pytest.mark.parametrize("plan", [Plan(2, 4, 2, 1), Plan(3, 9, 14, 2), Plan(25, 300, 13, 3)])
def test_small_and_long_cities_come_out_as_planned(
    plan: Plan, sqlite_url: str, clock: StandingClock, tmp_path: Path
) -> None:
    write_city(plan, tmp_path / "city")
    with Desk(sqlite_url, clock) as desk:
        assert import_city(desk, tmp_path / "city", clock).surprises == []


def test_a_directory_without_a_manifest_is_refused(sqlite_desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="sample_manifest_missing"):
        import_city(sqlite_desk, tmp_path)


def test_people_are_all_different_and_their_numbers_hold() -> None:
    people = [person(number, seed=5) for number in range(20_000)]
    assert len({one.id_number for one in people}) == 20_000
    assert all(identity_number(one.id_number) == one.id_number for one in people)
    assert all(one.id_number.startswith("2114") and 2 <= len(one.name) <= 3 for one in people)


def test_credit_codes_hold() -> None:
    assert all(credit_code(employer_credit_code(number)) for number in range(200))


# ---------------------------------------------------------------- files of commands


def test_commands_of_a_file_are_carried_out_once(
    sqlite_desk: Desk, clock: StandingClock, tmp_path: Path
) -> None:
    path = tmp_path / "commands.jsonl"
    path.write_text(
        '{"on": "2019-07-01", "do": "register_employer", "employer": "E1", "rate": "0.12"}\n\n'
        '{"on": "2019-07-01", "do": "open_account", "account": "A1", "employer": "E1", "base": "5000"}\n'
        '{"on": "2019-07-01", "do": "deposit", "account": "A1", "month": "2019-08"}\n',
        "utf-8",
    )
    first, again = (import_commands(sqlite_desk, path, clock) for _ in range(2))
    assert (first.rows, first.accepted) == (3, 2)
    assert [(line.row, line.field, line.refusal.code) for line in first.refused] == [
        (4, "deposit", "month_not_due")
    ]
    assert (again.accepted, again.repeated) == (0, True)


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[1]",
        '{"do": "seal"}',
        '{"on": "2019-02-30", "do": "seal"}',
        '{"on": "2019-07-01", "do": 5}',
        "\xff",
    ],
)
def test_a_line_that_is_no_command_is_refused_before_anything_is_done(
    sqlite_desk: Desk, tmp_path: Path, line: str
) -> None:
    path = tmp_path / "commands.jsonl"
    good = '{"on": "2019-07-01", "do": "register_employer", "employer": "E1", "rate": "0.12"}'
    path.write_bytes(f"{good}\n{line}\n".encode("latin-1"))
    with pytest.raises(Refusal, match="command_line_malformed") as refused:
        import_commands(sqlite_desk, path)
    assert refused.value.facts["row"] == 2
    assert sqlite_desk.ledger.stream("employer-E1") == []
