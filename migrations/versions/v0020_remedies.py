"""Orders and fines on employers, and the remedies against decisions.

Revision ID: 0020
"""

from alembic import op

revision = "0020"
down_revision = "0019"

STATEMENTS = (
    """CREATE TABLE register_penalty (
        key TEXT NOT NULL CONSTRAINT pk_register_penalty PRIMARY KEY, version INTEGER NOT NULL,
        status TEXT NOT NULL, employer TEXT NOT NULL, violation TEXT NOT NULL, facts_on DATE, due_on DATE,
        hearing_until DATE, pay_by DATE, amount_fen BIGINT NOT NULL, paid_fen BIGINT NOT NULL,
        bank_references TEXT NOT NULL)""",
    "CREATE INDEX ix_register_penalty_employer ON register_penalty (employer)",
    """CREATE TABLE register_remedy (
        key TEXT NOT NULL CONSTRAINT pk_register_remedy PRIMARY KEY, version INTEGER NOT NULL,
        against TEXT NOT NULL, subject TEXT NOT NULL, objection TEXT NOT NULL, review TEXT NOT NULL,
        suit TEXT NOT NULL, enforcement TEXT NOT NULL, review_until DATE, suit_until DATE, enforce_until DATE)""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
