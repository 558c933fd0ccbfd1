"""Annual reports are computed again: every edition says what the events up to its own say (年度报告复算)."""

from __future__ import annotations

from sqlalchemy import Connection

from ledger.policy.parameters import PolicyBook
from ledger.streams.report import Report, changes
from projections.replay.checks import Fold
from projections.replay.findings import Findings
from projections.replay.walk import Portion
from projections.views.annual_report import annual_report
from projections.views.journal import Journal
from projections.views.view import position_of


class Reports:
    """Every edition from the events up to the one it rests on."""

    def __init__(self, found: Findings, book: PolicyBook, fold: Fold) -> None:
        self.found = found
        self.book = book
        self.fold = fold

    def see(self, portion: Portion) -> None:
        """Needs none of them: an edition is computed from the whole history before it."""

    def finish(self, connection: Connection) -> None:
        if self.found.counts["event_unreadable"]:
            return  # what cannot be read cannot be counted again; it has been said already
        reports: dict[str, tuple[int, Report]] = self.fold.states["report"]
        position = position_of(connection, Journal())
        for key, (_, state) in sorted(reports.items()):
            for one in state.editions:
                if position < one.known_through:
                    self.found.add(
                        "books_behind", stream=f"report-{key}", position=position, head=one.known_through
                    )
                    continue
                due = annual_report(connection, self.book, int(key), one.known_through)
                if (due.content, due.figures) != (one.content, one.figures):
                    figures = changes(due.figures, one.figures)
                    self.found.add(
                        "report_figures_differ",
                        stream=f"report-{key}",
                        year=key,
                        edition=one.number,
                        figures=", ".join(figures) or one.content[:16],
                    )
