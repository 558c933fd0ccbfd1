"""Refusals that no scenario can meet, and what every refusal owes to the person who is refused."""

from __future__ import annotations

import string
from datetime import date

import pytest

from commands.desk import Desk
from ledger.dates import parse_day, parse_month
from ledger.money import parse_rate, parse_yuan
from ledger.refusal import LineRefusal, LinesRefused, Refusal, texts
from ledger.store.unit_of_work import Change
from ledger.streams import account as accounts
from ledger.streams import payment as payments
from ledger.streams.account import Account, Room
from ledger.streams.base import check_id
from projections.registers import REGISTERS

DAY = date(2019, 7, 1)
CODES = sorted(texts())


@pytest.mark.parametrize("code", CODES)
def test_every_refusal_speaks_both_languages_and_names_its_clause_and_the_next_step(code):
    text = texts()[code]
    assert set(text) == {"zh", "en", "hint_zh", "hint_en", "clause"}
    assert all(isinstance(part, str) and part.strip() for part in text.values())


@pytest.mark.parametrize("code", CODES)
def test_both_languages_of_a_refusal_name_the_same_facts(code):
    text = texts()[code]

    def named(sentence: str) -> set[str]:
        """A fact that is itself in words stands in both languages: ``reason_zh`` and ``reason_en`` are one."""
        fields = (name for _, name, _, _ in string.Formatter().parse(sentence) if name)
        return {name.removesuffix("_zh").removesuffix("_en") for name in fields}

    assert named(text["zh"] + text["hint_zh"]) == named(text["en"] + text["hint_en"])


def test_a_refusal_as_json_has_code_clause_message_hint_and_facts():
    refusal = Refusal("account_unknown", account="A9")
    assert refusal.as_json("en") == {
        "code": "account_unknown",
        "clause": texts()["account_unknown"]["clause"],
        "message": "there is no account 'A9'",
        "hint": texts()["account_unknown"]["hint_en"],
        "facts": {"account": "A9"},
    }
    assert "A9" in refusal.message("zh")


def test_a_refused_list_counts_its_bad_rows_and_names_the_first():
    line = LineRefusal(7, "account", Refusal("account_unknown", account="A9"))
    refused = LinesRefused([line], 20)
    assert refused.facts == {"count": 1, "total": 20, "first": "7: account_unknown"}
    assert refused.lines == [line]


def test_a_command_that_does_not_exist_is_refused():
    with Desk("sqlite://") as desk, pytest.raises(Refusal) as refused:
        desk.do("steal", {"on": "2019-07-01"})
    assert refused.value.code == "command_unknown"


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"on": "2019-07-01"}, "account"),
        ({"on": "2019-07-01", "account": "A1", "month": "2019-07", "colour": "red"}, "colour"),
        ({"account": "A1", "month": "2019-07"}, "on"),
        ({"on": "2019-07-01", "account": "A1", "month": "2019-07", "advance": "perhaps"}, "advance"),
    ],
)
def test_content_that_does_not_fit_its_command_is_refused_by_field(content, field):
    with Desk("sqlite://") as desk, pytest.raises(Refusal) as refused:
        desk.do("deposit", content)
    assert refused.value.code == "content_invalid"
    assert field in refused.value.facts["fields"]


def test_a_database_without_a_ledger_is_refused(tmp_path):
    with pytest.raises(Refusal) as refused:
        Desk(f"sqlite:///{tmp_path}/empty.db")
    assert refused.value.code == "ledger_missing"


def test_a_closing_withdrawal_takes_the_whole_balance_or_is_refused():
    state = Account(status="normal", current_fen=120_000, fund_year=2019, opened_on=DAY)
    with pytest.raises(Refusal) as refused:
        accounts.withdraw(
            state, "A1", 100_000, reason="retirement", closing=True, order=("carried_forward",),
            room=Room(0, 120_000, 120_000), payment="A1.2", explanation={}, on=DAY,
        )  # fmt: skip
    assert refused.value.code == "closing_takes_all"


def test_one_cause_has_one_payment_order():
    ordered = payments.Ordered(effective_on=DAY, cause="account-A1/2", payee="P1", principal_fen=1)
    state = payments.PAYMENTS.fold([ordered])
    with pytest.raises(Refusal) as refused:
        payments.order(state, "A1.2", ordered)
    assert refused.value.code == "payment_exists"


def test_a_register_that_is_not_at_the_version_of_its_events_is_refused():
    register = REGISTERS["account"]
    change = Change(3, Account(), 4, Account(status="normal"))
    with (
        Desk("sqlite://") as desk,
        desk.ledger.database.writing() as connection,
        pytest.raises(Refusal) as refused,
    ):
        register.write(connection, {"A1": change})
    assert refused.value.code == "version_conflict"


@pytest.mark.parametrize(
    ("read", "text", "code"),
    [
        (parse_yuan, "1e3", "amount_malformed"),
        (parse_yuan, "", "amount_malformed"),
        (parse_yuan, "12.", "amount_malformed"),
        (parse_yuan, "1,23", "amount_malformed"),
        (parse_yuan, "0x10", "amount_malformed"),
        (parse_yuan, "=1+1", "amount_malformed"),
        (parse_yuan, "1.001", "amount_precision"),
        (parse_yuan, "10000000000000.01", "amount_too_large"),
        (parse_rate, "5e-2", "rate_malformed"),
        (parse_rate, "-0.05", "rate_malformed"),
        (parse_rate, "2", "rate_malformed"),
        (parse_rate, "", "rate_malformed"),
        (parse_day, "2019-02-29", "date_malformed"),
        (parse_day, "2019-2-28", "date_malformed"),
        (parse_day, "2019-02-28\n", "date_malformed"),
        (parse_month, "2019-13", "month_malformed"),
        (parse_month, "2019", "month_malformed"),
        (parse_month, "0000-01", "month_malformed"),
        (parse_month, "9999-12", "month_malformed"),
        (parse_day, "0001-01-01", "date_malformed"),
        (parse_day, "9999-12-31", "date_malformed"),
    ],
)
def test_what_is_not_written_exactly_is_refused(read, text, code):
    with pytest.raises(Refusal) as refused:
        read(text)
    assert refused.value.code == code


@pytest.mark.parametrize(
    "text", ["", "A 1", "A1;", "A1'--", "../A1", "-A1", "账户1", "A1\n", "A" * 65, "A1\x00", "%s"]
)
def test_an_id_is_letters_digits_dots_dashes_and_underscores_only(text):
    with pytest.raises(Refusal) as refused:
        check_id(text, "account")
    assert refused.value.code == "id_malformed"
