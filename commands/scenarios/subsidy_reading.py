"""What a scenario may ask about what is read of subsidies: budgets, ages, deadlines, public names, reports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ledger.dates import format_month
from ledger.programmes import find
from ledger.store.persons import Person
from ledger.streams import budget as budgets
from ledger.streams import grant as grants
from ledger.streams import uplift as uplifts
from projections.documents.subsidy_lists import shown_name
from projections.views.subsidies import next_day, round_per_mille, stage_due

Asked = tuple[str, Callable[[Any, str], Any], bool]
"""What a question means, how a history answers it for a subject, and whether the answer is an amount."""


def _progress(history: Any, key: str) -> str:
    state: budgets.Budget = history.state("budget", key)
    tenths = round_per_mille(state.spent_fen, state.voted_fen) if state.voted_fen else 0
    return f"{tenths // 10}.{tenths % 10}"


def _disposable(history: Any, key: str) -> int:
    fen: int = history.state("budget", key).voted_fen
    return fen


def _age(history: Any, key: str) -> int:
    return grants.age_days(history.state("grant", key), history.as_of)


def _deadline(history: Any, key: str) -> str:
    day, _ = next_day(history.state("grant", key), history.as_of)
    return day.isoformat() if day else ""


def _public_name(history: Any, key: str) -> str:
    """The grant, then the name as the person store has it."""
    grant, _, name = key.partition(" ")
    state: grants.Grant = history.state("grant", grant)
    return shown_name(find(state.programme), state.beneficiary, {state.beneficiary: Person(name)})


def _paid(history: Any, key: str) -> int:
    """What a programme paid in a month or a year, over all grants."""
    programme, _, time = key.partition(" ")
    fen = 0
    for one in history.events:
        if isinstance(one.body, grants.Paid):
            state = history.state("grant", one.originator_id.removeprefix("grant-"))
            on = one.body.effective_on
            if state.programme == programme and format_month(on.year * 12 + on.month - 1).startswith(time):
                fen += one.body.amount_fen
    return fen


def _reports(history: Any, key: str) -> list[str]:
    return sorted(history.state("uplift", key).reports)


def _reported(history: Any, key: str) -> int:
    """``AREA.YEAR.DAY.PROGRAMME.FIGURE`` of the report that was made."""
    area, year, day, programme, figure = key.split(".")
    for one in history.streams.get(uplifts.UPLIFTS.id(f"{area}.{year}"), []):
        if isinstance(one.body, uplifts.Reported) and one.body.due_on.isoformat() == day:
            return one.body.figures.get(programme, {}).get(figure, 0)
    return -1


READING_QUESTIONS: Final[dict[str, Asked]] = {
    "budget_progress": ("spent of a budget in per cent (支出进度)", _progress, False),
    "budget_disposable": ("what may be spent of it in all (可用指标)", _disposable, True),
    "grant_age": ("days since a grant has stood where it stands (停留天数)", _age, False),
    "grant_deadline": ("the next day that counts for it (下一期限)", _deadline, False),
    "grant_waits_for": (
        "the step that it waits for (待办环节)", lambda history, key: stage_due(history.state("grant", key)), False,
    ),
    "public_name": ("`GRANT NAME`: the name as a public list shows it (公示姓名)", _public_name, False),
    "programme_paid": ("`PROGRAMME YEAR` or `PROGRAMME MONTH`: what it paid in grants (发放额)", _paid, True),
    "standards_published": (
        "the day on which `AREA.YEAR` published the new standards (公布日)",
        lambda history, key: history.state("uplift", key).published_on, False,
    ),
    "uplift_reports": ("the days for which `AREA.YEAR` reported (已报告日)", _reports, False),
    "uplift_reported": ("`AREA.YEAR.DAY.PROGRAMME.FIGURE` of a report (报告数字)", _reported, False),
}  # fmt: skip
"""Each question by its word."""
