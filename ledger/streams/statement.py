"""The statement (对账单) of one employer for one fund year: its editions, and the digests of their files.

葫政发〔2019〕12号 第二十四条. The stream's key is ``year-employer``. An edition is what the events said when it was issued;
when later events change the content, the next edition supersedes it and says which figures changed by which events.
Files are recorded by digest, so that anybody's copy can be told genuine, altered or superseded. Amounts in fen.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec
from msgspec.structs import replace

from ledger.refusal import Refusal
from ledger.streams.base import Event, Stream, event

# ---------------------------------------------------------------- events


class FileDigest(msgspec.Struct, frozen=True):
    """A file by its SHA-256, its length in bytes, and the template (程序模板) it was set with."""

    sha256: str
    bytes: int
    template: str


@event("statement.issued")
class Issued(Event, frozen=True):
    """An edition was issued. ``known_through`` is the last event it rests on, ``content`` the hash of its data."""

    year: int
    employer: str
    edition: int
    known_through: int
    content: str
    accounts: int
    closing_fen: int


@event("statement.superseded")
class Superseded(Event, frozen=True):
    """An edition was superseded by the next one: which figures changed by how much, because of which events.

    ``events`` holds the first of them, ``event_count`` counts all.
    """

    edition: int
    by: int
    changed: dict[str, int]
    events: tuple[int, ...]
    event_count: int


@event("statement.rendered")
class Rendered(Event, frozen=True):
    """Files of an edition were made for the first time, by name."""

    edition: int
    files: dict[str, FileDigest]


@event("statement.signed")
class Signed(Event, frozen=True):
    """Copies of files of an edition were signed (电子签章); no two signatures of a file are the same bytes."""

    edition: int
    files: dict[str, FileDigest]


# ---------------------------------------------------------------- state


class Edition(msgspec.Struct, frozen=True):
    """One edition: its content, what it rests on, its files by name, and every signed copy as ``(name, digest)``."""

    number: int
    known_through: int
    content: str
    files: dict[str, FileDigest] = {}
    signed: tuple[tuple[str, str], ...] = ()


class Statement(msgspec.Struct, frozen=True):
    """All editions, the newest last."""

    year: int = 0
    employer: str = ""
    editions: tuple[Edition, ...] = ()


# ---------------------------------------------------------------- evolve


def evolve(state: Statement, event: Event) -> Statement:
    """The state after an event. Total."""
    match event:
        case Issued():
            new = Edition(event.edition, event.known_through, event.content)
            return Statement(event.year, event.employer, (*state.editions, new))
        case Rendered():
            return _edited(state, event.edition, lambda one: replace(one, files=one.files | event.files))
        case Signed():
            copies = tuple((name, digest.sha256) for name, digest in sorted(event.files.items()))
            return _edited(state, event.edition, lambda one: replace(one, signed=one.signed + copies))
        case _:
            return state


def _edited(state: Statement, number: int, edit: Callable[[Edition], Edition]) -> Statement:
    editions = tuple(edit(one) if one.number == number else one for one in state.editions)
    return replace(state, editions=editions)


STATEMENTS: Final = Stream("statement", Statement(), evolve)


# ---------------------------------------------------------------- decisions


class Difference(msgspec.Struct, frozen=True):
    """What changed since the edition before: figures by name in fen, and the events that did it."""

    changed: dict[str, int] = {}
    events: tuple[int, ...] = ()
    event_count: int = 0


def issue(state: Statement, issued: Issued, difference: Difference) -> tuple[Event, ...]:
    """Issues an edition; the same content again gives no event.

    Another content supersedes the newest edition. Refuses ``statement_edition_gap``.
    """
    newest = state.editions[-1] if state.editions else None
    if newest and newest.content == issued.content:
        return ()
    expected = newest.number + 1 if newest else 1
    if issued.edition != expected:
        raise Refusal(
            "statement_edition_gap",
            employer=issued.employer,
            year=issued.year,
            expected=expected,
            edition=issued.edition,
        )
    if not newest:
        return (issued,)
    superseded = Superseded(
        effective_on=issued.effective_on,
        edition=newest.number,
        by=issued.edition,
        changed=difference.changed,
        events=difference.events,
        event_count=difference.event_count,
    )
    return issued, superseded


def render(state: Statement, rendered: Rendered) -> tuple[Rendered, ...]:
    """Records files of an edition; known files with the same digest give no event.

    Refuses ``statement_renders_differently`` where a file of that name was recorded with other bytes.
    """
    known = next(one for one in state.editions if one.number == rendered.edition).files
    for name, digest in rendered.files.items():
        check_file(state, rendered.edition, name, known.get(name, digest), digest)
    new = {name: digest for name, digest in rendered.files.items() if name not in known}
    return (replace(rendered, files=new),) if new else ()


def sign(state: Statement, signed: Signed) -> tuple[Signed, ...]:
    """Records signed copies of an edition; the same copies again give no event."""
    known = next(one for one in state.editions if one.number == signed.edition).signed
    new = {name: digest for name, digest in signed.files.items() if (name, digest.sha256) not in known}
    return (replace(signed, files=new),) if new else ()


def check_file(state: Statement, edition: int, name: str, known: FileDigest, made: FileDigest) -> None:
    """Refuses ``statement_renders_differently``."""
    if known.sha256 != made.sha256:
        raise Refusal(
            "statement_renders_differently",
            employer=state.employer,
            year=state.year,
            edition=edition,
            file=name,
            template=known.template,
            template_now=made.template,
        )


# ---------------------------------------------------------------- queries


def key(year: int, employer: str) -> str:
    return f"{year}-{employer}"


def find_digest(state: Statement, sha256: str) -> tuple[Edition, str] | None:
    """The edition and the name of the file, or of the signed copy, with a digest."""
    for edition in reversed(state.editions):
        own = ((name, digest.sha256) for name, digest in edition.files.items())
        for name, known in (*own, *edition.signed):
            if known == sha256:
                return edition, name
    return None
