"""Transfers between cities: since when a letter has stood where it stands, what is due next, the movement it booked.

Revision ID: 0024
"""

from alembic import op

revision = "0024"
down_revision = "0023"

STATEMENTS = (
    "ALTER TABLE register_transfer ADD COLUMN booked TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE register_transfer ADD COLUMN since DATE",
    "ALTER TABLE register_transfer ADD COLUMN due_on DATE",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
