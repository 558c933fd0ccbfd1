"""The raise of the standards in a county: publication and reports.

Revision ID: 0028
"""

from alembic import op

revision = "0028"
down_revision = "0027"

STATEMENTS = (
    """CREATE TABLE register_uplift (
        key TEXT NOT NULL CONSTRAINT pk_register_uplift PRIMARY KEY, version INTEGER NOT NULL,
        published_on DATE, reports TEXT NOT NULL)""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
