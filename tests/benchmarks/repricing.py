"""The yearly repricing of 100,000 loans, against one set-based SQL statement that computes the same sums.

The statement reads the same register and computes the interest that accrued at the old rate up to 1 January, loan by
loan, and sums it; it writes nothing. The repricing also decides, computes the new level payment, appends its events with
rule and parameters, updates the register and links the chain.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from time import perf_counter
from typing import Any, Final

from commands.desk import Desk
from commands.loan_runs import run_over_loans
from ledger.dates import SHANGHAI
from ledger.policy.loan_terms import Terms
from ledger.store.database import Database
from ledger.store.unit_of_work import Request, UnitOfWork
from ledger.streams import loan as loans
from migrations import upgrade
from tests.benchmarks.measuring import Figure, forget_peak, peak_mib
from tests.benchmarks.stores import Stores, bench_book

DISBURSED, JANUARY = date(2022, 9, 20), date(2023, 1, 1)
RATE: Final = Decimal("0.0325")
PAID: Final = 3
"""Instalments that every loan has paid when its rate changes, on 20 December for the last time."""

_STATEMENT: Final = """
SELECT count(*), sum((2 * (normal_fen + overdue_fen) * 325 * 12 + 3600000) / 7200000)
FROM register_loan WHERE status = 'running' AND months > 12
"""
"""Twelve days at 3.25 % over 360, rounded half-up loan by loan."""


def run(kind: str, stores: Stores, small: bool, **_: Any) -> Iterator[Figure]:
    count = 2_000 if small else 100_000
    url = stores.empty(kind)
    database = Database(url)
    upgrade(database.engine)
    database.close()
    with Desk(url, clock=lambda: datetime.combine(JANUARY, time(9), SHANGHAI), book=bench_book()) as desk:
        stores.tell(f"{kind}: lending {count:,} times")
        lend(desk, count)
        with desk.ledger.database.reading() as connection:
            began = perf_counter()
            found, accrued_fen = connection.exec_driver_sql(_STATEMENT).one()
            bare = perf_counter() - began
        forget_peak()
        stores.tell(f"{kind}: repricing {count:,} loans")
        began = perf_counter()
        done = run_over_loans(desk, "reprice_loans", JANUARY)
        seconds = perf_counter() - began
        recorded_fen = _accrued(desk)
    assert (done["changed"], recorded_fen) == (found, int(accrued_fen)), (done, recorded_fen, accrued_fen)
    stores.drop(url)
    what = f"{count:,} loans"
    yield Figure("repricing", kind, f"{what}: one SQL statement, read only", bare, "s")
    yield Figure(
        "repricing", kind, f"{what}: repriced", seconds, "s", seconds / bare, "times the statement's time"
    )
    yield Figure("repricing", kind, f"{what}: peak memory", peak_mib(), "MiB")


def lend(desk: Desk, count: int) -> None:
    """Loans as they stand after their first instalments, written through the unit of work in commits of 5,000."""
    for start in range(0, count, 5_000):
        numbers = range(start, min(start + 5_000, count))

        def decide(uow: UnitOfWork, numbers: range = numbers) -> dict[str, Any]:
            keys = [f"L{number:06d}" for number in numbers]
            uow.load("loan", keys)
            for number, key in zip(numbers, keys, strict=True):
                uow.append("loan", key, _history(10_000_000 + 100 * number))
            return {}

        desk.ledger.execute(Request(f"lend-{start}", "lend", "bench", {}), decide)


def _history(amount_fen: int) -> list[Any]:
    """The events of a loan from its application to its third instalment."""
    terms = Terms()
    signed = loans.Loan(
        status="signed", method="level_payment", amount_fen=amount_fen, months=240, security=(("mortgage", "M", "P"),)
    )  # fmt: skip
    applied = loans.Applied(
        effective_on=DISBURSED, borrower="P", purpose="new_home", price_fen=2 * amount_fen, amount_fen=amount_fen,
        months=240, home_number=1, decide_by=DISBURSED, parameters=(),
    )  # fmt: skip
    contract = loans.ContractSigned(
        effective_on=DISBURSED, contract="C", method="level_payment", repay_day=0, payee="F"
    )
    events: list[Any] = [
        applied,
        loans.Approved(effective_on=DISBURSED, amount_fen=amount_fen, months=240),
        contract,
        loans.Secured(effective_on=DISBURSED, kind="mortgage", document="M", giver="P"),
        *loans.disburse(signed, "L", RATE, terms, "", {}, DISBURSED),
    ]
    state = loans.LOANS.fold(events)
    for number in range(PAID):
        due = loans.next_due(state, terms)
        assert due is not None
        paid, _ = loans.repay(
            state, "L", loans.Arrived(due.payment_fen, due.due_on, "bank_card", str(number)), terms
        )
        events += paid
        for one in paid:
            state = loans.evolve(state, one)
    return events


def _accrued(desk: Desk) -> int:
    """What the repricing recorded as accrued, from the register."""
    with desk.ledger.database.reading() as connection:
        return int(connection.exec_driver_sql("SELECT sum(accrued_fen) FROM register_loan").scalar_one())
