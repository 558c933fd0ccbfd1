"""The command line of the collection, golden: what a clerk and an auditor type, and what they read."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from commands.cli import main
from commands.desk import Desk

Provident = Callable[..., Result]


@pytest.fixture
def provident(sqlite_url: str) -> Provident:
    """The command line on a ledger of its own, in English."""

    def run(*words: str, lang: str = "en", **more: Any) -> Result:
        return CliRunner().invoke(main, ["--ledger", sqlite_url, "--lang", lang, *words], **more)

    return run


@pytest.fixture
def filled(sqlite_url: str, open_desk: Callable[..., Desk], clock: Any, provident: Provident) -> Provident:
    """A ledger with one employer, two accounts and three months, one of them corrected later."""
    desk = open_desk(sqlite_url)
    for day, command, content in (
        (date(2019, 7, 1), "register_employer", {"employer": "E1", "rate": "0.12", "name": "示例单位"}),
        (date(2019, 7, 1), "open_account", {"account": "A1", "employer": "E1", "base": "5000.00"}),
        (date(2019, 7, 1), "open_account", {"account": "A2", "employer": "E1", "base": "6000.00"}),
        (date(2019, 7, 12), "remit", {"employer": "E1", "month": "2019-07"}),
        (date(2019, 8, 12), "remit", {"employer": "E1", "month": "2019-08"}),
        (date(2019, 9, 20), "reverse", {"account": "A1", "month": "2019-08", "reason": "串户"}),
        (date(2019, 9, 21), "receive", {"receipt": "R1", "amount": "88.00", "employer": "E1"}),
    ):
        clock.on(day)
        desk.do(command, {"on": day.isoformat(), **content}, actor="clerk")
    return provident


def asked(result: Result) -> Any:
    """The answer as JSON, of a command that was done."""
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


# ---------------------------------------------------------------- doing


def test_a_command_is_done_once_under_its_key(filled: Provident) -> None:
    words = (
        "do",
        "deposit",
        "account=A2",
        "month=2019-09",
        "on=2019-09-12",
        "--key",
        "K1",
        "--by",
        "approver",
        "--json",
    )
    first, again = asked(filled(*words)), asked(filled(*words))
    assert first["result"] == {"account": "A2", "amount_fen": 144_000, "balance_fen": 432_000}
    assert (first["repeated"], again["repeated"]) == (False, True)
    assert again["commit"] == first["commit"]


def test_the_same_key_with_another_content_is_refused(filled: Provident) -> None:
    filled("do", "receive", "receipt=R8", "amount=1", "--key", "K1")
    refused = filled("do", "receive", "receipt=R9", "amount=1", "--key", "K1", "--json")
    assert refused.exit_code == 3
    assert json.loads(refused.stdout)["refused"]["code"] == "key_reused"


def test_fields_are_read_from_json_on_standard_input(filled: Provident) -> None:
    content = json.dumps({"account": "A2", "months": ["2019-09"], "on": "2019-09-15"})
    done = asked(filled("do", "make_up", "--json-input", "-", "--json", input=content))
    assert done["result"]["total_fen"] == 144_000


def test_a_refusal_says_code_sentence_clause_and_hint_and_exits_with_three(filled: Provident) -> None:
    refused = filled("do", "deposit", "account=A2", "month=2019-07", "on=2019-09-12")
    assert refused.exit_code == 3
    assert refused.stderr.splitlines() == [
        "Refused [month_already_paid] account 'A2' has been paid for 2019-07",
        "Clause: 住房公积金管理条例 第十九条",
        "Next: reverse the entry before paying the month again",
    ]
    assert refused.stdout == ""


def test_a_refusal_speaks_chinese_when_asked_to(filled: Provident) -> None:
    refused = filled("do", "deposit", "account=A9", "month=2019-07", lang="zh")
    assert refused.stderr.splitlines()[0].startswith("不予办理 [account_unknown]")


def test_a_command_that_pays_is_refused_with_the_way_to_propose_it(filled: Provident) -> None:
    refused = filled("do", "withdraw", "account=A1", "amount=100", "reason=rent", "--by", "clerk")
    assert refused.exit_code == 3
    assert "[second_person_needed]" in refused.stderr
    assert "propose" in refused.stderr


def test_money_leaves_by_two_persons(filled: Provident) -> None:
    proposed = ("propose", "withdraw", "account=A1", "amount=100.00", "reason=rent", "on=2019-10-08")
    assert filled(*proposed, "--proposal", "W1", "--by", "clerk").exit_code == 0
    (waiting,) = asked(filled("proposals", "--json"))
    assert (waiting["proposal"], waiting["command"], waiting["by"]) == ("W1", "withdraw", "clerk")
    same = filled("approve", "W1", "--by", "clerk", "--on", "2019-10-09", "--json")
    assert json.loads(same.stdout)["refused"]["code"] == "same_person"
    done = asked(filled("approve", "W1", "--by", "approver", "--on", "2019-10-09", "--json"))
    assert done["result"]["own_fen"] == 10_000
    assert asked(filled("proposals", "--json")) == []


def test_a_proposal_is_rejected_with_the_reason_that_the_applicant_is_told(filled: Provident) -> None:
    filled(
        "propose",
        "return_receipt",
        "receipt=R1",
        "reason=退款",
        "on=2019-10-08",
        "--proposal",
        "W2",
        "--by",
        "a",
    )
    done = filled("reject", "W2", "--reason", "缺材料", "--by", "b", "--on", "2019-10-09")
    assert done.stdout.splitlines()[0].startswith("Commit 9, events")


def test_wrong_use_exits_with_two_and_says_how_it_is_written(filled: Provident) -> None:
    for words in (
        ("do", "deposit", "A1"),
        ("account", "show"),
        ("nothing",),
        ("account", "show", "A1", "--as-of", "x"),
    ):
        assert filled(*words).exit_code == 2
    assert "write 'A1' as FIELD=VALUE" in filled("do", "deposit", "A1").stderr
    assert "没有命令 nothing" in filled("nothing", lang="zh").stderr


def test_the_help_of_every_command_shows_an_example_in_both_languages(provident: Provident) -> None:
    from commands.handlers import COMMANDS

    for name, spec in COMMANDS.items():
        if name not in ("propose", "approve", "reject"):
            english, chinese = (
                provident("do", name, "--help").stdout,
                provident("do", name, "--help", lang="zh").stdout,
            )
            assert f"provident do {name} " in english
            assert spec.zh in chinese


# ---------------------------------------------------------------- asking


def test_an_account_is_shown_effective_on_a_day_as_known_on_a_day(filled: Provident) -> None:
    question = ("account", "show", "A1", "--as-of", "2019-08-31", "--json")
    then = asked(filled(*question, "--known-on", "2019-09-01"))
    now = asked(filled(*question))
    assert (then["balance_fen"], now["balance_fen"]) == (240_000, 120_000)
    assert (then["paid_up_to"], now["paid_up_to"]) == ("2019-08", "2019-07")


def test_an_account_is_shown_in_lines(filled: Provident) -> None:
    assert filled("account", "show", "A1", "--as-of", "2019-08-31").stdout.splitlines() == [
        "Account A1 on 2019-08-31",
        "  normal, employer E1",
        "  balance 1,200.00",
        "  of it carried forward 0.00, of this year 1,200.00",
        "  base 5,000.00, paid up to 2019-07, 1 months",
    ]
    assert (
        filled("account", "show", "A1", "--as-of", "2019-08-31", lang="zh").stdout.splitlines()[2]
        == "  余额 1,200.00 元"
    )


def test_the_history_of_an_account_is_told_in_plain_words_with_its_clauses(filled: Provident) -> None:
    told = asked(filled("account", "history", "A1", "--json"))
    assert [(one["words"], one["clause"], one["balance_fen"]) for one in told] == [
        (
            "opened with employer E1, base 5,000.00, contributions from 2019-07",
            "葫政发〔2019〕12号 第三、五条",
            0,
        ),
        (
            "remittance for 2019-07: employer 600.00, employee 600.00 (base 5,000.00, rate 12%, from the bank)",
            "葫政发〔2019〕12号 第五条",
            120_000,
        ),
        (
            "remittance for 2019-08: employer 600.00, employee 600.00 (base 5,000.00, rate 12%, from the bank)",
            "葫政发〔2019〕12号 第五条",
            240_000,
        ),
        (
            "entry 3 of this account reversed, the money went to held money, because: 串户 (2019-08),"
            " first recorded on 2019-08-12, the month is owed by E1",
            "葫政发〔2019〕12号 第二十二条",
            120_000,
        ),
    ]
    assert told[3]["effective_on"] == "2019-08-12"
    assert told[3]["actor"] == "clerk"


def test_times_of_recording_are_shown_as_they_were_in_shanghai(filled: Provident) -> None:
    line = filled("account", "history", "A1", "--known-on", "2019-07-01", lang="zh").stdout.splitlines()[1]
    assert "2019-07-01 09:00:00" in line
    assert "开户：单位 E1" in line


def test_an_employer_is_shown_with_its_arrears_by_month_and_its_held_money(filled: Provident) -> None:
    shown = asked(filled("employer", "show", "E1", "--as-of", "2019-09-30", "--json"))
    assert shown["arrears"] == [
        {"month": "2019-08", "heads": 1, "fen": 120_000},
        {"month": "2019-09", "heads": 2, "fen": 264_000},
    ]
    assert shown["heads"] == {"normal": 2}
    assert [(one["receipt"], one["open_fen"], one["age_days"]) for one in shown["held"]][1] == (
        "R1",
        8_800,
        9,
    )
    assert "owed 3,840.00" in filled("employer", "show", "E1", "--as-of", "2019-09-30").stdout


def test_the_trial_balance_balances_and_carries_the_members_money(filled: Provident) -> None:
    books = asked(filled("trial-balance", "--json"))
    balances = {line["code"]: line["balance_fen"] for line in books["lines"]}
    assert books["debit_fen"] == books["credit_fen"]
    assert balances == {"101": 536_800, "201": 408_000, "219": 128_800}
    before = asked(filled("trial-balance", "--known-on", "2019-09-01", "--json"))
    assert {line["code"]: line["balance_fen"] for line in before["lines"]} == {"101": 528_000, "201": 528_000}


def test_the_journal_shows_the_vouchers_of_an_account_of_the_chart(filled: Provident) -> None:
    lines = asked(filled("journal", "--code", "219", "--json"))
    assert [(one["command"], one["credit_fen"]) for one in lines] == [
        ("receive", 8_800),
        ("reverse", 120_000),
    ]


def test_duties_are_listed_with_what_is_late_and_the_money_that_waits(filled: Provident) -> None:
    listed = asked(filled("obligations", "--as-of", "2019-09-30", "--json"))
    assert {one["kind"] for one in listed["obligations"]} >= {"open_account", "remit"}
    assert {one["receipt"] for one in listed["held"]} >= {"R1"}
    assert all(one["late_days"] for one in asked(filled("obligations", "--overdue", "--json"))["obligations"])


def test_a_contribution_is_traced_to_its_rule_performed_again_and_its_clause(filled: Provident) -> None:
    told = asked(filled("account", "history", "A1", "--json"))
    traced = asked(filled("why", str(told[1]["event_id"]), "--json"))
    assert traced["performed_again"]["equal"] is True
    assert traced["performed_again"]["outcome"]["values"]["total_fen"] == 120_000
    assert traced["posting"] == [{"code": "101", "fen": 120_000}, {"code": "201", "fen": -120_000}]
    (rounding,) = traced["parameters"]
    assert rounding["parameter"] == "contribution_rounding"
    assert rounding["published_on"] <= "2019-07-12"
    assert "the same as in the ledger" in filled("why", str(told[1]["event_id"])).stdout


def test_an_event_that_does_not_exist_is_refused_and_not_explained(filled: Provident) -> None:
    assert filled("why", "999").exit_code == 3


# ---------------------------------------------------------------- proving


def test_a_sound_ledger_is_verified_against_a_checkpoint_kept_elsewhere(
    filled: Provident, tmp_path: Path
) -> None:
    kept = tmp_path / "checkpoint.json"
    kept.write_text(filled("checkpoint").stdout)
    report = asked(filled("verify", "--against", str(kept), "--json"))
    assert report["sound"] is True
    assert report["members_fen"] == 408_000
    assert "Everything agrees" in filled("verify").stdout


def test_a_view_that_was_altered_is_found_by_verify_and_rebuilt_by_replay(
    filled: Provident, sqlite_url: str, open_desk: Callable[..., Desk]
) -> None:
    filled("trial-balance")
    database = open_desk(sqlite_url).ledger.database
    with database.writing() as connection:
        connection.exec_driver_sql(
            "UPDATE view_voucher_v2 SET credit_fen = credit_fen + 1 WHERE code = '201'"
        )
    found = filled("verify", "--json")
    assert found.exit_code == 4
    assert json.loads(found.stdout)["counts"] == {"view_differs": 1}
    assert filled("replay", "--dry-run").exit_code == 4
    switched = json.loads(filled("replay", "--json").stdout)
    assert (switched["identical"], switched["switched"]) == (False, True)
    assert asked(filled("replay", "--json"))["identical"] is True
    assert asked(filled("verify", "--json"))["sound"] is True


def test_the_status_has_positions_lags_and_size(filled: Provident) -> None:
    standing = asked(filled("status", "--json"))
    assert standing["commits"] == 7
    assert standing["bytes"] > 0
    assert {one["view"]: one["lag"] for one in standing["views"]}["journal"] == standing["events"]
    filled("journal")
    assert {one["lag"] for one in asked(filled("status", "--json"))["views"]} == {0}


# ---------------------------------------------------------------- ledgers


def test_asking_a_ledger_that_is_not_there_makes_no_file(tmp_path: Path) -> None:
    missing = tmp_path / "nothing.db"
    refused = CliRunner().invoke(main, ["--ledger", f"sqlite:///{missing}", "--lang", "en", "status"])
    assert refused.exit_code == 3
    assert "[ledger_missing]" in refused.stderr
    assert not missing.exists()


def test_a_ledger_is_made_once_and_made_again_without_harm(tmp_path: Path) -> None:
    words = ["--ledger", f"sqlite:///{tmp_path / 'new.db'}", "--lang", "en"]
    for _ in range(2):
        assert CliRunner().invoke(main, [*words, "init"]).exit_code == 0
    assert CliRunner().invoke(main, [*words, "status"]).exit_code == 0


def test_a_database_that_cannot_be_opened_is_a_refusal_and_no_traceback(tmp_path: Path) -> None:
    for url in (f"sqlite:///{tmp_path}/no/such/folder/x.db", "postgresql+psycopg://nobody@127.0.0.1:1/x"):
        refused = CliRunner().invoke(main, ["--ledger", url, "--lang", "en", "init"])
        assert refused.exit_code == 3
        assert "[database_unreachable]" in refused.stderr
    assert CliRunner().invoke(main, ["--ledger", "no url", "init"]).exit_code == 2
