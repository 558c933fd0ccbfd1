"""The lists that a centre takes in, one reader each: what a row of it says and what line of a command it makes."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from commands.intake import lists
from commands.intake.headings import LABELS, compact
from commands.intake.identity import credit_code, identity_number
from commands.intake.lists import ListReader
from ledger.refusal import Refusal
from ledger.store.persons import Person


class Remittance(ListReader):
    """A month's remittance list (汇缴清册) of one employer."""

    wanted: ClassVar = (
        "account",
        "name",
        "id_number",
        "base",
        "employer_amount",
        "employee_amount",
        "total",
        "month",
        "employer",
        "employer_name",
    )
    required: ClassVar = ("account",)
    summed: ClassVar = ("base", "employer_amount", "employee_amount", "total")
    of_one_employer: ClassVar = True
    of_one_month: ClassVar = True
    first_row: dict[str, int]

    def read(self) -> lists.Listed:
        self.first_row = {}
        return super().read()

    def line(self) -> dict[str, Any] | None:
        account = self.id("account")
        person, base_fen = self.person(), self.money("base")
        employer_fen, employee_fen = self.money("employer_amount"), self.money("employee_amount")
        total_fen = self.money("total")
        if total_fen is not None and employer_fen is None and employee_fen is None:
            # Both sides pay the same, so the sum alone says what each of them pays.
            employer_fen, employee_fen = total_fen - total_fen // 2, total_fen // 2
        elif total_fen is not None and employer_fen is not None and employee_fen is not None:
            check_parts(self, "total", total_fen, employer_fen + employee_fen)
        if account is None:
            return None
        if self.first_row.setdefault(account, self.number) != self.number:
            self.refuse("account", Refusal("row_twice", account=account))
        if self.values.get("name") and not self.values.get("id_number"):
            self.listed.names.append((self.number, account, self.values["name"]))
        return {
            "account": account,
            "person": person,
            "base": base_fen,
            "employer_amount": employer_fen,
            "employee_amount": employee_fen,
        }


class Employers(ListReader):
    """Employers to be registered (缴存登记)."""

    wanted: ClassVar = (
        "employer",
        "employer_name",
        "credit_code",
        "kind",
        "rate",
        "employee_rate",
        "pay_day",
        "first_month",
    )
    required: ClassVar = ("employer", "employer_name", "kind", "rate")
    key: ClassVar = "employer"

    def line(self) -> dict[str, Any]:
        pay_day = self.parsed("pay_day", lists.count("pay_day"))
        return {
            "employer": self.id("employer"),
            "name": self.words("employer_name"),
            "kind": self.words("kind"),
            "rate": self.needed("rate", lists.rate),
            "employee_rate": self.parsed("employee_rate", lists.rate),
            "pay_day": 15 if pay_day is None else pay_day,
            "first_month": self.parsed("first_month", lists.month),
            "credit_code": self.parsed("credit_code", lambda text: credit_code(compact(text))) or "",
        }


class Accounts(ListReader):
    """The accounts of an employer's staff, to be opened (个人账户设立)."""

    wanted: ClassVar = (
        "account",
        "name",
        "id_number",
        "base",
        "wage",
        "joined_on",
        "first_month",
        "bank_card",
        "employer",
        "employer_name",
    )
    required: ClassVar = ("account", "name", "id_number")
    summed: ClassVar = ("base", "wage")
    of_one_employer: ClassVar = True

    def line(self) -> dict[str, Any]:
        account, person = self.id("account"), self.person()
        name = self.words("name")
        if not self.values.get("id_number"):
            self.refuse("id_number", Refusal("cell_missing", column=LABELS["id_number"]))
        if person and name:
            number = identity_number(compact(self.values["id_number"]))
            card = compact(self.values.get("bank_card", ""))
            self.listed.people[person] = Person(name, number, card)
        base_fen, wage_fen = self.money("base"), self.money("wage")
        if not self.values.get("base") and not self.values.get("wage"):
            self.refuse("base", Refusal("base_missing"))
        return {
            "account": account,
            "person": person,
            "base": base_fen,
            "wage": wage_fen if base_fen is None else None,
            "joined_on": self.parsed("joined_on", lists.day),
            "first_month": self.parsed("first_month", lists.month),
            "new_worker": None,
            "wage_month": None,
        }


class OpeningBalances(ListReader):
    """Personal balances of an older system (个人期初余额)."""

    wanted: ClassVar = (
        "account",
        "name",
        "id_number",
        "employer",
        "carried",
        "current",
        "balance",
        "months",
        "paid_up_to",
        "carried_products",
        "current_products",
    )
    required: ClassVar = ("account",)
    summed: ClassVar = ("carried", "current", "balance", "carried_products", "current_products")

    def line(self) -> dict[str, Any]:
        account, person = self.id("account"), self.person()
        carried_fen, current_fen = self.money("carried"), self.money("current")
        balance_fen = self.money("balance")
        if carried_fen is None and current_fen is None:
            if balance_fen is None and not self.errors:
                self.refuse("balance", Refusal("cell_missing", column=LABELS["balance"]))
            carried_fen = balance_fen
        elif balance_fen is not None:
            check_parts(self, "balance", balance_fen, (carried_fen or 0) + (current_fen or 0))
        products = self.money("carried_products") or 0, self.money("current_products") or 0
        return {
            "account": account,
            "person": person,
            "employer": self.parsed("employer", compact),
            "carried_products": products[0],
            "current_products": products[1],
            "products_source": self.path.name if any(products) else "",
            "carried": carried_fen or 0,
            "current": current_fen or 0,
            "months": self.parsed("months", lists.count("months")) or 0,
            "paid_up_to": self.parsed("paid_up_to", lists.month),
        }


class OpeningBooks(ListReader):
    """The trial balance that an older system closed with (总账期初余额)."""

    wanted: ClassVar = ("code", "debit", "credit")
    required: ClassVar = ("code", "debit", "credit")
    summed: ClassVar = ("debit", "credit")
    key: ClassVar = "code"

    def line(self) -> dict[str, Any] | None:
        subject = self.values.get("code", "")
        code = self.needed("code", lambda text: compact(text).split("-")[0])
        debit_fen, credit_fen = self.money("debit"), self.money("credit")
        if any(subject == line["subject"] for line in self.listed.lines):
            self.refuse("code", Refusal("subject_twice", subject=subject[:40]))
        return {"subject": subject, "code": code, "debit": debit_fen or 0, "credit": credit_fen or 0}


def check_parts(reader: ListReader, field: str, stated_fen: int, computed_fen: int) -> None:
    """Refuses a row whose sum is not that of its parts."""
    if stated_fen != computed_fen:
        reader.refuse(
            field,
            Refusal(
                "row_total_differs", column=LABELS[field], stated_fen=stated_fen, computed_fen=computed_fen
            ),
        )


READERS: Final[dict[str, type[ListReader]]] = {
    "remittance": Remittance,
    "employers": Employers,
    "accounts": Accounts,
    "opening-balances": OpeningBalances,
    "opening-books": OpeningBooks,
}
