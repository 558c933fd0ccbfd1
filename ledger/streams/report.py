"""The annual report (年度报告) of a calendar year: facts, drafts, the committee's review, publication, restated editions.

葫政发〔2019〕12号 第二十五条; 建金〔2015〕26号. The key is the calendar year. A draft is what the events said when it was
made; the committee reviews its content and nothing else, and what is published stands: a later correction is a further
edition beside it. Figures are counts, and amounts in fen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from ledger.names import same_person
from ledger.refusal import Refusal
from ledger.streams.base import Event, Stream, event
from ledger.streams.statement import FileDigest

# ---------------------------------------------------------------- events


@event("report.facts_recorded")
class FactsRecorded(Event, frozen=True):
    """What no event of the ledger says was recorded for the report (committee, staff, banks, notes), with its source."""

    facts: dict[str, Any]
    source: str


@event("report.drafted")
class Drafted(Event, frozen=True):
    """An edition was drafted from the events up to ``known_through``; ``content`` is the hash of all that it says.

    ``missing`` names what the law asks for and is not there, ``broken`` the identities that do not hold.
    """

    edition: int
    known_through: int
    content: str
    figures: dict[str, int]
    missing: tuple[str, ...]
    broken: tuple[str, ...]
    by: str


@event("report.reviewed")
class Reviewed(Event, frozen=True):
    """The committee reviewed a draft (管委会审议) and passed it by a resolution, or sent it back with its reason."""

    edition: int
    content: str
    resolution: str
    passed: bool = True
    reason: str = ""


@event("report.published")
class Published(Event, frozen=True):
    """A reviewed edition was published (向社会公布); ``due_on`` was the last day for the first edition."""

    edition: int
    content: str
    where: str
    due_on: date


@event("report.superseded")
class Superseded(Event, frozen=True):
    """A published edition was superseded by a restated one: by how much which figures changed, and why."""

    edition: int
    by: int
    changed: dict[str, int]
    reason: str


@event("report.rendered")
class Rendered(Event, frozen=True):
    """Files of a draft were made for the first time, by name."""

    edition: int
    content: str
    files: dict[str, FileDigest]


# ---------------------------------------------------------------- state


class Edition(msgspec.Struct, frozen=True):
    """One edition. ``status``: ``drafted``, ``returned``, ``reviewed``, ``published`` or ``superseded``."""

    number: int
    status: str
    known_through: int
    content: str
    figures: dict[str, int]
    missing: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()
    by: str = ""
    resolution: str = ""
    files: dict[str, FileDigest] = {}


class Report(msgspec.Struct, frozen=True):
    """The facts that are recorded, and all editions, the newest last. ``status`` is that of the newest."""

    status: str = ""
    facts: dict[str, Any] = {}
    editions: tuple[Edition, ...] = ()
    published_on: date | None = None


# ---------------------------------------------------------------- evolve


def evolve(state: Report, event: Event) -> Report:
    """The state after an event. Total."""
    match event:
        case FactsRecorded():
            return replace(state, facts=state.facts | event.facts)
        case Drafted():
            return _drafted(state, event)
        case Reviewed():
            status = "reviewed" if event.passed else "returned"
            return _edited(
                state,
                event.edition,
                lambda one: replace(one, status=status, resolution=event.resolution),
            )
        case Published():
            state = _edited(state, event.edition, lambda one: replace(one, status="published"))
            return replace(state, published_on=state.published_on or event.effective_on)
        case Superseded():
            return _edited(state, event.edition, lambda one: replace(one, status="superseded"))
        case Rendered():
            return _edited(state, event.edition, lambda one: replace(one, files=one.files | event.files))
        case _:
            return state


def _drafted(state: Report, event: Drafted) -> Report:
    new = Edition(
        event.edition,
        "drafted",
        event.known_through,
        event.content,
        event.figures,
        event.missing,
        event.broken,
        event.by,
    )
    others = tuple(one for one in state.editions if one.number != event.edition)
    return replace(state, status="drafted", editions=(*others, new))


def _edited(state: Report, number: int, edit: Callable[[Edition], Edition]) -> Report:
    editions = tuple(edit(one) if one.number == number else one for one in state.editions)
    return replace(state, status=editions[-1].status if editions else "", editions=editions)


REPORTS: Final = Stream("report", Report(), evolve)


# ---------------------------------------------------------------- decisions


def record_facts(state: Report, recorded: FactsRecorded) -> tuple[FactsRecorded, ...]:
    """Records what the ledger cannot know; what is known already gives no event."""
    new = {name: value for name, value in recorded.facts.items() if state.facts.get(name) != value}
    return (replace(recorded, facts=new),) if new else ()


def draft(state: Report, year: int, drafted: Drafted) -> tuple[Event, ...]:
    """Drafts the next edition of a year that is over; the same content again gives no event.

    A draft that is not published yet gives way to the new one; a published edition stays and is restated beside.
    Refuses ``report_year_not_over``.
    """
    if drafted.effective_on <= date(year, 12, 31):
        raise Refusal("report_year_not_over", year=year, on=drafted.effective_on.isoformat())
    newest = state.editions[-1] if state.editions else None
    if newest and newest.content == drafted.content:
        return ()
    return (replace(drafted, edition=next_edition(state)),)


def review(state: Report, year: int, reviewed: Reviewed, by: str) -> tuple[Event, ...]:
    """The committee's resolution on the draft of a content; nobody reviews what he drafted.

    Refuses ``report_not_drafted``, ``report_content_differs``, ``same_person``, and for a draft that is to pass
    ``report_facts_missing`` and ``report_not_tied``.
    """
    one = _in_state(state, year, ("drafted", "returned"))
    if reviewed.content and not one.content.startswith(reviewed.content):
        raise Refusal("report_content_differs", year=year, content=one.content[:16])
    if same_person(by, one.by):
        raise Refusal("same_person", actor=by)
    if not reviewed.passed and not reviewed.reason:
        raise Refusal("reason_missing")
    if reviewed.passed and one.missing:
        raise Refusal("report_facts_missing", year=year, missing=", ".join(one.missing))
    if reviewed.passed and one.broken:
        raise Refusal("report_not_tied", year=year, broken=", ".join(one.broken))
    return (replace(reviewed, edition=one.number, content=one.content),)


def publish(state: Report, year: int, published: Published, reason: str) -> tuple[Event, ...]:
    """Publishes the edition that the committee passed; a restated one says why and supersedes the one before.

    Refuses ``report_not_reviewed`` and, for a restated edition, ``reason_missing``.
    """
    if state.status != "reviewed":
        raise Refusal("report_not_reviewed", year=year, status=state.status or "-")
    one = state.editions[-1]
    before = standing(state)
    first = replace(published, edition=one.number, content=one.content)
    if before is None:
        return (first,)
    if not reason:
        raise Refusal("reason_missing")
    superseded = Superseded(
        effective_on=published.effective_on,
        edition=before.number,
        by=one.number,
        changed=changes(before.figures, one.figures),
        reason=reason,
    )
    return superseded, first


def render(state: Report, year: int, rendered: Rendered) -> tuple[Rendered, ...]:
    """Records files of an edition; known ones with the same digest give no event.

    Refuses ``report_not_drafted``, and ``report_renders_differently`` where a file was recorded with other bytes.
    """
    one = next((one for one in state.editions if one.number == rendered.edition), None)
    if one is None or one.content != rendered.content:
        raise Refusal("report_not_drafted", year=year, status=state.status or "-")
    for name, digest in rendered.files.items():
        known = one.files.get(name, digest)
        if known.sha256 != digest.sha256:
            raise Refusal(
                "report_renders_differently",
                year=year,
                file=name,
                template=known.template,
                template_now=digest.template,
            )
    new = {name: digest for name, digest in rendered.files.items() if name not in one.files}
    return (replace(rendered, files=new),) if new else ()


def _in_state(state: Report, year: int, wanted: tuple[str, ...]) -> Edition:
    if state.status not in wanted:
        raise Refusal("report_not_drafted", year=year, status=state.status or "-")
    return state.editions[-1]


# ---------------------------------------------------------------- queries


def key(year: int) -> str:
    return f"{year:04d}"


def next_edition(state: Report) -> int:
    """The number of an edition drafted now: a published one is never written over."""
    if not state.editions:
        return 1
    newest = state.editions[-1]
    return newest.number + (newest.status in ("published", "superseded"))


def standing(state: Report) -> Edition | None:
    """The edition that the public has, or none yet."""
    return next((one for one in reversed(state.editions) if one.status == "published"), None)


def changes(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, int]:
    """Figures that changed, by how much, in the order of their names."""
    names = sorted({*before, *after})
    found = {name: after.get(name, 0) - before.get(name, 0) for name in names}
    return {name: difference for name, difference in found.items() if difference}
