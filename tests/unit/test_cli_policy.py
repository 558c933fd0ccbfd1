"""A parameter is drafted, approved and published at the command line, and only then in force."""

import json

from click.testing import CliRunner

from commands.cli import main


def run(url, *arguments):
    return CliRunner(env={"PROVIDENT_LANG": "en", "PROVIDENT_LEDGER": url}).invoke(
        main, ["policy", *arguments]
    )


def test_a_figure_of_the_city_goes_through_all_three_hands(sqlite_url):
    drafted = ("draft", "minimum_wage", "142000", "--from", "2019-07-01", "--on", "2019-06-03")
    cited = ("--document", "辽政发〔2019〕1号", "--clause", "一", "--by", "centre")
    assert run(sqlite_url, *drafted, *cited).exit_code == 0
    approve = ("approve", "minimum_wage", "--resolution", "第3次", "--on", "2019-06-10", "--by")
    assert run(sqlite_url, *approve, "centre").exit_code == 3
    assert run(sqlite_url, *approve, "committee").exit_code == 0
    published = run(sqlite_url, "publish", "minimum_wage", "--on", "2019-06-20", "--by", "centre", "--json")
    assert json.loads(published.output)["versions"] == ["minimum_wage@2019-07-01"]
    shown = run(sqlite_url, "show", "minimum_wage", "--as-of", "2019-07-01", "--json")
    assert json.loads(shown.output)["value"] == 142000
    assert "辽政发〔2019〕1号 一" in run(sqlite_url, "history", "minimum_wage").output
    assert run(sqlite_url, "show", "minimum_wage", "--as-of", "2019-06-30").exit_code == 3


def test_the_packs_can_be_taken_into_the_ledger(sqlite_url):
    assert "values" in run(sqlite_url, "load", "--on", "2019-07-15").output
    assert run(sqlite_url, "load", "--on", "2019-07-16", "--json").output.strip() == '{\n  "values": 0\n}'


def test_a_question_about_the_law_makes_no_ledger(tmp_path):
    url = f"sqlite:///{tmp_path / 'absent.db'}"
    assert run(url, "show", "contribution_rate_max", "--as-of", "2019-07-01").exit_code == 0
    assert list(tmp_path.iterdir()) == []
