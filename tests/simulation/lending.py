"""A small city that lends: loans are applied for, paid out, repaid, reversed, prepaid, offset, extended, and go bad."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from ledger.policy.parameters import PolicyBook
from ledger.streams import loan as loans
from ledger.streams.loan.state import RUNNING
from tests.conftest import with_examples
from tests.simulation.city import NOTHING, City, Content, Weights, deposit, open_account, withdraw

LIMITS = {
    "loan_amount_max": 50_000_000,
    "loan_price_ratio_max": Decimal("0.7"),
    "loan_balance_multiple": Decimal(100),
    "loan_years_max": 30,
    "loan_min_months": 1,
    "statutory_retirement_age": 60,
    "guarantee_fee_rate": Decimal("0.005"),
}


def lending_book(book: PolicyBook) -> PolicyBook:
    """The same law with the limits that a committee sets."""
    return with_examples(book, LIMITS)


class LendingCity(City):
    """Lends to its own contributors and to those of another city."""

    def weights(self) -> Weights:
        return _WEIGHTS

    def _founding(self) -> tuple[str, Content] | None:
        """A lending city begins with three loans that are paid out."""
        found = super()._founding()
        if (
            found
            or self.asked > 60
            or sum(bool(one.disbursed_fen) for one in self.states["loan"].values()) > 2
        ):
            return found
        steps = {"signed": disburse_loan, "approved": sign_loan, "applied": approve_loan}
        at_hand = {one.status for one in self.states["loan"].values()}
        make = next((step for status, step in steps.items() if status in at_hand), apply_loan)
        if make is disburse_loan and self.random.random() < 0.6:
            make = secure_loan
        return make.__name__, make(self)

    def loan(self, *statuses: str) -> str:
        found = [key for key, one in self.states["loan"].items() if one.status in (statuses or (RUNNING,))]
        return self.random.choice(found or [NOTHING])

    def of_loan(self, key: str) -> loans.Loan:
        found: loans.Loan = self.states["loan"].get(key, loans.Loan())
        return found

    def about(self, fen: int) -> str:
        """An amount near another, sometimes exactly it."""
        part = self.random.choice((fen, fen, fen + 1, fen // 2, 3 * fen, fen - 1))
        return f"{max(part, 1) // 100}.{max(part, 1) % 100:02d}"


def apply_loan(city: LendingCity) -> Content:
    number = len(city.states["loan"])
    content: Content = {
        "loan": f"L{number}",
        "purpose": city.random.choice(("new_home", "new_home", "second_hand", "shop")),
        "price": "900000.00",
        "amount": city.random.choice(("60000.00", "120000.01", "99999.99", "630000.00")),
        "months": city.random.choice((6, 12, 13, 36, 360)),
        "age": city.random.choice((30, 40, 59)),
        "capacity": "600000.00",
    }
    own = [key for key, one in city.states["account"].items() if one.status == "normal" and one.balance_fen]
    if own and city.random.random() < 0.6:
        account = city.random.choice(own)
        return content | {"account": account, "borrower": city.of(account).person}
    elsewhere = {"from_centre": "C2", "months_elsewhere": 12, "balance_elsewhere": "40000.00"}
    return content | elsewhere | {"borrower": f"P{city.random.randrange(20, 30)}"}


def approve_loan(city: LendingCity) -> Content:
    return {"loan": city.loan("applied")}


def reject_loan(city: LendingCity) -> Content:
    return {"loan": city.loan("applied"), "reason": "不符合条件"}


def give_up_loan(city: LendingCity) -> Content:
    return {"loan": city.loan("applied", "approved", "signed"), "reason": "不买了"}


def sign_loan(city: LendingCity) -> Content:
    method = city.random.choice(("level_payment", "level_payment", "equal_principal", "single_payment"))
    day = city.random.choice((0, 0, 20, 28, 31))
    return {
        "loan": city.loan("approved"), "contract": f"C{city.asked}", "method": method, "repay_day": day, "payee": "F1",
    }  # fmt: skip


def secure_loan(city: LendingCity) -> Content:
    kind = city.random.choice(("mortgage", "guarantee"))
    return {"loan": city.loan("signed"), "kind": kind, "document": f"D{city.asked}", "giver": "G1"}


def disburse_loan(city: LendingCity) -> Content:
    return {"loan": city.loan("signed")}


def pay_guarantee_fee(city: LendingCity) -> Content:
    return {"loan": city.loan(), "payer": city.random.choice(("centre", "centre", "borrower"))}


def run_instalments(city: LendingCity) -> Content:
    return {}


def repay_loan(city: LendingCity) -> Content:
    key = city.loan()
    return {
        "loan": key,
        "amount": _near_what_is_owed(city, key),
        "reference": f"R{city.random.randrange(60)}",
    }


def repay_loans(city: LendingCity) -> Content:
    keys = {city.loan() for _ in range(3)}
    lines = [
        {"loan": key, "amount": _near_what_is_owed(city, key), "reference": f"R{city.asked}"}
        for key in sorted(keys)
    ]
    return {"lines": lines, "accept_good_rows": city.random.random() < 0.7}


def _near_what_is_owed(city: LendingCity, key: str) -> str:
    state = city.of_loan(key)
    owed = sum(one.principal_fen + one.interest_fen for one in state.owed)
    return city.about(owed or state.instalment_fen)


def prepay_loan(city: LendingCity) -> Content:
    key = city.loan()
    content: Content = {"loan": key, "reference": f"R{city.random.randrange(60)}"}
    if city.random.random() < 0.3:
        return content
    how = city.random.choice(("keep_instalment", "keep_term", "change_term"))
    more = {"months": 5} if how == "change_term" else {}
    return content | {"amount": city.about(city.of_loan(key).running_fen // 3), "how": how} | more


def reverse_repayment(city: LendingCity) -> Content:
    key = city.loan(RUNNING, "settled")
    return {"loan": key, "version": city.random.randrange(5, 18), "reason": "银行退票"}


def agree_offset(city: LendingCity) -> Content:
    return {"loan": city.loan(), "mode": city.random.choice(("monthly", "monthly", "yearly", "none"))}


def run_offsets(city: LendingCity) -> Content:
    return {"mode": city.random.choice(("monthly", "monthly", "yearly"))}


def extend_loan(city: LendingCity) -> Content:
    return {"loan": city.loan(), "months": city.random.choice((3, 12)), "approval": "管委会"}


def send_demand(city: LendingCity) -> Content:
    return {"loan": city.loan(), "document": f"D{city.asked}"}


def guarantor_pays(city: LendingCity) -> Content:
    key = city.loan()
    return {"loan": key, "amount": _near_what_is_owed(city, key), "reference": f"G{city.asked}"}


def demand_early(city: LendingCity) -> Content:
    why = city.random.choice(("unlawful", "breach"))
    by = city.day + timedelta(days=city.random.choice((0, 10, 40)))
    return {"loan": city.loan(), "why": why, "repay_by": by.isoformat(), "document": f"D{city.asked}"}


def release_security(city: LendingCity) -> Content:
    key = city.loan("settled")
    given: Any = city.of_loan(key).security
    kind, document, _ = given[0] if given else ("mortgage", "D", "")
    return {"loan": key, "kind": kind, "document": document}


_WEIGHTS: Weights = {
    open_account: 2, deposit: 8, withdraw: 2, apply_loan: 8, approve_loan: 10, reject_loan: 1, give_up_loan: 1,
    sign_loan: 10, secure_loan: 10, disburse_loan: 14, pay_guarantee_fee: 2, run_instalments: 14, repay_loan: 20,
    repay_loans: 6, prepay_loan: 8, reverse_repayment: 16, agree_offset: 4, run_offsets: 6, extend_loan: 3,
    send_demand: 3, guarantor_pays: 4, demand_early: 1, release_security: 2,
}  # fmt: skip

LENT = frozenset(make.__name__ for make in _WEIGHTS)
"""The commands of a lending office's daily work."""
