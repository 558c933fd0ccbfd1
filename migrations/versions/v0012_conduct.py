"""Conduct of persons: every entry of the record, with its bans.

Revision ID: 0012
"""

from alembic import op

revision = "0012"
down_revision = "0011"

STATEMENTS = (
    """CREATE TABLE register_person (
        key TEXT NOT NULL CONSTRAINT pk_register_person PRIMARY KEY, version INTEGER NOT NULL,
        cases TEXT NOT NULL)""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
