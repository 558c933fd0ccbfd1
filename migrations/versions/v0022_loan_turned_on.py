"""The day on which a loan's principal was last told apart between 121 and 122.

Revision ID: 0022
"""

from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.execute("ALTER TABLE register_loan ADD COLUMN turned_on DATE")
