"""The person store: sealed per person, readable only under the centre's key, written with the events or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from ledger.refusal import Refusal
from ledger.store.database import Database
from ledger.store.persons import (
    KEY_VARIABLE,
    Person,
    PersonStore,
    key_file_of,
    masked_name,
    masked_number,
    open_person_store,
)

KEY = bytes(range(32))
WANG = Person("王小明", "211402199001011233", "6222021001112223334")


def _bytes_kept(connection: Connection) -> bytes:
    rows = connection.execute(text("SELECT person_id, sealed, key FROM person")).all()
    return b"".join(part if isinstance(part, bytes) else str(part).encode() for row in rows for part in row)


def test_a_person_is_read_back_as_he_was_written(database: Database) -> None:
    store = PersonStore(KEY)
    key = store.person_id(WANG.id_number)
    with database.writing() as connection:
        store.add(connection, {key: WANG})
    with database.reading() as connection:
        assert store.read(connection, [key, "p-unknown"]) == {key: WANG}


def test_nothing_that_identifies_a_person_stands_in_the_table(database: Database) -> None:
    store = PersonStore(KEY)
    with database.writing() as connection:
        store.add(connection, {store.person_id(WANG.id_number): WANG})
        kept = _bytes_kept(connection)
    for secret in (WANG.name, WANG.id_number, WANG.bank_card):
        assert secret.encode() not in kept


def test_the_same_number_gives_the_same_id_and_another_key_gives_another_one() -> None:
    first, again, other = PersonStore(KEY), PersonStore(KEY), PersonStore(bytes(32))
    assert first.person_id(WANG.id_number) == again.person_id(WANG.id_number)
    assert first.person_id(WANG.id_number) != other.person_id(WANG.id_number)
    assert first.person_id(WANG.id_number).startswith("p-")


def test_destroying_the_key_makes_a_person_unreadable_and_leaves_the_others(database: Database) -> None:
    store = PersonStore(KEY)
    other = Person("李华", "211402198505052346")
    people = {store.person_id(one.id_number): one for one in (WANG, other)}
    gone, left = people
    with database.writing() as connection:
        store.add(connection, people)
        store.shred(connection, gone)
    with database.reading() as connection:
        assert store.read(connection, people) == {left: other}


def test_a_shredded_person_who_comes_back_is_sealed_anew(database: Database) -> None:
    store = PersonStore(KEY)
    key = store.person_id(WANG.id_number)
    with database.writing() as connection:
        store.add(connection, {key: WANG})
        store.shred(connection, key)
        store.add(connection, {key: WANG})
        assert store.read(connection, [key]) == {key: WANG}


def test_a_person_who_is_there_already_stays_as_he_is(database: Database) -> None:
    store = PersonStore(KEY)
    key = store.person_id(WANG.id_number)
    with database.writing() as connection:
        store.add(connection, {key: WANG})
        store.add(connection, {key: Person("王晓明", WANG.id_number)})
        assert store.read(connection, [key]) == {key: WANG}


def test_shredding_an_unknown_person_is_refused(database: Database) -> None:
    with pytest.raises(Refusal, match="person_unknown"), database.writing() as connection:
        PersonStore(KEY).shred(connection, "p-unknown")


def test_many_persons_are_added_at_once(database: Database) -> None:
    store = PersonStore(KEY)
    people = {store.person_id(str(number)): Person(f"甲{number}", str(number)) for number in range(5_000)}
    with database.writing() as connection:
        store.add(connection, people)
    with database.reading() as connection:
        assert store.read(connection, people) == people


def test_a_row_moved_to_another_person_does_not_open(database: Database) -> None:
    store = PersonStore(KEY)
    with database.writing() as connection:
        store.add(connection, {"p-one": WANG})
        connection.execute(text("UPDATE person SET person_id = 'p-two'"))
        with pytest.raises(Refusal, match="person_key_wrong"):
            store.read(connection, ["p-two"])


def test_another_master_key_is_refused_when_the_store_is_opened(database: Database) -> None:
    with database.writing() as connection:
        PersonStore(KEY).add(connection, {"p-one": WANG})
    with pytest.raises(Refusal, match="person_key_wrong"):
        open_person_store(database, {KEY_VARIABLE: "ab" * 32})
    assert open_person_store(database, {KEY_VARIABLE: KEY.hex()})


def test_a_malformed_master_key_is_refused(database: Database) -> None:
    for wrong in ("abc", "zz" * 32, "ab" * 31):
        with pytest.raises(Refusal, match="person_key_malformed"):
            open_person_store(database, {KEY_VARIABLE: wrong})


def test_a_server_without_a_master_key_is_refused(postgresql_url: str) -> None:
    database = Database(postgresql_url)
    with pytest.raises(Refusal, match="person_key_missing"):
        open_person_store(database, {})
    database.close()


def test_a_sqlite_file_gets_a_key_file_that_only_its_owner_reads(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    first, again = open_person_store(database, {}), open_person_store(database, {})
    assert first.person_id("1") == again.person_id("1")
    assert key_file_of(database).stat().st_mode & 0o777 == 0o600
    assert [file.suffix for file in Path(key_file_of(database)).parent.glob("*.key*")] == [".key"]
    database.close()


def test_a_key_file_that_others_can_read_is_refused(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    open_person_store(database, {})
    key_file_of(database).chmod(0o644)
    with pytest.raises(Refusal, match="person_key_exposed"):
        open_person_store(database, {})
    database.close()


def test_a_lost_key_file_is_never_replaced_while_there_are_persons(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    store = open_person_store(database, {})
    with database.writing() as connection:
        store.add(connection, {"p-one": WANG})
    key_file_of(database).unlink()
    with pytest.raises(Refusal, match="person_key_missing"):
        open_person_store(database, {})
    assert not key_file_of(database).exists()
    database.close()


@pytest.mark.parametrize(
    ("plain", "shown"),
    [
        ("211402199001011233", "211***********1233"),
        ("6222021001112223334", "622************3334"),
        ("1234567", "*******"),
    ],
)
def test_numbers_are_shown_with_their_first_three_and_last_four_characters(plain: str, shown: str) -> None:
    assert masked_number(plain) == shown


def test_names_are_shown_with_their_first_character() -> None:
    assert [masked_name(name) for name in ("王小明", "李", "")] == ["王**", "李", ""]
