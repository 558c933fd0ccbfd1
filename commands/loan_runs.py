"""Runs over all loans (贷款批处理): chunk after chunk, each under its own key, so that a stopped run goes on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from commands.desk import Desk

RUNS: Final = {"run_instalments": "instalments", "reprice_loans": "reprice", "run_offsets": "offset"}
"""The commands that go over all loans, and how their keys begin."""

Told = Callable[[int], None]
"""Told how many loans have been looked at."""


def run_over_loans(
    desk: Desk,
    command: str,
    on: date,
    *,
    actor: str = "clerk",
    chunk: int | None = None,
    mode: str = "",
    tell: Told | None = None,
) -> dict[str, Any]:
    """Carries a run over all loans out to its end. Chunks that were done before answer again and change nothing."""
    more = {"mode": mode} if mode else {}
    total: dict[str, Any] = {
        "on": on.isoformat(),
        "chunks": 0,
        "loans": 0,
        "changed": 0,
        "paid_fen": 0,
        "left_out": [],
    }
    after, finished = "", False
    while not finished:
        total["chunks"] += 1
        key = "-".join(filter(None, (RUNS[command], mode, on.isoformat(), f"{total['chunks']:05d}")))
        content = {"on": on, "after": after, "chunk": chunk, **more}
        done = desk.do(command, content, actor=actor, key=key).result
        for name in ("loans", "changed", "paid_fen", "left_out"):
            total[name] += done.get(name, type(total[name])())
        after, finished = done["last_key"], done["finished"]
        if tell:
            tell(total["loans"])
    return total
