"""The small city of the demonstration: two fund years of a collection, with what happens in real life.

Everything is done by the commands that anyone else uses, each on its own day; the clock of the demonstration stands
still on that day, so that what was known when can be asked afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from random import Random
from typing import Any, Final

from commands.desk import Desk
from ledger.dates import SHANGHAI, days_after, first_day, format_month, parse_month
from ledger.refusal import Refusal

Step = tuple[str, str, dict[str, Any]]
"""A day, a command and its content."""

KINDS: Final = ("国家机关", "事业单位", "国有企业", "城镇私营企业", "外商投资企业")
RATES: Final = ("0.05", "0.08", "0.10", "0.12")
FIRST, LAST = parse_month("2019-07"), parse_month("2021-06")
LATE_PAYER, STORY, SPOUSE = "E003", "A001001", "A001002"


class Clock:
    """Ten in the morning in Shanghai of the day that it was set to."""

    def __init__(self) -> None:
        self.today = date(2019, 5, 21)

    def __call__(self) -> datetime:
        return datetime.combine(self.today, time(10), SHANGHAI)


class City:
    """Drives a desk through the two years and keeps what was refused on the way."""

    def __init__(
        self, desk: Desk, clock: Clock, employers: int, heads: int, advance: Callable[[int], None]
    ) -> None:
        self.desk, self.clock, self.advance = desk, clock, advance
        self.employers = [f"E{number:03d}" for number in range(1, employers + 1)]
        self.heads = heads
        self.random = Random(20190701)
        self.refused: list[Refusal] = []
        self.steps = 0

    def do(self, on: str | date, command: str, /, actor: str = "经办甲", **content: Any) -> None:
        """One command on its day; a refusal is kept."""
        self.clock.today = max(self.clock.today, on if isinstance(on, date) else date.fromisoformat(on))
        try:
            self.desk.do(command, {"on": str(on), **content}, actor=actor)
        except Refusal as refused:
            self.refused.append(refused)
        self.steps += 1
        self.advance(self.steps)

    # -- the law that only the city sets (第十九条)

    def publish_figures(self) -> None:
        """The centre drafts, the committee approves, the centre publishes: average wage and minimum wage."""
        for parameter, fen in (("city_average_monthly_wage", 512_300), ("minimum_wage", 142_000)):
            draft: dict[str, Any] = {"parameter": parameter, "draft": "D1"}
            terms: dict[str, Any] = {
                "value": fen,
                "effective_from": "2019-07-01",
                "document": "示例统计公报",
                "clause": "一",
            }
            self.do("2019-05-21", "draft_parameter", **draft, **terms)
            self.do("2019-05-28", "approve_parameter", actor="管委会", resolution="2019年第2次会议", **draft)
            self.do("2019-06-03", "publish_parameter", **draft)

    # -- employers and accounts

    def open_accounts(self) -> None:
        """Employers register and open their employees' accounts on the first day of the fund year."""
        for number, employer in enumerate(self.employers, start=1):
            self.do(
                "2019-07-01", "register_employer", employer=employer, name=f"示例单位{number:03d}",
                kind=KINDS[number % len(KINDS)], rate=RATES[number % len(RATES)], pay_day=10,
            )  # fmt: skip
            lines = [
                {"account": f"A{number:03d}{head:03d}", "base": f"{self.random.randrange(2_000, 12_000)}.00"}
                for head in range(1, self.heads + 1)
            ]
            self.do("2019-07-01", "open_accounts", employer=employer, lines=lines)

    # -- month by month

    def live(self) -> None:
        """Every month is remitted, and between the months people move, fall ill, rent, err and retire; day by day."""
        days = [*self._remittances(), *_STORY]
        for on, command, content in sorted(days, key=lambda step: step[0]):
            self.do(on, command, **content)

    def _remittances(self) -> Iterator[Step]:
        """Each employer pays some days after its pay day; one of them stops, and its arrears show by month."""
        for month in range(FIRST, LAST + 1):
            for employer in self.employers:
                if employer == LATE_PAYER and month > FIRST + 19:
                    continue
                on = days_after(
                    first_day(month), 11 + self.random.choice((0, 0, 0, 0, 0, 0, 9, 17))
                ).isoformat()
                text = format_month(month)
                yield on, "remit", {"employer": employer, "month": text}
                if self.random.random() < 0.01:
                    held = {
                        "amount": f"{self.random.randrange(50, 900)}.00",
                        "why": "over",
                        "employer": employer,
                    }
                    yield on, "receive", {"receipt": f"{employer}-{text}-bank", **held}


def _proposal(name: str, on: str, command: str, **content: Any) -> Step:
    return on, "propose", {"proposal": name, "command": command, "content": content}


_STORY: Final[list[Step]] = [
    _proposal("T1", "2019-09-20", "withdraw", account=STORY, amount="1500.00", reason="rent", evidence="租赁合同"),
    ("2019-09-20", "approve", {"proposal": "T1"}),  # by the same hand: refused
    ("2019-09-23", "approve", {"proposal": "T1", "actor": "审批乙"}),
    _proposal("T2", "2019-09-24", "withdraw", account=STORY, amount="99999.00", reason="rent"),
    ("2019-09-25", "approve", {"proposal": "T2", "actor": "审批乙"}),  # more than there is: refused
    ("2019-09-26", "reject", {"proposal": "T2", "actor": "审批乙", "reason": "超过账户余额"}),
    ("2019-10-15", "break_relation", {"account": "A002001", "how": "interrupted", "broken_on": "2019-10-12"}),
    ("2019-12-02", "seal", {"account": "A002001"}),  # later than 30 days: booked, and visible as late
    ("2019-12-03", "break_relation", {"account": "A002002", "how": "ended", "broken_on": "2019-11-30"}),
    ("2019-12-20", "seal_centrally", {"account": "A002002"}),
    ("2020-01-08", "freeze", {"account": "A004001", "document": "（2020）示例执1号", "amount": "500.00"}),
    # Found out in February: the contribution of November was not his. The correction keeps its value date.
    ("2020-02-14", "reverse", {"account": STORY, "month": "2019-11", "reason": "串户，应记他人账户"}),
    ("2020-03-20", "make_up", {"account": STORY, "months": ["2019-11"]}),
    ("2020-03-25", "unseal", {"account": "A002001", "resumed_on": "2020-03-20"}),
    ("2020-03-26", "receive", {"receipt": "R-unknown-1", "amount": "3688.00", "bank_reference": "无附言"}),
    ("2020-05-18", "transfer", {"account": "A004002", "to": "E005", "ended_on": "2020-05-10", "hired_on": "2020-05-15"}),
    _proposal("T3", "2020-08-20", "withdraw", account=STORY, amount="20000.00", reason="home",
              spouse_account=SPOUSE, evidence="购房合同"),
    ("2020-08-21", "approve", {"proposal": "T3", "actor": "审批乙"}),
    ("2020-11-16", "transfer_in", {"account": "A005001", "amount": "26400.00", "months": 30,
              "from_centre": "示例市公积金中心", "letter": "函2020-77"}),
    _proposal("T4", "2021-03-15", "withdraw", account="A001003", reason="retirement", evidence="退休审批表"),
    ("2021-03-16", "approve", {"proposal": "T4", "actor": "审批乙"}),
    _proposal("T5", "2021-06-25", "withdraw", account="A005002", amount="800.00", reason="rent"),
]  # fmt: skip
"""What happens to some people, and on which day."""
