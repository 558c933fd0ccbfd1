"""The desk: the composition root, and the one way in for every command."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from commands.handlers import COMMANDS, Command, Work
from commands.handlers.interest import level_payable
from commands.handlers.road import Deed, approved_deed, carry_out, load
from commands.law import Law
from commands.policy_book import LedgerBook
from ledger.dates import business_day, utc_now
from ledger.names import tidy_name
from ledger.policy.parameters import PolicyBook
from ledger.refusal import Refusal
from ledger.store.ledger import Ledger
from ledger.store.unit_of_work import Outcome, Request, Step, UnitOfWork
from ledger.text import check_text, trimmed
from migrations import upgrade
from projections.registers import REGISTERS
from projections.registers.references import REFERENCES
from projections.views.journal import Journal
from projections.views.view import catch_up

Beside = Callable[[Work, dict[str, Any]], None]


class Desk:
    """A ledger with its registers and its law, ready to be asked to change.

    ``clock`` gives the moment of recording; ``book`` the parameters; ``after_step`` is where tests inject faults.
    """

    def __init__(
        self,
        url: str,
        clock: Callable[[], datetime] = utc_now,
        book: PolicyBook | None = None,
        after_step: Step | None = None,
    ) -> None:
        faults = {"after_step": after_step} if after_step else {}
        self.ledger = Ledger(url, REGISTERS, clock, indexes=(REFERENCES,), **faults)
        self.book = book or PolicyBook.bundled()
        self.policy = LedgerBook(self.book)
        if self.ledger.database.in_memory:
            upgrade(self.ledger.database.engine)  # such a ledger begins and ends with its desk
        if not self.ledger.database.is_migrated():
            self.ledger.close()
            raise Refusal("ledger_missing", url=self.ledger.database.engine.url.render_as_string())

    def do(
        self,
        command: str,
        content: Mapping[str, Any],
        *,
        actor: str = "clerk",
        approver: str = "",
        key: str = "",
    ) -> Outcome:
        """Carries a command out once under its key (made up when the client has none).

        ``content`` is what people write: it is read by the command's schema. Refuses ``command_unknown``,
        ``content_invalid``, ``second_person_needed`` and ``same_person`` where money leaves, and what the
        decision refuses; a refusal leaves no trace.
        """
        if command not in COMMANDS:
            raise Refusal("command_unknown", command=command)
        return self.do_loaded(command, load(command, dict(content)), actor=actor, approver=approver, key=key)

    def do_loaded(
        self,
        command: str,
        given: dict[str, Any],
        *,
        actor: str,
        approver: str = "",
        key: str = "",
        beside: Beside | None = None,
    ) -> Outcome:
        """The same for content that has been read already, as the intake of files does row by row.

        ``beside`` is done in the same unit of work after the decision; what it raises undoes the whole.
        """
        spec = COMMANDS[command]
        actor = tidy_name(check_text(actor, "by"))
        approver = tidy_name(check_text(approver, "approved_by")) if trimmed(approver) else ""
        key = check_text(key, "key") if key else str(uuid4())
        deed = self._deed(spec, given, actor, approver)
        if deed.command.needs_journal:
            catch_up(self.ledger.database, Journal())
        prepared = None
        if deed.command.prepare:
            with self.ledger.database.reading() as connection:
                prepared = deed.command.prepare(connection, self.policy.on(connection), deed.given)
        request = Request(key, command, deed.maker, given, deed.approver)

        def decide(uow: UnitOfWork) -> dict[str, Any]:
            law = Law(self.policy.on(uow.connection), business_day(uow.recorded_at), self.book)
            work = Work(uow, law, self.ledger, prepared)
            result = carry_out(work, spec, given)
            level_payable(work)
            if beside is not None:
                beside(work, result)
            return result

        return self.ledger.execute(request, decide)

    def _deed(self, spec: Command, given: dict[str, Any], actor: str, approver: str) -> Deed:
        if spec.name != "approve":
            return Deed(spec, given, actor, approver)
        with self.ledger.database.reading() as connection:
            return approved_deed(connection, given, actor)

    def present_book(self) -> PolicyBook:
        """The parameters as they stand: the base and everything that was published in this ledger."""
        with self.ledger.database.reading() as connection:
            return self.policy.on(connection)

    def close(self) -> None:
        self.ledger.close()

    def __enter__(self) -> Desk:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
