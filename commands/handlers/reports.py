"""Commands about the annual report (葫政发〔2019〕12号 第二十五条): facts, draft, the committee's review, publication."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection

from commands.handlers.registry import Work, command
from commands.schemas import reports as schemas
from ledger.deadlines import of_centre
from ledger.policy.parameters import PolicyBook
from ledger.streams import report as reports
from ledger.streams.statement import FileDigest
from projections.views.annual_report import AnnualReport, annual_report
from projections.views.journal import Journal
from projections.views.view import position_of

CLAUSE: Final = "葫政发〔2019〕12号 第二十五条"


@command("record_report_facts", schemas.RecordReportFacts, clause=CLAUSE, zh="登记年报资料")
def record_report_facts(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Records what no event says: committee, staff, banks, an older system's totals, explanations."""
    key = reports.key(given["year"])
    recorded = reports.FactsRecorded(effective_on=given["on"], facts=given["facts"], source=given["source"])
    events = reports.record_facts(work.uow.state("report", key), recorded)
    work.add("report", key, events)
    return {"year": given["year"], "recorded": sorted(events[0].facts) if events else []}


def _figures(connection: Connection, book: PolicyBook, given: dict[str, Any]) -> tuple[int, AnnualReport]:
    """The report from every event that the journal has taken in, and the last of them."""
    known_through = position_of(connection, Journal())
    return known_through, annual_report(connection, book, given["year"], known_through)


@command(
    "draft_report",
    schemas.OfReport,
    clause=CLAUSE,
    zh="起草年度报告",
    needs_journal=True,
    prepare=_figures,
)
def draft_report(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Drafts the report of a calendar year from all events so far; unchanged content gives no new draft.

    Refuses ``report_year_not_over``. What is missing and what does not hold is said, and stops the review.
    """
    year = given["year"]
    key = reports.key(year)
    state: reports.Report = work.uow.state("report", key)
    known_through, found = work.prepared
    drafted = reports.Drafted(
        effective_on=given["on"],
        edition=0,
        known_through=known_through,
        content=found.content,
        figures=found.figures,
        missing=found.missing(),
        broken=found.broken(),
        by=work.actor,
    )
    events = reports.draft(state, year, drafted)
    newest = work.add("report", key, events).editions[-1]
    return {
        "year": year,
        "edition": newest.number,
        "content": newest.content,
        "drafted": bool(events),
        "missing": list(newest.missing),
        "broken": list(newest.broken),
    }


@command("review_report", schemas.ReviewReport, clause=CLAUSE, zh="管委会审议年度报告")
def review_report(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """The committee passes the draft by a resolution, or sends it back; ``content`` says which draft it read."""
    year, key = given["year"], reports.key(given["year"])
    reviewed = reports.Reviewed(
        effective_on=given["on"],
        edition=0,
        content=given["content"],
        resolution=given["resolution"],
        passed=given["passed"],
        reason=given["reason"],
    )
    events = reports.review(work.uow.state("report", key), year, reviewed, work.actor)
    after = work.add("report", key, events)
    return {"year": year, "edition": after.editions[-1].number, "status": after.status}


@command("publish_report", schemas.PublishReport, clause=CLAUSE, zh="公布年度报告")
def publish_report(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Publishes what the committee passed; late is late, and stays visible among the obligations.

    Refuses ``report_not_reviewed``, and ``reason_missing`` for a restated edition.
    """
    year, key, on = given["year"], reports.key(given["year"]), given["on"]
    state: reports.Report = work.uow.state("report", key)
    due_on = work.law.decide("annual_report_due", on, report_year=year).values["due_on"]
    its_days = of_centre(due_on, work.law.value("centre_period_end", due_on))
    published = reports.Published(effective_on=on, edition=0, content="", where=given["where"], due_on=due_on)
    events = reports.publish(state, year, published, given["reason"])
    after = work.add("report", key, events)
    return {
        "year": year,
        "edition": after.editions[-1].number,
        "due_on": due_on.isoformat(),
        "late_days": its_days.late_days(on) if after.editions[-1].number == 1 else 0,
    }


@command("record_report_files", schemas.RecordReportFiles, clause=CLAUSE, zh="登记年报文件")
def record_report_files(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Records the digests of the files of an edition; what is recorded already gives no event."""
    year, key = given["year"], reports.key(given["year"])
    files = {name: FileDigest(**file) for name, file in sorted(given["files"].items())}
    rendered = reports.Rendered(
        effective_on=given["on"], edition=given["edition"], content=given["content"], files=files
    )
    events = reports.render(work.uow.state("report", key), year, rendered)
    work.add("report", key, events)
    return {"year": year, "files": sum(len(one.files) for one in events)}
