"""The views: vouchers of the journal, obligations.

Revision ID: 0004
"""

from alembic import op

revision = "0004"
down_revision = "0003"

STATEMENTS = (
    """CREATE TABLE view_voucher_v1 (
        commit_id BIGINT NOT NULL, line INTEGER NOT NULL, effective_on DATE NOT NULL,
        recorded_on DATE NOT NULL, command TEXT NOT NULL, code TEXT NOT NULL,
        debit_fen BIGINT NOT NULL, credit_fen BIGINT NOT NULL, events INTEGER NOT NULL,
        CONSTRAINT pk_view_voucher_v1 PRIMARY KEY (commit_id, line))""",
    """CREATE TABLE view_obligation_v1 (
        id TEXT NOT NULL CONSTRAINT pk_view_obligation_v1 PRIMARY KEY,
        kind TEXT NOT NULL, subject TEXT NOT NULL, who TEXT NOT NULL, arose_on DATE NOT NULL,
        due_on DATE, done_on DATE, clause TEXT NOT NULL,
        event_id BIGINT NOT NULL, done_event_id BIGINT NOT NULL)""",
    "CREATE INDEX ix_view_obligation_v1_subject ON view_obligation_v1 (subject)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
