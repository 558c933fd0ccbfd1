"""``verify`` finds whatever was changed behind the ledger's back, and nothing in a ledger that was left alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection

from commands.desk import Desk
from ledger.limits import FINDINGS_OF_ONE_KIND_MAX
from ledger.policy.parameters import PolicyBook
from ledger.refusal import Refusal
from ledger.streams.base import EVENTS
from projections.replay import balances, checks
from projections.replay.checkpoint import checkpoint
from projections.replay.findings import Finding, Findings
from projections.replay.verify import Report, verify

DEPOSIT = "SELECT min(id) FROM event WHERE topic = 'account.deposited/1'"
LAST = "SELECT max(id) FROM event"


@pytest.fixture
def verified(lived_in: Desk, book: PolicyBook) -> Callable[..., Report]:
    """Verifies the ledger that has lived, as it stands now."""
    return lambda **more: verify(lived_in.ledger.database, book, **more)


@pytest.fixture
def keep(lived_in: Desk) -> Callable[[], dict[str, Any]]:
    """Takes a checkpoint, as somebody outside would keep it."""

    def take() -> dict[str, Any]:
        with lived_in.ledger.database.reading() as connection:
            return checkpoint(connection)

    return take


def test_a_ledger_that_was_left_alone_is_sound(verified: Any, keep: Any) -> None:
    told: list[tuple[int, int]] = []
    report = verified(against=keep(), progress=lambda done, total: told.append((done, total)))
    assert report.sound, [finding.message() for finding in report.findings]
    assert (report.commits, report.accounts) == (25, 8)
    assert told[-1] == (report.events, report.events)
    assert report.members_fen > 0
    assert report.events_per_second > 0


def test_an_empty_ledger_is_sound_and_its_checkpoint_holds_for_ever(desk: Desk, book: PolicyBook) -> None:
    with desk.ledger.database.reading() as connection:
        kept = checkpoint(connection)
    assert verify(desk.ledger.database, book, against=kept).sound
    desk.do("register_employer", {"on": "2019-07-01", "employer": "E1", "rate": "0.12"})
    assert verify(desk.ledger.database, book, against=kept).sound


def test_the_chain_can_be_computed_from_its_description_alone(
    verified: Any, keep: Any, tamperer: Any
) -> None:
    before = keep()
    tamperer.rechain()
    assert keep() == before


TAMPERINGS = {
    "a changed byte": (
        ["UPDATE event SET state = replace(state, 'remittance', 'remittancf') WHERE id = {deposit}"],
        {"events_changed"},
    ),
    "a changed amount": (
        ["UPDATE event SET state = replace(state, '_fen\":48', '_fen\":98') WHERE id = {deposit}"],
        {"events_changed", "amount_not_by_rule", "register_row_differs"},
    ),
    "a deleted event": (
        ["DELETE FROM event WHERE id = 20"],
        {"events_changed", "event_missing", "version_gap"},
    ),
    "a deleted tail of events": (
        ["DELETE FROM event WHERE id > {last} - 3"],
        {"events_changed", "event_missing"},
    ),
    "two events swapped": (
        [
            "UPDATE event SET id = -1 WHERE id = {deposit}",
            "UPDATE event SET id = {deposit} WHERE id = {deposit} - 1",
            "UPDATE event SET id = {deposit} - 1 WHERE id = -1",
        ],
        {"events_changed"},
    ),
    "two versions of a stream swapped": (
        [
            "UPDATE event SET version = -1 WHERE stream_id = 'account-A2' AND version = 2",
            "UPDATE event SET version = 2 WHERE stream_id = 'account-A2' AND version = 3",
            "UPDATE event SET version = 3 WHERE stream_id = 'account-A2' AND version = -1",
        ],
        {"events_changed", "version_gap"},
    ),
    "an event renamed": (
        ["UPDATE event SET topic = 'account.invented/1' WHERE id = {deposit}"],
        {"events_changed", "event_unreadable"},
    ),
    "an event that is no JSON": (
        ["UPDATE event SET state = '{{' WHERE id = {deposit}"],
        {"events_changed", "event_unreadable"},
    ),
    "an event without its beginning": (
        ["DELETE FROM event WHERE stream_id = 'account-A3' AND version = 1"],
        {"events_changed", "event_missing", "version_gap"},
    ),
    "an event recorded at another time": (
        ["UPDATE event SET recorded_at = '2019-07-05T00:00:00.000000Z' WHERE id = {deposit}"],
        {"event_out_of_time"},
    ),
    "an event added at the end": (
        [
            "INSERT INTO event SELECT {last} + 1, 'account-A9', 1, topic, state, recorded_at"
            " FROM event WHERE id = {deposit}"
        ],
        {"event_uncovered"},
    ),
    "a commit deleted": (
        ["DELETE FROM ledger_commit WHERE id = 5"],
        {"commit_missing", "chain_broken", "commit_range_wrong", "request_key_differs"},
    ),
    "the last commit deleted": (
        ["DELETE FROM ledger_commit WHERE id = 25"],
        {"event_uncovered", "request_key_differs"},
    ),
    "a commit moved back in time": (
        ["UPDATE ledger_commit SET recorded_at = '2018-07-05T00:00:00.000000Z' WHERE id = 20"],
        {"commit_changed", "commit_out_of_time", "event_out_of_time"},
    ),
    "a link of the chain altered": (
        ["UPDATE ledger_commit SET previous_hash = hash WHERE id = 20"],
        {"chain_broken", "commit_changed"},
    ),
    "the key of a request deleted": (
        ["DELETE FROM idempotency WHERE commit_id = 7"],
        {"request_key_differs"},
    ),
    "the key of a request given to another": (
        ["UPDATE idempotency SET commit_id = 8 WHERE commit_id = 7"],
        {"request_key_differs"},
    ),
    "a register row altered": (
        ["UPDATE register_account SET current_fen = current_fen + 1 WHERE key = 'A2'"],
        {"register_row_differs"},
    ),
    "a register row deleted": (
        ["DELETE FROM register_employer WHERE key = 'E2'"],
        {"register_row_missing"},
    ),
    "a register row too many": (
        ["INSERT INTO register_petition VALUES ('Q9', 1, 'filed', 'A9', 'E9', NULL, NULL, '')"],
        {"register_row_surplus"},
    ),
    "a register row that is no JSON": (
        ["UPDATE register_account SET bases = 'many' WHERE key = 'A2'"],
        {"register_row_differs"},
    ),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_what_was_tampered_with_is_found(name: str, verified: Any, tamperer: Any) -> None:
    statements, expected = TAMPERINGS[name]
    deposit, last = tamperer.ask(DEPOSIT), tamperer.ask(LAST)
    tamperer.alter(*(one.format(deposit=deposit, last=last) for one in statements))
    report = verified()
    assert expected <= set(report.counts)
    check_that_findings_speak(report)


def check_that_findings_speak(report: Report) -> None:
    """Each finding has its sentence in both languages, a hint, a clause and, being JSON, a place."""
    for finding in report.findings:
        for language in ("zh", "en"):
            said = finding.as_json(language)
            assert said["message"]
            assert said["hint"]
            assert said["clause"]
    assert report.as_json()["sound"] is False


COMMIT_COLUMNS = ("actor", "approver", "command", "result", "request_hash", "key", "events_hash", "hash")


@pytest.mark.parametrize("column", COMMIT_COLUMNS)
def test_a_commit_row_that_was_altered_is_found(column: str, verified: Any, tamperer: Any) -> None:
    tamperer.alter(f"UPDATE ledger_commit SET {column} = {column} || 'x' WHERE id = 6")
    findings = [finding for finding in verified().findings if finding.code == "commit_changed"]
    assert [finding.commit for finding in findings] == [6]


def test_a_finding_names_commit_event_and_stream(verified: Any, tamperer: Any) -> None:
    deposit = tamperer.ask(DEPOSIT)
    tamperer.alter(f"UPDATE event SET state = '{{}}' WHERE id = {deposit}")
    found = {finding.code: finding for finding in verified().findings}
    unreadable = found["event_unreadable"]
    assert (unreadable.event, unreadable.stream) == (deposit, "account-A1")
    assert found["events_changed"].commit == unreadable.commit


FORGERIES = {
    "an amount that the rule does not give": (
        ["UPDATE event SET state = replace(state, '_fen\":48', '_fen\":98') WHERE id = {deposit}"],
        "amount_not_by_rule",
    ),
    "a version of a parameter that never was": (
        [
            "UPDATE event SET state = replace(state, 'contribution_rounding@', 'contribution_rounding@1')"
            " WHERE id = {deposit}"
        ],
        "parameter_version_unknown",
    ),
    "an opening out of balance": (
        [
            "UPDATE event SET state = replace(state, '3000000', '3000001')"
            " WHERE topic = 'general_ledger.opened/1'"
        ],
        "entry_unbalanced",
    ),
    "members' money that is no person's": (
        ["UPDATE event SET stream_id = 'ghost-1', version = 1 WHERE id = {deposit}"],
        "members_differ",
    ),
    "a reversal of another entry than the one it undoes": (
        [
            "UPDATE event SET state = replace(state, '\"reverses\":', '\"reverses\":9')"
            " WHERE topic = 'account.entry_reversed/1'"
        ],
        "reversal_differs",
    ),
    "held money without a receipt": (
        [
            "UPDATE event SET stream_id = 'ghost-1' WHERE topic = 'receipt.received/1' AND stream_id = 'receipt-R1'"
        ],
        "held_differ",
    ),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_with_a_chain_computed_afresh_still_fails_the_books(
    name: str, verified: Any, tamperer: Any
) -> None:
    statements, expected = FORGERIES[name]
    tamperer.alter(*(one.format(deposit=tamperer.ask(DEPOSIT)) for one in statements))
    tamperer.rechain()
    report = verified()
    assert expected in report.counts
    assert "events_changed" not in report.counts
    check_that_findings_speak(report)


def test_a_perfect_forgery_is_found_by_a_checkpoint_kept_elsewhere(
    verified: Any, keep: Any, tamperer: Any
) -> None:
    kept = keep()
    tamperer.alter(
        "UPDATE event SET state = replace(state, '(2019)辽14执1号', '(2019)辽14执9号') WHERE topic = 'account.frozen/1'",
        "UPDATE register_account SET freezes = replace(freezes, '执1号', '执9号') WHERE key = 'A6'",
    )
    tamperer.rechain()
    assert verified().sound
    assert set(verified(against=kept).counts) == {"checkpoint_differs"}


def test_a_tail_deleted_with_its_commits_is_found_by_a_checkpoint_kept_elsewhere(
    verified: Any, keep: Any, tamperer: Any, lived_in: Desk
) -> None:
    lived_in.do("unfreeze", {"on": "2020-07-10", "account": "A6", "document": "(2019)辽14执1号"})
    kept = keep()
    tamperer.alter(
        "DELETE FROM event WHERE topic = 'account.unfrozen/1'",
        "DELETE FROM ledger_commit WHERE command = 'unfreeze'",
        f"DELETE FROM idempotency WHERE commit_id = {kept['commit_id']}",
        "UPDATE register_account SET freezes = '{\"(2019)辽14执1号\":0}', version = version - 1 WHERE key = 'A6'",
    )
    assert verified().sound
    assert set(verified(against=kept).counts) == {"checkpoint_ahead"}


def test_a_checkpoint_holds_while_the_ledger_grows(verified: Any, keep: Any, lived_in: Desk) -> None:
    kept = keep()
    lived_in.do("unfreeze", {"on": "2020-07-10", "account": "A6", "document": "(2019)辽14执1号"})
    assert verified(against=kept).sound


@pytest.mark.parametrize("content", [{}, {"commit_id": "1"}, {"seal": 1}])
def test_what_is_no_checkpoint_is_refused(content: dict[str, Any], verified: Any) -> None:
    with pytest.raises(Refusal) as refused:
        verified(against=content)
    assert refused.value.code == "checkpoint_malformed"


def test_an_id_that_stands_in_two_years_is_found(
    postgresql_url: str, open_desk: Any, book: PolicyBook, clock: Any
) -> None:
    """Only partitions could hide it: each has a unique index of its own."""
    desk = open_desk(postgresql_url)
    desk.do("register_employer", {"on": "2019-07-01", "employer": "E1", "rate": "0.12"})
    with desk.ledger.database.writing() as connection:
        connection.exec_driver_sql(
            "INSERT INTO event SELECT id, stream_id, 2, topic, state, recorded_at + interval '1 year' FROM event"
        )
    assert "event_repeated" in verify(desk.ledger.database, book).counts


@pytest.mark.parametrize(
    ("table", "change", "expected"),
    [
        ("ledger_commit", "recorded_at = 'yesterday'", "commit_unreadable"),
        ("ledger_commit", "first_event_id = 'one'", "commit_unreadable"),
        ("ledger_commit", "last_event_id = 'one'", "commit_unreadable"),
        ("event", "id = 'one'", "event_count_differs"),
        ("event", "version = 'one'", "event_unreadable"),
        ("event", "stream_id = X'00'", "event_unreadable"),
        ("event", "topic = X'00'", "event_unreadable"),
        ("event", "state = X'00'", "event_unreadable"),
        ("event", "recorded_at = 5", "event_out_of_time"),
    ],
)
def test_a_value_of_a_type_that_no_column_has_is_found(
    table: str, change: str, expected: str, sqlite_desk: Desk, book: PolicyBook
) -> None:
    """SQLite lets anything stand anywhere; a verification reports it and does not fall over it."""
    sqlite_desk.do("register_employer", {"on": "2019-07-01", "employer": "E1", "rate": "0.12"})
    with sqlite_desk.ledger.database.writing() as connection:
        connection.exec_driver_sql(f"DROP TRIGGER {table}_no_update")
        connection.exec_driver_sql(f"UPDATE {table} SET {change}")
    report = verify(sqlite_desk.ledger.database, book)
    assert expected in report.counts
    check_that_findings_speak(report)


def test_the_two_computations_of_balances_disagree_when_one_forgets_a_kind_of_movement(
    verified: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    forgetful = {
        kind: statement.replace("account.withdrawn/1", "account.forgotten/1")
        for kind, statement in balances.BALANCES.items()
    }
    monkeypatch.setattr(checks, "BALANCES", forgetful)
    report = verified()
    assert {finding.stream for finding in report.findings} == {"account-A1"}
    assert set(report.counts) == {"balance_differs"}


def test_the_auditors_statement_knows_every_event_that_moves_a_personal_balance() -> None:
    for topic, event in EVENTS.items():
        if topic.startswith("account.") and event.moves_money:
            for statement in balances.BALANCES.values():
                assert f"'{topic}'" in statement


def test_views_are_compared_in_the_same_state_of_the_database(verified: Any) -> None:
    def compare(connection: Connection) -> list[Finding]:
        assert connection.in_transaction()
        return [Finding("commit_changed", {"commit": 1}, commit=1)]

    assert verified(views=[compare]).counts == {"commit_changed": 1}


def test_many_findings_of_one_kind_are_counted_and_the_first_are_kept() -> None:
    found = Findings()
    for number in range(FINDINGS_OF_ONE_KIND_MAX + 5):
        found.add("commit_changed", commit=number)
    assert len(found.kept) == FINDINGS_OF_ONE_KIND_MAX
    assert found.counts["commit_changed"] == FINDINGS_OF_ONE_KIND_MAX + 5
