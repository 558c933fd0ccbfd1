"""The annual report: its facts, drafts and editions.

Revision ID: 0014
"""

from alembic import op

revision = "0014"
down_revision = "0013"

STATEMENTS = (
    """CREATE TABLE register_report (
        key TEXT NOT NULL CONSTRAINT pk_register_report PRIMARY KEY, version INTEGER NOT NULL,
        status TEXT NOT NULL, facts TEXT NOT NULL, editions TEXT NOT NULL, published_on DATE)""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
