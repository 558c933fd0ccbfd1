"""Entries of rolls know the months that were taken back from their payee.

Revision ID: 0034
"""

from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    op.execute("ALTER TABLE register_roll ADD COLUMN taken_back TEXT NOT NULL DEFAULT '[]'")
