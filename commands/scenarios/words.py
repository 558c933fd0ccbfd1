"""The words of the notation as a table, so that a document can never say more or less than the program knows."""

from __future__ import annotations

from collections.abc import Iterable

from commands.handlers import COMMANDS
from commands.scenarios.expectations import QUESTIONS
from commands.scenarios.notation import EXPECT_WORDS, SCENARIO_WORDS, STEP_WORDS

BEGIN, END = "<!-- scenario words -->", "<!-- /scenario words -->"


def words_of_the_notation() -> str:
    """Three Markdown tables: the words around a case, the commands with their fields, the questions."""
    return "\n\n".join(
        (
            _table(
                ("word", "where", "what it says"),
                [(word, "scenario", means) for word, means in SCENARIO_WORDS.items()]
                + [(word, "step", means) for word, means in STEP_WORDS.items()]
                + [(word, "expectation", means) for word, means in EXPECT_WORDS.items()],
            ),
            _table(
                ("`do:`", "what is done", "clause", "fields (those in brackets may be left out)"), _commands()
            ),
            _table(("expectation", "what it asks"), [(word, one.means) for word, one in QUESTIONS.items()]),
        )
    )


def _commands() -> Iterable[tuple[str, str, str, str]]:
    for name, command in COMMANDS.items():
        fields = [
            field if spec.required else f"[{field}]"
            for field, spec in command.schema.fields.items()
            if field != "on"
        ]
        pays = " (two persons)" if command.pays else " (two persons where money leaves)" * command.may_pay
        yield name, command.zh + pays, command.clause, " ".join(fields)


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(heads)} |", "|" + " --- |" * len(heads)]
    lines += [f"| `{word}` | {' | '.join(rest)} |" for word, *rest in rows]
    return "\n".join(lines)


def within(document: str) -> str:
    """A document with the tables between their two marks brought up to date."""
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{words_of_the_notation()}\n\n{END}{after}"


if __name__ == "__main__":
    import sys
    from pathlib import Path

    for name in sys.argv[1:]:
        Path(name).write_text(within(Path(name).read_text("utf-8")), "utf-8")
