"""The person store: identity data, sealed per person. Without its key a row is unreadable for ever.

Revision ID: 0003
"""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    binary = "BYTEA" if op.get_bind().dialect.name == "postgresql" else "BLOB"
    op.execute(
        "CREATE TABLE person (person_id TEXT NOT NULL CONSTRAINT pk_person PRIMARY KEY,"
        f" sealed {binary} NOT NULL, key {binary})"
    )
