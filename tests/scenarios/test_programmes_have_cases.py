"""Every programme that is applied for has a case from application to payment, and a refusal with its clause."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from commands.scenarios.notation import read_scenarios
from ledger.programmes import programmes

FOLDER = Path(__file__).parent


def test_every_programme_is_paid_in_one_case_and_refused_in_another() -> None:
    paid: set[str] = set()
    refused: dict[str, set[str]] = defaultdict(set)
    for file in sorted(FOLDER.glob("subsidy-*.yaml")):
        for case in read_scenarios(file):
            programme_of: dict[str, str] = {}
            for step in case.steps:
                grant = str(step.content.get("grant", ""))
                programme_of.setdefault(grant, step.content.get("programme", ""))
                programme = programme_of[grant]
                if step.do == "pay_grant" and not step.refused:
                    paid.add(programme)
                elif step.do in ("apply_grant", "approve_grant") and step.refused:
                    refused[programme].add(step.refused)
    wanted = {
        one.id
        for one in programmes().values()
        if one.kind == "programme" and not (one.by_roll or one.by_pool)
    }
    assert sorted(wanted - paid) == []
    assert sorted(wanted - set(refused)) == []
