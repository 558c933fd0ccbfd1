"""Conduct once more: every ban ends when its rule says, every return stands on its account, no more than was owed."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import Connection

from ledger.money import format_fen
from ledger.streams import person
from ledger.streams.account import Recovered
from projections.replay.checks import Fold
from projections.replay.findings import Findings
from projections.replay.walk import Portion


class Conducts:
    """Bans by their own explanations (performed again elsewhere), money of frauds by both of its streams."""

    def __init__(self, found: Findings, fold: Fold) -> None:
        self.found = found
        self.fold = fold
        self.returned_fen: dict[tuple[str, str], int] = defaultdict(int)
        self.recovered_fen: dict[tuple[str, str], int] = defaultdict(int)

    def see(self, portion: Portion) -> None:
        for row, body in portion.events:
            match body:
                case person.Barred() if body.explanation:
                    self._compare(portion.commit.id, row, body)
                case person.MoneyReturned() if body.booked_to.startswith("account-"):
                    self.returned_fen[row[1], body.case] += body.amount_fen
                case Recovered():
                    self.recovered_fen[f"person-{body.person}", body.case] += body.amount_fen

    def _compare(self, commit: int, row: Any, body: person.Barred) -> None:
        due = body.explanation.get("values", {}).get("last_day")
        recorded = body.last_day and body.last_day.isoformat()
        if recorded != due:
            self.found.add("ban_not_by_rule", commit, row[0], row[1], recorded=recorded, due=due)

    def finish(self, connection: Connection) -> None:
        for stream, case in sorted(self.returned_fen.keys() | self.recovered_fen.keys()):
            returned_fen, recovered_fen = self.returned_fen[stream, case], self.recovered_fen[stream, case]
            if returned_fen != recovered_fen:
                self.found.add(
                    "return_not_booked",
                    stream=stream,
                    case=case,
                    returned=format_fen(returned_fen),
                    booked=format_fen(recovered_fen),
                )
        for key, (_, state) in self.fold.states["person"].items():
            for one in state.cases:
                if not 0 <= one.returned_fen <= one.owed_fen:
                    self.found.add(
                        "return_beyond_owed",
                        stream=person.PERSONS.id(key),
                        case=one.case,
                        returned=format_fen(one.returned_fen),
                        owed=format_fen(one.owed_fen),
                    )
