"""What all streams share: the shape of an event, the catalogue of event names, the description of a stream.

An event is a fact in the past tense. Its name and version are a public contract (``account.deposited/1``): they are
registered explicitly, never derived from a class name, and an old version stays readable through its upcaster.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar, Final, Generic, TypeVar

import msgspec

from ledger.limits import ID_LENGTH_MAX
from ledger.refusal import Refusal

_ID: Final = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._-]{{0,{ID_LENGTH_MAX - 1}}}\Z", re.ASCII)


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A fact. ``effective_on`` is its value date (业务日期); when it was learned stands beside it in the store."""

    topic: ClassVar[str] = ""
    moves_money: ClassVar[bool] = False

    effective_on: date


E = TypeVar("E", bound=type[Event])
S = TypeVar("S", bound=msgspec.Struct)
Upcaster = Callable[[dict[str, Any]], dict[str, Any]]

EVENTS: Final[dict[str, type[Event]]] = {}
"""Every event type by its topic. ``moves_money`` says that it needs a posting rule."""

UPCASTERS: Final[dict[str, tuple[str, Upcaster]]] = {}
"""For each superseded topic, the topic that took its place and the way there."""

_DECODERS: Final[dict[str, msgspec.json.Decoder[Event]]] = {}
encode: Final = msgspec.json.Encoder(decimal_format="string").encode


def event(name: str, version: int = 1, moves_money: bool = False) -> Callable[[E], E]:
    """Registers an event type under its public name and version."""

    def register(cls: E) -> E:
        topic = f"{name}/{version}"
        if topic in EVENTS:
            raise ValueError(f"two event types are called {topic}")
        cls.topic, cls.moves_money = topic, moves_money
        EVENTS[topic] = cls
        _DECODERS[topic] = msgspec.json.Decoder(cls)
        return cls

    return register


def upcaster(old: str, new: str) -> Callable[[Upcaster], Upcaster]:
    """Registers how the state of a superseded topic becomes the state of the topic that took its place."""

    def register(function: Upcaster) -> Upcaster:
        UPCASTERS[old] = (new, function)
        return function

    return register


def decode(topic: str, state: bytes | str) -> Event:
    """The event of a stored state, lifted to its newest version."""
    decoder = _DECODERS.get(topic)
    if decoder is not None:
        return decoder.decode(state)
    raw = msgspec.json.decode(state)
    while topic in UPCASTERS:
        topic, lift = UPCASTERS[topic]
        raw = lift(raw)
    return msgspec.convert(raw, EVENTS[topic])


class Recorded(msgspec.Struct, frozen=True, gc=False):
    """An event in its place: which stream, which version of it, when it was learned, its id in the ledger."""

    originator_id: str
    originator_version: int
    body: Event
    recorded_at: datetime
    id: int = 0


class Stream(Generic[S]):
    """One kind of stream: its name, its smallest state, and how an event changes that state."""

    def __init__(self, kind: str, initial: S, evolve: Callable[[S, Any], S]) -> None:
        self.kind = kind
        self.initial = initial
        self.evolve = evolve

    def id(self, key: str) -> str:
        return f"{self.kind}-{key}"

    def fold(self, events: list[Event]) -> S:
        """The state after the events."""
        state = self.initial
        for one in events:
            state = self.evolve(state, one)
        return state


def check_id(text: str, what: str) -> str:
    """A readable id as it came, or a refusal: letters, digits, dot, dash and underscore only."""
    if not _ID.match(text):
        raise Refusal("id_malformed", what=what, text=text[:80])
    return text


class Why(msgspec.Struct, frozen=True, omit_defaults=True):
    """What derives a computed amount again (可复算): the rule and the versions of the parameters it read."""

    rule: str
    parameters: tuple[str, ...] = ()
    inputs: dict[str, str | int | Decimal | None] = {}
