"""What a verification finds: each finding with its code, its sentence in Chinese and English, and its place."""

from __future__ import annotations

from collections import Counter
from typing import Any

import msgspec

from ledger.limits import FINDINGS_OF_ONE_KIND_MAX
from ledger.refusal import texts


class Finding(msgspec.Struct, frozen=True):
    """One thing that is not as it must be. The place is a commit, an event id and a stream, as far as they are known."""

    code: str
    facts: dict[str, Any]
    commit: int | None = None
    event: int | None = None
    stream: str | None = None

    def message(self, language: str = "en") -> str:
        return texts()[self.code][language].format_map(self.facts)

    def hint(self, language: str = "en") -> str:
        return texts()[self.code][f"hint_{language}"].format_map(self.facts)

    def as_json(self, language: str = "en") -> dict[str, Any]:
        return {
            "code": self.code,
            "message": self.message(language),
            "hint": self.hint(language),
            "clause": texts()[self.code]["clause"],
            "commit": self.commit,
            "event": self.event,
            "stream": self.stream,
            "facts": self.facts,
        }


class Findings:
    """Collects findings: all are counted, of each kind only the first are kept."""

    def __init__(self) -> None:
        self.kept: list[Finding] = []
        self.counts: Counter[str] = Counter()

    def add(
        self,
        code: str,
        commit: int | None = None,
        event: int | None = None,
        stream: str | None = None,
        **facts: Any,
    ) -> None:
        """Adds a finding; its place fills the braces of its text as well as its facts do."""
        place = {"commit": commit, "event": event, "stream": stream}
        named = {name: value for name, value in place.items() if value is not None}
        self.include(Finding(code, facts | named, commit, event, stream))

    def include(self, finding: Finding) -> None:
        self.counts[finding.code] += 1
        if self.counts[finding.code] <= FINDINGS_OF_ONE_KIND_MAX:
            self.kept.append(finding)
