"""Which job ran for which period, and what came of it.

Revision ID: 0006
"""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    moment = "TIMESTAMPTZ" if op.get_bind().dialect.name == "postgresql" else "TEXT"
    op.execute(
        "CREATE TABLE job_run (job TEXT NOT NULL, period TEXT NOT NULL, status TEXT NOT NULL,"
        f" attempts INTEGER NOT NULL, started_at {moment} NOT NULL, finished_at {moment},"
        " result TEXT NOT NULL, CONSTRAINT pk_job_run PRIMARY KEY (job, period))"
    )
