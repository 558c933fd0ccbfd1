"""What else happens in a city: people leave, come back and move, withdraw, err; money comes that nobody knows.

The commands of a month are taken in before its remittance files; who leaves or joins by them is left out of the
files or stands in them. Nobody is touched twice, so that every command can be carried out.
"""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING, Any, Final

from ledger.dates import first_day, format_month
from ledger.money import format_fen

if TYPE_CHECKING:
    from commands.intake.sample.city import City

CLERK, APPROVER, COMMITTEE = "经办甲", "审批乙", "管委会"
ONE_IN: Final = 2_000
"""Of so many employees one is sealed, one moves and one errs each month; five withdraw."""


class Business:
    """The commands of a city, month by month. It changes who stands with whom."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.random = Random(f"{city.plan.seed}/business")
        self.touched: set[int] = set()
        self.sealed: list[tuple[int, int]] = []
        self.paid_otherwise: set[int] = set()
        self.proposals = 0

    def figures(self) -> list[dict[str, Any]]:
        """The two figures that only the city sets (第十九条): drafted, approved by the committee, published."""
        commands = []
        for parameter, fen in (("city_average_monthly_wage", 512_300), ("minimum_wage", 142_000)):
            draft = {"parameter": parameter, "draft": "D1"}
            terms = {"value": fen, "effective_from": "2019-07-01", "document": "示例统计公报", "clause": "一"}
            resolution = {"resolution": "2019年第2次会议"}
            commands += [
                _command(date(2019, 5, 21), "draft_parameter", **draft, **terms),
                _command(date(2019, 5, 28), "approve_parameter", COMMITTEE, **draft, **resolution),
                _command(date(2019, 6, 3), "publish_parameter", **draft),
            ]
        return commands

    def of_month(self, month: int) -> list[dict[str, Any]]:
        """The commands before the remittances of a month, in the order of their days; none before the second."""
        from commands.intake.sample.city import FIRST_MONTH

        self.paid_otherwise = set()
        if month == FIRST_MONTH:
            return []
        commands = self._unseal(month)
        for _ in range(max(1, self.city.plan.employees // ONE_IN)):
            commands += [*self._seal(month), *self._move(month), *self._err(month, month - FIRST_MONTH)]
            for _ in range(5):
                commands += self._withdraw(month)
        if month == FIRST_MONTH + 1:
            commands += [*self._freeze(month), *self._petition(month), *self._retire(month)]
        commands += [*self._hold(month), *self._pay_first(month)]
        return sorted(commands, key=lambda one: str(one["on"]))

    # -- people

    def _someone(self) -> tuple[int, int] | None:
        """``(employee, employer)`` of somebody whom nothing has happened to, with colleagues who stay."""
        for _ in range(50):
            employer = self.random.randrange(self.city.plan.employers)
            first, last = self.city.starts[employer], self.city.starts[employer + 1]
            employee = self.random.randrange(first, last)
            if employee not in self.touched and last - first - len(self.city.left[employer]) > 3:
                self.touched.add(employee)
                return employee, employer
        return None

    def _seal(self, month: int) -> list[dict[str, Any]]:
        found = self._someone()
        if not found:
            return []
        employee, employer = found
        self.city.left[employer].add(employee)
        self.sealed.append(found)
        ended = first_day(month) - timedelta(days=1)
        account = self.city.account(employee)
        return [
            _command(
                ended + timedelta(days=2),
                "break_relation",
                account=account,
                how="interrupted",
                broken_on=str(ended),
            ),
            _command(ended + timedelta(days=5), "seal", account=account),
        ]

    def _unseal(self, month: int) -> list[dict[str, Any]]:
        """Half of those who were sealed in the month before come back."""
        back = self.sealed[::2]
        self.sealed = []
        for employee, employer in back:
            self.city.left[employer].discard(employee)
        on = first_day(month) + timedelta(days=2)
        return [
            _command(on, "unseal", account=self.city.account(employee), resumed_on=str(first_day(month)))
            for employee, _ in back
        ]

    def _move(self, month: int) -> list[dict[str, Any]]:
        found = self._someone()
        if not found or self.city.plan.employers < 2:
            return []
        employee, employer = found
        to = (employer + self.random.randrange(1, self.city.plan.employers)) % self.city.plan.employers
        self.city.left[employer].add(employee)
        self.city.joined[to].append(employee)
        return [
            _command(
                first_day(month) + timedelta(days=5),
                "transfer",
                account=self.city.account(employee),
                to=self.city.employer(to),
                ended_on=str(first_day(month) - timedelta(days=1)),
                hired_on=str(first_day(month)),
            )
        ]

    def _retire(self, month: int) -> list[dict[str, Any]]:
        found = self._someone()
        if not found:
            return []
        self.city.left[found[1]].add(found[0])
        return self._proposed(
            month, "withdraw", account=self.city.account(found[0]), reason="retirement", evidence="退休审批表"
        )

    # -- money

    def _withdraw(self, month: int) -> list[dict[str, Any]]:
        found = self._someone()
        if not found:
            return []
        employee, employer = found
        fen = self.city.share_fen(self.city.bases[employee], self.city.rates[employer]) // 200 * 100
        return self._proposed(
            month,
            "withdraw",
            account=self.city.account(employee),
            amount=_yuan(fen),
            reason="rent",
            evidence="租赁合同",
        )

    def _proposed(self, month: int, command: str, **content: Any) -> list[dict[str, Any]]:
        """What pays is proposed by one person and approved by another."""
        self.proposals += 1
        proposal, on = f"P{self.proposals:06d}", first_day(month) + timedelta(days=3)
        return [
            _command(on, "propose", proposal=proposal, command=command, content=content),
            _command(on + timedelta(days=1), "approve", APPROVER, proposal=proposal),
        ]

    def _err(self, month: int, paid: int) -> list[dict[str, Any]]:
        """Last month's contribution was not his: reversed into the held money, then made up from there."""
        found = self._someone()
        if not found:
            return []
        account, on = self.city.account(found[0]), first_day(month) + timedelta(days=6)
        before = format_month(month - 1)
        receipt = f"{account}.{paid + 2}"
        return [
            _command(on, "reverse", account=account, month=before, reason="串户，应核实后重记"),
            _command(on + timedelta(days=2), "make_up", account=account, months=[before], receipt=receipt),
        ]

    def _hold(self, month: int) -> list[dict[str, Any]]:
        """Money without a name on it: sent back after a week, that of one month is left waiting."""
        receipt, on = f"R-{format_month(month)}", first_day(month) + timedelta(days=1)
        amount = f"{self.random.randrange(500, 5_000)}.00"
        held = _command(
            on, "receive", receipt=receipt, amount=amount, bank_reference=f"NB{format_month(month)}"
        )
        if self.random.random() < 0.3:
            return [held]
        return [held, *self._proposed(month, "return_receipt", receipt=receipt, reason="付款人来函要求退回")]

    def _pay_first(self, month: int) -> list[dict[str, Any]]:
        """One employer's money comes without a list: held, and then allocated to its whole staff."""
        number = self.random.randrange(self.city.plan.employers)
        self.paid_otherwise = {number}
        rate = self.city.rates[number]
        fen = sum(2 * self.city.share_fen(self.city.bases[one], rate) for one in self.city.staff(number))
        employer, receipt = (
            self.city.employer(number),
            f"R-{format_month(month)}-{self.city.employer(number)}",
        )
        on = first_day(month) + timedelta(days=9)
        return [
            _command(on, "receive", receipt=receipt, amount=_yuan(fen), employer=employer),
            _command(on, "allocate", receipt=receipt, month=format_month(month), employer=employer),
        ]

    # -- others

    def _freeze(self, month: int) -> list[dict[str, Any]]:
        found = self._someone()
        on = first_day(month) + timedelta(days=7)
        content = {"document": "（2019）示例执1号", "amount": "100.00"}
        return [_command(on, "freeze", account=self.city.account(found[0]), **content)] if found else []

    def _petition(self, month: int) -> list[dict[str, Any]]:
        found = self._someone()
        if not found:
            return []
        on, petition = first_day(month) + timedelta(days=7), f"Q-{format_month(month)}"
        return [
            _command(
                on, "petition", petition=petition, account=self.city.account(found[0]), evidence="离职证明"
            ),
            _command(on + timedelta(days=1), "urge", petition=petition),
        ]


def _command(on: date, do: str, actor: str = CLERK, /, **content: Any) -> dict[str, Any]:
    return {"on": on.isoformat(), "do": do, "actor": actor, **content}


def _yuan(fen: int) -> str:
    return format_fen(fen).replace(",", "")
