"""Room on each page of the loan register, so that a repricing stays on it and leaves the indexes alone.

Revision ID: 0023
"""

from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE register_loan SET (fillfactor = 70)")
