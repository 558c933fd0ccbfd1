"""What a scenario may ask about monthly rolls, the runs over them, pools and scores."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ledger.dates import format_month, month_of
from ledger.money import format_fen
from ledger.streams import place
from ledger.streams import roll as rolls

Asked = tuple[str, Callable[[Any, str], Any], bool]
"""What a question means, how a history answers it for a subject, and whether the answer is an amount."""


def _of(kind: str, name: str) -> Callable[[Any, str], Any]:
    return lambda history, key: getattr(history.state(kind, key), name)


def _difference(history: Any, key: str) -> str:
    fen = history.state("roll", key).difference_fen
    return format_fen(fen) if fen >= 0 else f"-{format_fen(-fen)}"


def _area(history: Any, key: str) -> str:
    return rolls.area_in(history.state("roll", key), format_month(month_of(history.as_of)))


def _owed(history: Any, key: str) -> int:
    return rolls.owed_fen(history.state("roll", key))


def _owed_months(history: Any, key: str) -> list[str]:
    return rolls.owed_months(history.state("roll", key))


def _places(history: Any, person: str) -> list[str]:
    month = format_month(month_of(history.as_of))
    spells = history.state("place", person).spells
    return [one.entry for one in spells if one.from_month <= month and place.meets(one, month)]


def _award(history: Any, key: str) -> int:
    kind, year, entrant = key.split(".", 2)
    payable: dict[str, int] = history.state("pool", f"{kind}.{year}").payable
    return payable.get(entrant, 0)


ROLL_QUESTIONS: Final[dict[str, Asked]] = {
    "roll": (
        "`applied`, `checked`, `on`, `ending`, `stopped` or `rejected`, of an entry of a roll (在册状态)",
        _of("roll", "status"), False,
    ),
    "roll_monthly": ("what a month pays by its last assessment (月核定额)", _of("roll", "monthly_fen"), True),
    "roll_paid": ("what it has had in all (累计发放)", _of("roll", "paid_fen"), True),
    "roll_paid_through": ("the last month that it was paid (发至)", _of("roll", "paid_through"), False),
    "roll_difference": ("what paid months still lack, negative for too much (差额)", _difference, False),
    "roll_owed_months": (
        "months before the last paid one that never reached the payee and are owed again (冲销待发)", _owed_months, False,
    ),
    "roll_area": ("the county that pays it in the month of the day", _area, False),
    "roll_owed": ("what was demanded back and has not come (应退未退)", _owed, True),
    "roll_payee": ("who receives its money (收款人)", _of("roll", "payee"), False),
    "places": ("the entries by which a person stands on rolls on the day (在册)", _places, False),
    "run": ("`running` or `finished`, of a run `PROGRAMME.AREA.MONTH`, `.DAY` after it for an assessment",
            _of("rollrun", "status"), False),
    "run_lists": ("the lists of a run (清册份数)", _of("rollrun", "lists"), False),
    "run_entries": ("the entries on its lists (户、人数)", _of("rollrun", "entries"), False),
    "run_changed": ("the entries that an assessment changed (调整户数)", _of("rollrun", "changed"), False),
    "run_amount": ("what a run has paid (发放总额)", _of("rollrun", "amount_fen"), True),
    "run_raised": ("what an assessment raises for paid months (补发)", _of("rollrun", "raised_fen"), True),
    "run_lowered": ("what it lowers (多发)", _of("rollrun", "lowered_fen"), True),
    "pool": ("`entering`, `counted`, `approved` or `paid`, of a pool `KIND.YEAR` (年度奖励)", _of("pool", "status"), False),
    "pool_amount": ("what its plan comes to (方案总额)", _of("pool", "amount_fen"), True),
    "pool_award": ("what an entrant gets by the plan, `KIND.YEAR.ENTRANT` (应发奖励)", _award, True),
    "score": ("the newest total of a county, `AREA.YEAR` (考核得分)", _of("score", "total"), False),
    "score_status": ("`recorded` or `confirmed`", _of("score", "status"), False),
}  # fmt: skip
"""Each question by its word."""
