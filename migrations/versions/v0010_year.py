"""The fund year: how far its settlement has come.

Revision ID: 0010
"""

from alembic import op

revision = "0010"
down_revision = "0009"

STATEMENTS = (
    """CREATE TABLE register_year (
        key TEXT NOT NULL CONSTRAINT pk_register_year PRIMARY KEY, version INTEGER NOT NULL,
        status TEXT NOT NULL, chunk BIGINT NOT NULL, chunks BIGINT NOT NULL, last_key TEXT NOT NULL,
        accounts BIGINT NOT NULL, credited BIGINT NOT NULL, carried_fen BIGINT NOT NULL,
        current_fen BIGINT NOT NULL, trued_up_fen BIGINT NOT NULL, read_since TEXT NOT NULL,
        next_since TEXT NOT NULL, settled_on DATE)""",
    "CREATE INDEX ix_register_year_status ON register_year (status)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
