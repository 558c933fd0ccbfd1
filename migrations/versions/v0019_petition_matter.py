"""What a petition asks for.

Revision ID: 0019
"""

from alembic import op

revision = "0019"
down_revision = "0018"

STATEMENTS = ("ALTER TABLE register_petition ADD COLUMN matter TEXT NOT NULL DEFAULT ''",)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
