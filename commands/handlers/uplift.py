"""Commands about the raise of the standards: a county publishes them and reports how far it is."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from commands.grants.offices import check_area, require_office
from commands.handlers.registry import Work, command
from commands.schemas import uplift as schemas
from ledger.deadlines import named
from ledger.streams import uplift as uplifts
from projections.views.uplift import progress, report_days

DEADLINES: Final = "葫政办发〔2019〕55号 四（三）"


@command("publish_standards", schemas.PublishStandards, clause=DEADLINES, zh="公布新标准")
def publish_standards(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Notes where a county published the new standards; before the end of June is in time."""
    area, on = check_area(given["area"]), given["on"]
    require_office(work, "county_office", area)
    last_day: date = work.law.book.value("standards_publish_by", date(on.year, 12, 31)).value
    published = uplifts.Published(effective_on=on, where=given["where"], last_day=last_day, by=work.actor)
    key = uplifts.key(area, on.year)
    after = work.add("uplift", key, uplifts.publish(work.uow.state("uplift", key), published))
    return {"area": area, "published_on": after.published_on, "on_time": after.published_on <= last_day}


@command("report_uplift", schemas.ReportUplift, clause=DEADLINES, zh="报告提标进展")
def report_uplift(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Reports for a day of the law how far the county is, by what the ledger says of that day."""
    area, due_on = check_area(given["area"]), given["due_on"]
    require_office(work, "county_office", area)
    lines = progress(work.uow.connection, area, due_on.year, due_on)
    figures = {line.programme: line.figures() for line in lines}
    reported = uplifts.Reported(effective_on=given["on"], due_on=due_on, figures=figures, by=work.actor)
    key = uplifts.key(area, due_on.year)
    events = uplifts.report(
        work.uow.state("uplift", key), area, reported, report_days(work.law.book, due_on.year)
    )
    work.add("uplift", key, events)
    return {
        "area": area,
        "due_on": due_on,
        "late_days": named(due_on).late_days(given["on"]),
        "figures": figures,
    }
