"""A legal parameter in the ledger (重大事项): drafted by the centre, approved by the committee, published.

葫政发〔2019〕12号 第十九条: 由市公积金管理中心拟定，经市公积金管委会批准后执行，并向社会公布. A value is in force from
the latest of approval, publication and the day asked for; earlier only where the law itself says so. What was
drafted, approved or published is never altered: a better value is another draft.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from ledger.policy.parameters import Citation, Parameter, ParameterValue, PolicyBook
from ledger.policy.units import WrongValue, plain
from ledger.refusal import Refusal
from ledger.streams.base import Event, Stream, event
from ledger.streams.proposal import require_two

# ---------------------------------------------------------------- events


class Terms(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A value with its days and its citation, as plain JSON. ``because`` quotes a law that reaches back."""

    value: Any
    effective_from: date
    document: str
    clause: str
    effective_to: date | None = None
    layer: str = "city"
    source: str = "printed"
    certainty: str = "printed"
    because: str = ""


@event("parameter.loaded")
class Loaded(Event, frozen=True):
    """A value of a bundled pack was taken into the ledger, as it had been published."""

    parameter: str
    unit: str
    terms: Terms
    published_on: date


@event("parameter.drafted")
class Drafted(Event, frozen=True):
    """The centre drafted a value; ``effective_from`` of its terms is the day asked for."""

    parameter: str
    unit: str
    draft: str
    terms: Terms
    by: str


@event("parameter.approved")
class Approved(Event, frozen=True):
    """The committee approved a draft by a resolution."""

    draft: str
    resolution: str
    by: str


@event("parameter.published")
class Published(Event, frozen=True):
    """An approved draft was published; ``effective_from`` is the day from which it is in force."""

    draft: str
    effective_from: date
    by: str


# ---------------------------------------------------------------- state


class Draft(msgspec.Struct, frozen=True):
    """One draft and how far it has come: ``drafted``, ``approved``, ``published``."""

    terms: Terms
    by: str
    status: str = "drafted"
    approved_on: date | None = None


class Value(msgspec.Struct, frozen=True):
    """One value that is or was in force, with the day of its publication."""

    terms: Terms
    published_on: date


class LegalParameter(msgspec.Struct, frozen=True):
    """The drafts and the published values of one parameter."""

    parameter: str = ""
    unit: str = ""
    drafts: dict[str, Draft] = {}
    published: tuple[Value, ...] = ()


# ---------------------------------------------------------------- evolve


def evolve(state: LegalParameter, event: Event) -> LegalParameter:
    """The state after an event. Total."""
    match event:
        case Loaded():
            value = Value(event.terms, event.published_on)
            return replace(
                state, parameter=event.parameter, unit=event.unit, published=(*state.published, value)
            )
        case Drafted():
            drafts = state.drafts | {event.draft: Draft(event.terms, event.by)}
            return replace(state, parameter=event.parameter, unit=event.unit, drafts=drafts)
        case Approved():
            approved = replace(state.drafts[event.draft], status="approved", approved_on=event.effective_on)
            return replace(state, drafts=state.drafts | {event.draft: approved})
        case Published():
            draft = state.drafts[event.draft]
            value = Value(replace(draft.terms, effective_from=event.effective_from), event.effective_on)
            published = replace(draft, status="published")
            drafts = state.drafts | {event.draft: published}
            return replace(state, drafts=drafts, published=(*state.published, value))
        case _:
            return state


PARAMETERS: Final = Stream("parameter", LegalParameter(), evolve)


# ---------------------------------------------------------------- decisions


def load(state: LegalParameter, parameter: Parameter, on: date) -> tuple[Event, ...]:
    """Takes up the values of a bundled parameter that the ledger does not hold yet; the second time, none."""
    held = {(value.terms.effective_from, value.published_on) for value in state.published}
    return tuple(
        Loaded(
            effective_on=on,
            parameter=parameter.id,
            unit=parameter.unit,
            terms=_terms(value),
            published_on=value.published_on,
        )
        for value in parameter.values
        if (value.effective_from, value.published_on) not in held
    )


def draft(state: LegalParameter, parameter: Parameter, drafted: Drafted) -> tuple[Event, ...]:
    """Drafts a value (拟定). The same draft again: no event.

    Refuses ``draft_exists`` for another content under the name, ``parameter_value_wrong`` for a value that the
    unit does not admit, and ``draft_ends_before_it_begins``.
    """
    terms = drafted.terms
    known = state.drafts.get(drafted.draft)
    if known is not None:
        if known.terms == terms:
            return ()
        raise Refusal("draft_exists", draft=drafted.draft, parameter=parameter.id)
    if terms.effective_to is not None and terms.effective_to < terms.effective_from:
        raise Refusal("draft_ends_before_it_begins", draft=drafted.draft)
    try:
        parameter.checked(terms.value)
    except WrongValue as wrong:
        text = str(terms.value)[:60]
        raise Refusal(
            "parameter_value_wrong",
            parameter=parameter.id,
            unit=parameter.unit,
            text=text,
            problem=str(wrong),
        ) from None
    return (drafted,)


def approve(state: LegalParameter, approved: Approved) -> tuple[Event, ...]:
    """Approves a draft (批准). Who drafted it may not; an approved one again: no event."""
    found = _draft(state, approved.draft)
    if found.status != "drafted":
        return ()
    require_two(found.by, approved.by)
    return (approved,)


def publish(state: LegalParameter, key: str, on: date, by: str) -> tuple[Event, ...]:
    """Publishes an approved draft (公布): in force from the latest of approval, publication and the day asked for.

    Where the law itself says from when (``because``), the day asked for stands. Refuses ``draft_not_approved``
    and ``draft_ends_before_it_begins``; a published one again: no event.
    """
    found = _draft(state, key)
    if found.status == "published":
        return ()
    if found.approved_on is None:
        raise Refusal("draft_not_approved", draft=key)
    terms = found.terms
    starts = terms.effective_from if terms.because else max(found.approved_on, on, terms.effective_from)
    if terms.effective_to is not None and terms.effective_to < starts:
        raise Refusal("draft_ends_before_it_begins", draft=key)
    return (Published(effective_on=on, draft=key, effective_from=starts, by=by),)


def _draft(state: LegalParameter, key: str) -> Draft:
    if key not in state.drafts:
        raise Refusal("draft_unknown", draft=key)
    return state.drafts[key]


def _terms(value: ParameterValue) -> Terms:
    return Terms(
        value=plain(value.value),
        effective_from=value.effective_from,
        effective_to=value.effective_to,
        document=value.citation.document,
        clause=value.citation.clause,
        layer=value.layer,
        source=value.source,
        certainty=value.certainty,
        because=value.because,
    )


# ---------------------------------------------------------------- queries


def values_of(state: LegalParameter) -> tuple[ParameterValue, ...]:
    """The published values, as a policy book takes them up."""
    return tuple(
        ParameterValue(
            parameter=state.parameter,
            value=one.terms.value,
            effective_from=one.terms.effective_from,
            effective_to=one.terms.effective_to,
            published_on=one.published_on,
            citation=Citation(one.terms.document, one.terms.clause),
            layer=one.terms.layer,
            source=one.terms.source,
            certainty=one.terms.certainty,
            because=one.terms.because,
            unit=state.unit,
        )
        for one in state.published
    )


def book_of(base: PolicyBook, states: Iterable[LegalParameter]) -> PolicyBook:
    """The book with everything that the ledger published; a value it holds twice counts once."""
    return base.with_values(*(value for state in states for value in values_of(state)))
