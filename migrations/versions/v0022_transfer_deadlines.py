"""Transfers between cities: since when a letter has stood where it stands, what is due next, the movement it booked.

Revision ID: 0022
"""

from alembic import op

revision = "0022"
down_revision = "0021"

STATEMENTS = (
    "ALTER TABLE register_transfer ADD COLUMN booked TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE register_transfer ADD COLUMN since DATE",
    "ALTER TABLE register_transfer ADD COLUMN due_on DATE",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
