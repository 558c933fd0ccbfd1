"""Statements and their digests; which account stood with which employer since when.

Revision ID: 0009
"""

from alembic import op

revision = "0009"
down_revision = "0008"

STATEMENTS = (
    """CREATE TABLE register_statement (
        key TEXT NOT NULL CONSTRAINT pk_register_statement PRIMARY KEY, version INTEGER NOT NULL,
        year BIGINT NOT NULL, employer TEXT NOT NULL, editions TEXT NOT NULL)""",
    "CREATE INDEX ix_register_statement_year ON register_statement (year)",
    """CREATE TABLE view_stay_v1 (
        event_id BIGINT NOT NULL CONSTRAINT pk_view_stay_v1 PRIMARY KEY,
        account TEXT NOT NULL, employer TEXT NOT NULL, since DATE NOT NULL)""",
    "CREATE INDEX ix_view_stay_v1_employer ON view_stay_v1 (employer)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
