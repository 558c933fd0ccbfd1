"""Entries of rolls know which county pays from which month, and what was demanded back for which budget.

Run ``replay`` after the upgrade: the demands by budget and a move that is dated ahead are read from the events.

Revision ID: 0032
"""

from alembic import op

revision = "0032"
down_revision = "0031"

COLUMNS = (
    "areas TEXT NOT NULL DEFAULT '{}'", "demanded_of TEXT NOT NULL DEFAULT '{}'", "due_on DATE",
    "instalments TEXT NOT NULL DEFAULT '{}'", "referred_to TEXT NOT NULL DEFAULT ''",
)  # fmt: skip


def upgrade() -> None:
    for column in COLUMNS:
        op.execute(f"ALTER TABLE register_roll ADD COLUMN {column}")
