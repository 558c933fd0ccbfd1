"""Puts the figures of ``provident bench --json`` into the README: ``python -m tests.benchmarks.readme FILE…``.

Several files are taken together, so that a long run may be taken in parts; the conditions are those of the last.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

README: Final = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- figures -->", "<!-- /figures -->"


def table(answers: list[dict[str, Any]]) -> str:
    """Both databases side by side, one line for each thing measured, and the machine below."""
    cells: dict[tuple[str, str], dict[str, list[tuple[str, str]]]] = {}
    for figure in (one for answer in answers for one in answer["figures"]):
        row = cells.setdefault((figure["benchmark"], figure["what"]), {})
        row.setdefault(figure["database"], []).append(_cell(figure))
    lines = ["| benchmark | what | SQLite | PostgreSQL |", "|---|---|---|---|"]
    for (benchmark, what), row in cells.items():
        sides = (_side(row.get(kind, [])) for kind in ("sqlite", "postgresql"))
        lines.append(f"| `{benchmark}` | {what} | {' | '.join(sides)} |")
    conditions = {name: value for answer in answers for name, value in answer.items() if name != "figures"}
    told = (
        f"{name}: " + ", ".join(f"{key} {value}" for key, value in facts.items())
        for name, facts in conditions.items()
    )
    return "\n".join([*lines, "", f"Taken on {'; '.join(told)}."])


def _cell(figure: dict[str, Any]) -> tuple[str, str]:
    value = f"{figure['value']:,.3f}" if figure["value"] < 100 else f"{figure['value']:,.0f}"
    ratio = figure["ratio"]
    return f"{value} {figure['unit']}", f"**{ratio:,.2f}** {figure['against']}" if ratio is not None else ""


def _side(cells: list[tuple[str, str]]) -> str:
    """A value stands once, with all that it was compared with."""
    return "; ".join(dict.fromkeys(part for cell in cells for part in cell if part)) or "-"


def main(paths: list[str]) -> None:
    text = README.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    answers = [json.loads(Path(path).read_text("utf-8")) for path in paths]
    README.write_text(f"{before}{BEGIN}\n\n{table(answers)}\n\n{END}{after}", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
