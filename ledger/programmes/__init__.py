"""The catalogue of payments, standards and refusals of the gazette (补贴目录), loaded once."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from ledger.programmes.loading import CatalogueError, bundled, load_catalogue, load_offices
from ledger.programmes.programme import (
    Bound,
    Exclusion,
    Offices,
    Procedure,
    Programme,
    Publicity,
    Purse,
    Role,
    Stage,
    Test,
    amount_of,
    month_case,
)
from ledger.refusal import Refusal

__all__ = [
    "Bound",
    "CatalogueError",
    "Exclusion",
    "Offices",
    "Procedure",
    "Programme",
    "Publicity",
    "Purse",
    "Role",
    "Stage",
    "Test",
    "amount_of",
    "find",
    "month_case",
    "offices",
    "programmes",
]


@cache
def offices() -> Offices:
    """Areas, roles, procedures, shared purses and documents."""
    return load_offices(bundled())


@cache
def programmes() -> Mapping[str, Programme]:
    """Every entry of the catalogue by its id."""
    return MappingProxyType(load_catalogue(bundled(), offices()))


def find(programme: str) -> Programme:
    """The entry of an id; refuses ``programme_unknown``."""
    found = programmes().get(programme)
    if found is None:
        raise Refusal("programme_unknown", programme=programme[:80])
    return found
