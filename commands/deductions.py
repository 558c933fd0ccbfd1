"""Deductions of loans from file to file (批量扣款): what fell due goes to the bank, its result file comes back.

The ledger is written first, in one commit however long the file is; names and accounts are read from the person store
while the file is written. Made again, the file is the same.
"""

from __future__ import annotations

from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, Final

from commands.bank import text
from commands.bank.files import FileGateway, place
from commands.bank.gateway import Batch, Instruction
from commands.desk import Desk
from ledger.refusal import Refusal
from ledger.store.persons import PersonStore
from ledger.streams.loan.state import RUNNING
from projections.registers import REGISTERS

RESULTS_AT_ONCE: Final = 100_000
"""Results that one unit of work takes in."""


def send(
    desk: Desk,
    gateway: FileGateway,
    people: PersonStore,
    batch: str,
    on: date,
    *,
    mode: str,
    form: str,
    actor: str,
) -> dict[str, Any]:
    """Asks the bank to collect what loans owe on a day: as ``text`` or as ``pain.008``.

    Refuses ``payee_account_missing`` where a borrower has no account on file, before anything is asked.
    """
    accounts = _accounts(desk, people)
    content = {"on": on, "batch": batch, "mode": mode}
    sent = desk.do("send_deductions", content, actor=actor, key=f"deduct-{batch}").result
    with desk.ledger.database.reading() as connection:
        keys = sorted(REGISTERS["deduction"].keys_where(connection, batch=batch))
        found = REGISTERS["deduction"].read(connection, keys)
    instructions = [
        Instruction(state.end_to_end, state.asked_fen, *accounts[loan])
        for loan, (_, state) in sorted(found.items())
    ]
    if form == "text":
        path = gateway.folder / "out" / f"{batch}.txt"
        if not path.exists():
            place(path, text.deduction_lines(instructions, mode))
    else:
        gateway.hand_over(Batch(batch, "collect", on, gateway.own_account("fund"), instructions))
    return sent


def _accounts(desk: Desk, people: PersonStore) -> dict[str, tuple[str, str]]:
    """Name and account of the borrower of every running loan."""
    with desk.ledger.database.reading() as connection:
        keys = REGISTERS["loan"].keys_where(connection, status=RUNNING)
        loans = {key: state.borrower for key, (_, state) in REGISTERS["loan"].read(connection, keys).items()}
        known = people.read(connection, loans.values())
    missing = [
        key
        for key, one in loans.items()
        if one not in known or not (known[one].name and known[one].bank_card)
    ]
    if missing:
        raise Refusal("payee_account_missing", count=len(missing), payments=", ".join(sorted(missing)[:5]))
    return {key: (known[one].name, known[one].bank_card) for key, one in loans.items()}


def receive(desk: Desk, path: Path, on: date, *, actor: str) -> dict[str, int]:
    """Takes a result file in; the same file twice changes nothing. Results that fit nothing are counted as refused."""
    counted: dict[str, int] = {}
    rows = iter(list(text.result_lines(path)))
    while some := list(islice(rows, RESULTS_AT_ONCE)):
        content = {"on": on, "results": some, "accept_good_rows": True}
        for what, count in desk.do("record_deductions", content, actor=actor).result.items():
            counted[what] = counted.get(what, 0) + count
    return counted
