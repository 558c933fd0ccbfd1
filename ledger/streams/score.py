"""The assessment of a county's enclave projects in a year (督查考核评分), with the evidence of each part.

葫政办发〔2019〕56号 第六章. The key is ``AREA.YEAR``. A later record stands beside the earlier one; the newest counts.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from ledger.names import same_person
from ledger.refusal import Refusal
from ledger.streams.base import Event, Stream, event

# ---------------------------------------------------------------- events


@event("score.recorded")
class Recorded(Event, frozen=True):
    """A county was scored: the parts, the total, what proves each part, and the proof of every rule that was run."""

    area: str
    year: int
    quantity: str
    scale: int
    progress: int
    minus: int
    total: str
    evidence: dict[str, str]
    explanations: dict[str, dict[str, Any]]
    by: str


@event("score.confirmed")
class Confirmed(Event, frozen=True):
    """The leading group confirmed a score."""

    by: str


# ---------------------------------------------------------------- state


class Score(msgspec.Struct, frozen=True):
    """The newest score: ``recorded`` or ``confirmed``."""

    status: str = ""
    area: str = ""
    year: int = 0
    total: str = ""
    evidence: dict[str, str] = {}
    recorded_by: str = ""


# ---------------------------------------------------------------- evolve


def evolve(state: Score, event: Event) -> Score:
    """The state after an event. Total."""
    match event:
        case Recorded():
            return Score("recorded", event.area, event.year, event.total, event.evidence, event.by)
        case Confirmed():
            return msgspec.structs.replace(state, status="confirmed")
        case _:
            return state


SCORES: Final = Stream("score", Score(), evolve)


# ---------------------------------------------------------------- decisions


def record(state: Score, score: str, recorded: Recorded, needing: tuple[str, ...]) -> tuple[Event, ...]:
    """Records a score; every part that gives or takes points names its evidence. A confirmed one stands."""
    if state.status == "confirmed":
        raise Refusal("score_confirmed", score=score)
    missing = [part for part in needing if not recorded.evidence.get(part, "").strip()]
    if missing:
        raise Refusal("score_evidence_missing", score=score, parts=", ".join(missing))
    return (recorded,)


def confirm(state: Score, score: str, confirmed: Confirmed) -> tuple[Event, ...]:
    """Confirms what another recorded."""
    if state.status != "recorded":
        raise Refusal("score_not_recorded", score=score)
    if same_person(confirmed.by, state.recorded_by):
        raise Refusal("score_own_step", score=score, by=confirmed.by)
    return (confirmed,)


# ---------------------------------------------------------------- queries


def key(area: str, year: int) -> str:
    """The key of a county's score of a year."""
    return f"{area}.{year}"
