"""The command that records statements: editions and the digests of their files (葫政发〔2019〕12号 第二十四条)."""

from __future__ import annotations

from typing import Any

from commands.handlers.registry import Work, command
from commands.schemas import statements as schemas
from ledger.refusal import Refusal
from ledger.streams import statement as statements
from ledger.streams import year as years


@command(
    "record_statements",
    schemas.RecordStatements,
    clause="葫政发〔2019〕12号 第二十四条",
    zh="登记对账单",
)
def record_statements(work: Work, given: dict[str, Any]) -> dict[str, Any]:
    """Records editions that were produced, all or none; what is recorded already gives no event.

    Refuses ``statement_before_settlement``, ``statement_edition_gap`` and ``statement_renders_differently``.
    """
    year, on = given["year"], given["on"]
    if work.uow.state("year", years.key(year)).status != "settled":
        raise Refusal("statement_before_settlement", year=year)
    keys = [statements.key(year, line["employer"]) for line in given["lines"]]
    work.uow.load("statement", keys)
    issued = files = 0
    for key, line in zip(keys, given["lines"], strict=True):
        before = work.uow.state("statement", key)
        edition = statements.Issued(
            effective_on=on,
            year=year,
            **{
                name: line[name]
                for name in ("employer", "edition", "known_through", "content", "accounts", "closing_fen")
            },
        )
        why = statements.Difference(line["changed"], tuple(line["events"]), line["event_count"])
        known = any(one.number == edition.edition for one in before.editions)
        state = work.add("statement", key, events := () if known else statements.issue(before, edition, why))
        rendered = statements.Rendered(
            effective_on=on, edition=edition.edition, files=_digests(line["files"])
        )
        state = work.add("statement", key, made := statements.render(state, rendered))
        signed = statements.Signed(effective_on=on, edition=edition.edition, files=_digests(line["signed"]))
        work.add("statement", key, statements.sign(state, signed))
        issued, files = issued + bool(events), files + sum(len(one.files) for one in made)
    return {"year": year, "issued": issued, "files": files}


def _digests(files: dict[str, dict[str, Any]]) -> dict[str, statements.FileDigest]:
    return {name: statements.FileDigest(**file) for name, file in sorted(files.items())}
