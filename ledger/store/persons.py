"""The person store (个人信息): the only place for names, identity numbers and bank cards.

Each person is sealed by a data key of his own, which a master key wraps. Deleting the wrapped key makes the person
unreadable, while his ledger events, which never named him, stay. The person id is a pseudonym: an HMAC of the
identity number under the centre's key, the same for the same person; without the key no list of numbers can be
tried against it. 葫政发〔2019〕12号 第二十四条 (confidentiality).
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Column, Connection, LargeBinary, Table, Text, select, update
from sqlalchemy.engine import make_url

from ledger.refusal import Refusal
from ledger.store.append import driver
from ledger.store.database import Database
from ledger.store.tables import metadata

KEY_VARIABLE: Final = "PROVIDENT_PERSON_KEY"
KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12
_READ_AT_ONCE: Final = 900

person = Table(
    "person",
    metadata,
    Column("person_id", Text, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("key", LargeBinary),
)

# A person whose key was destroyed and who comes back is sealed anew; everybody else stays as he is.
_ANEW: Final = (
    " ON CONFLICT (person_id) DO UPDATE SET sealed = excluded.sealed, key = excluded.key"
    " WHERE person.key IS NULL"
)


class Person(msgspec.Struct, frozen=True, omit_defaults=True):
    """What identifies a person (姓名, 证件号码, 银行卡号)."""

    name: str = ""
    id_number: str = ""
    bank_card: str = ""


class PersonStore:
    """Seals and opens persons under a master key of 32 bytes. It writes on the connection of a unit of work."""

    def __init__(self, master_key: bytes) -> None:
        # One key for each purpose, so that a pseudonym never says anything about a sealed row.
        self._pseudonyms = hmac.digest(master_key, b"provident/person-id", "sha256")
        self._wrapping = AESGCM(hmac.digest(master_key, b"provident/wrapping", "sha256"))

    def person_id(self, id_number: str) -> str:
        """The pseudonym of a normalised identity number: ``p-`` and 32 hexadecimal digits."""
        return "p-" + hmac.digest(self._pseudonyms, id_number.encode(), "sha256")[:16].hex()

    def add(self, connection: Connection, people: Mapping[str, Person]) -> None:
        """Adds persons by id, all at once; those who are there already stay as they are."""
        if not people:
            return
        rows = [self._seal(key, one) for key, one in sorted(people.items())]
        if connection.dialect.name == "sqlite":
            _run(connection, f"INSERT INTO person VALUES (?, ?, ?){_ANEW}", rows, many=True)
        else:
            columns = [list(column) for column in zip(*rows, strict=True)]
            statement = (
                "INSERT INTO person SELECT * FROM unnest(%b::text[], %b::bytea[], %b::bytea[])" + _ANEW
            )
            _run(connection, statement, columns, many=False)

    def read(self, connection: Connection, ids: Iterable[str]) -> dict[str, Person]:
        """Persons by id; who is unknown or was shredded is left out. Refuses ``person_key_wrong``."""
        asked, found = list(dict.fromkeys(ids)), {}
        for start in range(0, len(asked), _READ_AT_ONCE):
            some = asked[start : start + _READ_AT_ONCE]
            question = select(person).where(person.c.person_id.in_(some), person.c.key.is_not(None))
            for key, sealed, wrapped in connection.execute(question):
                found[key] = self._open(key, sealed, wrapped)
        return found

    def shred(self, connection: Connection, person_id: str) -> None:
        """Destroys a person's key: nobody can read the row again. Refuses ``person_unknown``."""
        done = connection.execute(update(person).where(person.c.person_id == person_id).values(key=None))
        if not done.rowcount:
            raise Refusal("person_unknown", person=person_id)

    def check_key(self, connection: Connection) -> None:
        """Refuses ``person_key_wrong`` when the persons of this ledger were sealed under another key."""
        question = select(person.c.person_id).where(person.c.key.is_not(None)).limit(1)
        self.read(connection, connection.execute(question).scalars())

    def _seal(self, key: str, one: Person) -> tuple[str, bytes, bytes]:
        data_key, nonces = os.urandom(KEY_BYTES), os.urandom(2 * _NONCE_BYTES)
        first, second = nonces[:_NONCE_BYTES], nonces[_NONCE_BYTES:]
        about = key.encode()
        sealed = first + AESGCM(data_key).encrypt(first, msgspec.json.encode(one), about)
        return key, sealed, second + self._wrapping.encrypt(second, data_key, about)

    def _open(self, key: str, sealed: bytes, wrapped: bytes) -> Person:
        about = key.encode()
        try:
            data_key = self._wrapping.decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], about)
            plain = AESGCM(data_key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], about)
        except InvalidTag:
            raise Refusal("person_key_wrong", person=key) from None
        return msgspec.json.decode(plain, type=Person)


def _run(connection: Connection, statement: str, rows: list[Any], many: bool) -> None:
    cursor = driver(connection).cursor()
    try:
        (cursor.executemany if many else cursor.execute)(statement, rows)
    finally:
        cursor.close()


# ---------------------------------------------------------------- the centre's key


def open_person_store(database: Database, environment: Mapping[str, str] = os.environ) -> PersonStore:
    """The person store of a ledger. The key is ``PROVIDENT_PERSON_KEY``, or for a SQLite file a file beside it.

    Refuses ``person_key_missing`` where a server's ledger has none (or the file of a ledger with persons is gone),
    ``person_key_malformed``, ``person_key_exposed`` and ``person_key_wrong``.
    """
    with database.reading() as connection:
        inhabited = connection.execute(select(person.c.person_id).limit(1)).first() is not None
    store = PersonStore(_master_key(database, environment, inhabited))
    with database.reading() as connection:
        store.check_key(connection)
    return store


def _master_key(database: Database, environment: Mapping[str, str], inhabited: bool) -> bytes:
    if environment.get(KEY_VARIABLE):
        return _parse_key(environment[KEY_VARIABLE], KEY_VARIABLE)
    if database.in_memory:
        return os.urandom(KEY_BYTES)  # such a ledger ends with its process, and its persons with it
    if not database.is_sqlite:
        raise Refusal("person_key_missing", where=KEY_VARIABLE)
    path = key_file_of(database)
    if not path.exists():
        if inhabited:
            raise Refusal("person_key_missing", where=str(path))
        _make_key_file(path)
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise Refusal("person_key_exposed", path=str(path))
    return _parse_key(path.read_text("ascii", "replace"), str(path))


def key_file_of(database: Database) -> Path:
    """The key file that belongs to a SQLite file: beside it, with ``.key`` after its name."""
    return Path(f"{make_url(database.url).database}.key")


def _make_key_file(path: Path) -> None:
    # Written whole under a name of its own and then linked, so that a second process finds all of it or nothing.
    own = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(os.urandom(KEY_BYTES).hex() + "\n")
        file.flush()
        os.fsync(descriptor)
    try:
        os.link(own, path)
    except FileExistsError:
        pass
    finally:
        own.unlink()


def _parse_key(text: str, where: str) -> bytes:
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise Refusal("person_key_malformed", where=where)
    return key


# ---------------------------------------------------------------- how a person is shown


def masked_name(name: str) -> str:
    """A name for display: its first character kept (王**)."""
    return name[:1] + "*" * (len(name) - 1)


def masked_number(number: str) -> str:
    """An identity number or a card for display: the first three and the last four characters kept."""
    return number[:3] + "*" * max(len(number) - 7, 0) + number[-4:] if len(number) > 7 else "*" * len(number)
