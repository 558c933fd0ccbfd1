"""What the chapters of the demonstration share: the ledger they play on, its clock, and the number of the chapter."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

import click

from commands.cli.output import words
from commands.desk import Desk
from commands.intake.city import StandingClock

TODAY: Final = date(2020, 7, 30)
DIGITS: Final = "一二三四五六七八九"
NUMERALS: Final = (*DIGITS, "十", *("十" + digit for digit in DIGITS), "二十")


@dataclass
class Stage:
    """The ledger of the demonstration, and what a chapter leaves for the next: an account, its withdrawal, a checkpoint."""

    desk: Desk
    clock: StandingClock
    folder: Path
    employers: int
    employees: int
    account: str = ""
    withdrawn: int = 0
    checkpoint: dict[str, Any] = field(default_factory=dict)
    chapters: int = 0

    @contextmanager
    def chapter(self, zh: str, en: str) -> Iterator[None]:
        """A part of the demonstration under its numbered headline."""
        headline(f"{NUMERALS[self.chapters]}、{zh}", f"{self.chapters + 1}. {en}")
        self.chapters += 1
        yield


def headline(zh: str, en: str) -> None:
    """A line that stands out, between two parts."""
    click.echo()
    click.secho(words(zh, en), bold=True)
    click.echo("─" * 72)
