"""References from outside: what stands under each bank serial number and each letter, with what history has used.

Revision ID: 0029
"""

from alembic import op

revision = "0029"
down_revision = "0028"

STATEMENTS = (
    """CREATE TABLE register_reference (
        stream_id TEXT NOT NULL, version INTEGER NOT NULL, key TEXT NOT NULL, content TEXT NOT NULL,
        amount_fen BIGINT NOT NULL, freed INTEGER NOT NULL,
        CONSTRAINT pk_register_reference PRIMARY KEY (stream_id, version))""",
    "CREATE INDEX ix_register_reference_key ON register_reference (key)",
    "ALTER TABLE register_penalty DROP COLUMN bank_references",
)

# (topic, where it counts, the reference, amount, whose sum, what else must be the same, condition), by fields in braces.
_USES = (
    ("account.transferred_in/1", "'letter.in.' || {from_centre}", "{letter}", "{amount_fen}", "", "{months}", ""),
    ("account.transferred_out/1", "'letter.out.' || {to_centre}", "{letter}", "", "", "{months}", ""),
    ("account.recovered/1", "'in.fund'", "{reference}", "{amount_fen}", "'person-' || {person}", "{case}", ""),
    (
        "person.money_returned/1", "'loan_case'", "{reference}", "{amount_fen}", "", "{case}",
        "{booked_to} LIKE 'loan-%'",
    ),
    (
        "receipt.received/1", "'in.fund'", "{bank_reference}", "{amount_fen}", "",
        "{why} || ' ' || COALESCE({employer}, '')", "",
    ),
    (
        "payment.returned/1", "'in.' || COALESCE({purse}, 'fund')", "{bank_reference}", "{held_fen}", "", "",
        "COALESCE({source}, 'bank') = 'bank'",
    ),
    ("penalty.paid/1", "'treasury'", "{reference}", "{amount_fen}", "", "", ""),
    (
        "period.entry_booked/1",
        "'entry.' || substr({effective_on}, 1, 7) || '.' || {kind}", "{reference}", "{amount_fen}", "", "",
        "{kind} NOT IN ('bank_interest_accrued', 'collection_fee_accrued', 'loan_fee_accrued', 'other_fee_accrued')",
    ),
    ("grant.repaid/1", "'in.subsidy'", "{reference}", "{amount_fen}", "", "", "{how} = 'bank'"),
    ("roll.repaid/1", "'in.subsidy'", "{reference}", "{amount_fen}", "", "", ""),
)  # fmt: skip

_FIELDS = (
    "from_centre", "to_centre", "letter", "months", "reference", "person", "case", "booked_to", "bank_reference", "why",
    "employer", "purse", "source", "kind", "how", "effective_on",
)  # fmt: skip
_AMOUNTS = ("amount_fen", "held_fen", "carried_fen", "current_fen")


def fill(postgresql: bool) -> list[str]:
    """What history has used and freed, as statements."""
    text, number = ("(state::jsonb ->> '{}')", "(state::jsonb ->> '{}')::bigint")
    if not postgresql:
        text = number = "json_extract(state, '$.{}')"
    fields = {name: text.format(name) for name in _FIELDS} | {name: number.format(name) for name in _AMOUNTS}
    statements = []
    for topic, where, reference, amount, of, more, condition in _USES:
        fen = amount or "({carried_fen} + {current_fen})"
        content = f"({of or 'stream_id'}) || ' ' || {fen}" + (f" || ' ' || ({more})" if more else "")
        statements.append(
            (
                "INSERT INTO register_reference (stream_id, version, key, content, amount_fen, freed)"
                f" SELECT stream_id, version, ({where}) || ':' || {reference}, {content}, {fen}, 0 FROM event"
                f" WHERE topic = '{topic}' AND COALESCE({reference}, '') <> ''"
                + (f" AND {condition}" if condition else "")
            ).format(**fields)
        )
    reverses = number.format("reverses")
    statements.append(
        "UPDATE register_reference SET freed = 1 WHERE EXISTS (SELECT 1 FROM event"
        " WHERE event.stream_id = register_reference.stream_id AND topic = 'account.entry_reversed/1'"
        f" AND {reverses} = register_reference.version)"
    )
    return statements


def upgrade() -> None:
    for statement in (*STATEMENTS, *fill(op.get_bind().dialect.name == "postgresql")):
        op.execute(statement)
