"""What a petition asks for.

Revision ID: 0021
"""

from alembic import op

revision = "0021"
down_revision = "0020"

STATEMENTS = ("ALTER TABLE register_petition ADD COLUMN matter TEXT NOT NULL DEFAULT ''",)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
