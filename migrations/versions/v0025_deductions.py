"""Deductions of loans: the newest of each loan.

Revision ID: 0025
"""

from alembic import op

revision = "0025"
down_revision = "0024"

STATEMENTS = (
    """CREATE TABLE register_deduction (
        key TEXT NOT NULL CONSTRAINT pk_register_deduction PRIMARY KEY, version INTEGER NOT NULL,
        status TEXT NOT NULL, batch TEXT NOT NULL, end_to_end TEXT NOT NULL, mode TEXT NOT NULL,
        asked_fen BIGINT NOT NULL, done_fen BIGINT NOT NULL, bank_reference TEXT NOT NULL,
        reason TEXT NOT NULL, since DATE)""",
    "CREATE INDEX ix_register_deduction_status ON register_deduction (status)",
    "CREATE INDEX ix_register_deduction_batch ON register_deduction (batch)",
    "CREATE INDEX ix_register_deduction_end_to_end ON register_deduction (end_to_end)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
