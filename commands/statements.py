"""The statements of a fund year (出对账单): gathered, set and recorded, employer by employer, by several processes.

Every process reads one state of the ledger, up to the same event. What is in the folder with its recorded digest is
left alone, so an interrupted run goes on where it stopped, and a second run makes the same bytes and no new event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from datetime import date
from hashlib import sha256
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Connection, select

from commands.desk import Desk
from commands.law import Law
from commands.settlement import year_state
from ledger.dates import fund_year_bounds
from ledger.policy.parameters import Parameter, PolicyBook
from ledger.refusal import Refusal
from ledger.store.database import Database
from ledger.store.persons import open_person_store, person
from ledger.streams import statement as statements
from ledger.streams.account import Account
from ledger.streams.employer import Due, Employer
from ledger.streams.statement import Edition, Statement
from projections.documents.rendering import FORMATS, Rendering, digest_of
from projections.documents.signing import Signer, sign_beside, signed_beside
from projections.documents.statement_pages import Cover, Identity, Names, nobody
from projections.registers import REGISTERS
from projections.views.employer_statement import Gathered, gather, restate
from projections.views.stays import POOL, Stays, employers_until
from projections.views.view import catch_up, position_of

RECORDED_AT_ONCE: Final = 100
"""Employers whose statements are recorded by one unit of work."""

Told = Callable[[int, int], None]
"""Told how many employers are done, of how many."""


class Task(NamedTuple):
    """What a process needs to know to produce the statement of one employer."""

    year: int
    formats: tuple[str, ...]
    folder: Path
    known_through: int
    edition: int | None


class Produced(NamedTuple):
    """What came of one employer: nothing (it had no part in the year), its line and whether it is new, or a refusal."""

    employer: str
    accounts: int = 0
    made: int = 0
    kept: int = 0
    line: dict[str, Any] | None = None
    is_new: bool = False
    refusal: tuple[str, str, dict[str, Any]] | None = None
    files: tuple[str, ...] = ()


class Produce(NamedTuple):
    """What came of a whole run."""

    year: int
    employers: int
    accounts: int
    made: int
    kept: int
    issued: int
    refused: tuple[Refusal, ...]


def produce(
    desk: Desk,
    year: int,
    folder: Path,
    on: date,
    *,
    employers: Sequence[str] = (),
    formats: Sequence[str] = FORMATS,
    processes: int = 1,
    edition: int | None = None,
    actor: str = "clerk",
    tell: Told | None = None,
    signer: Signer | None = None,
) -> Produce:
    """Produces the statements of a year, of all employers or of some; an ``edition`` of before is made again as it was.

    A ``signer`` signs a copy of each PDF. Refuses ``statement_before_settlement`` and ``employer_unknown``;
    what is refused for one employer stands in the result, and the others go on.
    """
    if year_state(desk, year).status != "settled":
        raise Refusal("statement_before_settlement", year=year)
    database = desk.ledger.database
    catch_up(database, Stays())
    with database.reading() as connection:
        known_through = position_of(connection, Stays())
        everybody = employers_until(connection, fund_year_bounds(year)[1])
        recorded = _recorded(connection, year)
    for employer in employers:
        if employer not in everybody:
            raise Refusal("employer_unknown", employer=employer)
    task = Task(year, tuple(formats), folder, known_through, edition)
    wanted = [(one, recorded.get(one, Statement()).editions) for one in (employers or everybody)]
    alone = processes == 1 or database.in_memory
    found = _inline(desk, task, wanted) if alone else _in_processes(desk, task, wanted, processes)
    if signer:
        found = (
            _with_signatures(signer, task, one, recorded.get(one.employer, Statement())) for one in found
        )
    return _record(desk, task, found, len(wanted), on, actor, tell)


def _recorded(connection: Connection, year: int) -> dict[str, Statement]:
    register = REGISTERS["statement"]
    asked = select(register.table).where(register.table.c.year == year)
    states = (register.state_of(row) for row in connection.execute(asked))
    return {state.employer: state for state in states}


def _record(
    desk: Desk,
    task: Task,
    found: Iterable[Produced],
    total: int,
    on: date,
    actor: str,
    tell: Told | None,
) -> Produce:
    """Records what was produced, some employers at a time, under keys that stand for their content."""
    done = employers = accounts = made = kept = issued = 0
    refused: list[Refusal] = []
    rest = iter(found)
    while some := list(islice(rest, RECORDED_AT_ONCE)):
        lines = sorted(
            (one.line for one in some if one.line and one.is_new), key=lambda line: str(line["employer"])
        )
        if lines:
            content = {"on": on.isoformat(), "year": task.year, "lines": lines}
            key = f"statements-{task.year}-{sha256(msgspec.json.encode(content, order='sorted')).hexdigest()[:32]}"
            issued += desk.do("record_statements", content, actor=actor, key=key).result["issued"]
        for one in some:
            if one.refusal:
                code, clause, facts = one.refusal
                refused.append(Refusal(code, clause, **facts))
        employers += sum(bool(one.files) for one in some)
        accounts += sum(one.accounts for one in some)
        made, kept = made + sum(one.made for one in some), kept + sum(one.kept for one in some)
        done += len(some)
        if tell:
            tell(done, total)
    return Produce(task.year, employers, accounts, made, kept, issued, tuple(refused))


def _with_signatures(signer: Signer, task: Task, produced: Produced, state: Statement) -> Produced:
    """Signed copies beside the documents; a copy that is on record and still there is left alone."""
    known = {digest for edition in state.editions for _, digest in edition.signed}
    signed: dict[str, Any] = {}
    for name in produced.files:
        document = task.folder / produced.employer / name
        beside = signed_beside(document)
        if document.suffix == ".pdf" and not (beside.is_file() and digest_of(beside)[0] in known):
            digest, length = digest_of(sign_beside(signer, document))
            signed[beside.name] = {"sha256": digest, "bytes": length, "template": "signature"}
    if not signed or produced.line is None:
        return produced
    return produced._replace(line={**produced.line, "signed": signed}, is_new=True)


def statements_missing(connection: Connection, year: int) -> list[str]:
    """Employers whose employees had accounts by the end of a year, and still have, and that have no statement of it.

    The centre's pool is one of them.
    """
    has_statement = _recorded(connection, year)
    accounts = REGISTERS["account"].table.c
    live = accounts.status != "closed"
    staffed = set(connection.execute(select(accounts.employer).where(live).distinct()).scalars())
    if connection.execute(select(accounts.key).where(accounts.status == "centrally_sealed").limit(1)).first():
        staffed.add(POOL)
    until = employers_until(connection, fund_year_bounds(year)[1])
    return [one for one in until if one in staffed and one not in has_statement]


# ---------------------------------------------------------------- one employer


class Producer:
    """Produces the statement of one employer after the other, in a process of its own or not."""

    def __init__(self, database: Database, book: PolicyBook, task: Task) -> None:
        self.database, self.task = database, task
        self.due = due_by(Law(book, fund_year_bounds(task.year)[1]))
        self._store = open_person_store(database) if _inhabited(database) else None

    def produce(self, employer: str, editions: Sequence[Edition]) -> Produced:
        """The files of one employer; a refusal is part of the answer."""
        try:
            with TemporaryDirectory() as spools:
                return self._produce(employer, editions, Path(spools) / "rows")
        except Refusal as refused:
            return Produced(employer, refusal=(refused.code, refused.clause, refused.facts))

    def _produce(self, employer: str, editions: Sequence[Edition], spool: Path) -> Produced:
        task = self.task
        if task.edition is not None:
            editions = editions[: task.edition]
            if len(editions) < task.edition:
                reference = f"{task.year}/{employer}/{task.edition}"
                raise Refusal("statement_unknown", reference=reference)
        bound = editions[-1].known_through if task.edition is not None else task.known_through
        with self.database.reading() as connection:
            gathered = gather(connection, employer, task.year, self.due, bound, spool)
            if gathered is None:
                return Produced(employer)
            again = bool(editions) and (task.edition is not None or editions[-1].content == gathered.content)
            if again:
                gathered = gathered._replace(known_through=editions[-1].known_through)
            before = editions[:-1] if again else editions
            restatement = None
            if before:
                restatement = restate(connection, gathered, self.due, before[-1], gathered.known_through)
            number = len(before) + 1
            cover = Cover(gathered.statement, gathered.content, number)
            known = editions[-1].files if again else {}
            rendering = Rendering(cover, spool, self._names(connection), restatement, task.folder, known)
            made = list(rendering.make(task.formats))
        new = {one.name: one.digest for one in made if one.name not in known}
        line = _line(gathered, number, new, restatement.difference() if restatement and not again else None)
        kept = sum(one.kept for one in made)
        return Produced(
            employer,
            gathered.statement.rows,
            len(made) - kept,
            kept,
            line,
            bool(new) or not again,
            files=tuple(one.name for one in made),
        )

    def _names(self, connection: Connection) -> Names:
        store = self._store
        if store is None:
            return nobody

        def names(persons: Sequence[str]) -> Mapping[str, Identity]:
            found = store.read(connection, persons)
            return {key: Identity(one.name, one.id_number) for key, one in found.items()}

        return names


def _line(
    gathered: Gathered,
    number: int,
    files: Mapping[str, statements.FileDigest],
    difference: statements.Difference | None,
) -> dict[str, Any]:
    """What is recorded of an edition, as the command takes it."""
    statement = gathered.statement
    why = msgspec.to_builtins(difference or statements.Difference())
    return {
        "employer": statement.employer,
        "edition": number,
        "known_through": gathered.known_through,
        "content": gathered.content,
        "accounts": statement.rows,
        "closing_fen": statement.totals.closing_fen,
        "files": {name: msgspec.to_builtins(digest) for name, digest in sorted(files.items())},
        **why,
    }


def due_by(law: Law) -> Due:
    """What the law says an employer owes for a month of an account, both parts."""

    def due(employer: Employer, account: Account, month: int) -> int:
        contribution = law.contribution(employer, account, month)
        return contribution.employer_fen + contribution.employee_fen

    return due


def _inhabited(database: Database) -> bool:
    with database.reading() as connection:
        return connection.execute(select(person.c.person_id).limit(1)).first() is not None


# ---------------------------------------------------------------- processes

Wanted = Sequence[tuple[str, tuple[Edition, ...]]]


def _inline(desk: Desk, task: Task, wanted: Wanted) -> Iterator[Produced]:
    producer = Producer(desk.ledger.database, desk.present_book(), task)
    for employer, editions in wanted:
        yield producer.produce(employer, editions)


def _in_processes(desk: Desk, task: Task, wanted: Wanted, processes: int) -> Iterator[Produced]:
    """As they are done; no more are asked for than the processes can chew."""
    # Of the law a statement needs how contributions are rounded, and that alone travels to another process.
    rounding = desk.present_book().parameter("contribution_rounding")
    arguments = (desk.ledger.database.url, rounding, task)
    # Started afresh, so that no process inherits a connection or a half-filled cache.
    with ProcessPoolExecutor(
        processes, mp_context=get_context("spawn"), initializer=_start, initargs=arguments
    ) as pool:
        rest = iter(wanted)
        waiting = {pool.submit(_produce_here, *one) for one in islice(rest, 4 * processes)}
        while waiting:
            finished = next(as_completed(waiting))
            waiting.remove(finished)
            waiting |= {pool.submit(_produce_here, *one) for one in islice(rest, 1)}
            yield finished.result()


_HERE: list[Producer] = []
"""The producer of a worker process."""


def _start(url: str, rounding: Parameter, task: Task) -> None:
    _HERE.append(Producer(Database(url), PolicyBook({rounding.id: rounding}), task))


def _produce_here(employer: str, editions: tuple[Edition, ...]) -> Produced:
    return _HERE[0].produce(employer, editions)
