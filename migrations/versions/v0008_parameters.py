"""The register of legal parameters: drafted, approved, published.

Revision ID: 0008
"""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.execute(
        "CREATE TABLE register_parameter ("
        " key TEXT NOT NULL CONSTRAINT pk_register_parameter PRIMARY KEY, version INTEGER NOT NULL,"
        " parameter TEXT NOT NULL, unit TEXT NOT NULL, drafts TEXT NOT NULL, published TEXT NOT NULL)"
    )
