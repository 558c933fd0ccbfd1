"""The commit of an event is found by one look-up, whatever the number of commits.

Revision ID: 0005
"""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute("CREATE INDEX ix_ledger_commit_last_event_id ON ledger_commit (last_event_id)")
