"""The store: events, commits, idempotency keys, positions of readers, and the audit view.

Revision ID: 0001
"""

from alembic import op

revision = "0001"
down_revision = None

FIRST_YEAR, LAST_YEAR = 2018, 2032
"""Fund years whose partitions are made ahead; what is recorded outside them goes to the default partition."""

COMMON = (
    """CREATE TABLE ledger_commit (
        id BIGINT NOT NULL CONSTRAINT pk_ledger_commit PRIMARY KEY,
        key TEXT NOT NULL, request_hash TEXT NOT NULL,
        actor TEXT NOT NULL, approver TEXT NOT NULL, command TEXT NOT NULL,
        recorded_at {moment} NOT NULL,
        first_event_id BIGINT NOT NULL, last_event_id BIGINT NOT NULL,
        result TEXT NOT NULL, events_hash TEXT NOT NULL, previous_hash TEXT NOT NULL, hash TEXT NOT NULL)""",
    """CREATE TABLE idempotency (
        key TEXT NOT NULL CONSTRAINT pk_idempotency PRIMARY KEY,
        request_hash TEXT NOT NULL, commit_id BIGINT NOT NULL)""",
    """CREATE TABLE tracking (
        application_name TEXT NOT NULL CONSTRAINT pk_tracking PRIMARY KEY,
        notification_id BIGINT NOT NULL)""",
)

SQLITE = (
    """CREATE TABLE event (
        id BIGINT NOT NULL, stream_id TEXT NOT NULL, version INTEGER NOT NULL,
        topic TEXT NOT NULL, state TEXT NOT NULL, recorded_at TEXT NOT NULL)""",
    "CREATE UNIQUE INDEX ix_event_id ON event (id)",
    "CREATE UNIQUE INDEX ix_event_stream ON event (stream_id, version)",
)

POSTGRESQL = (
    """CREATE TABLE event (
        id BIGINT NOT NULL, stream_id TEXT NOT NULL, version INTEGER NOT NULL,
        topic TEXT NOT NULL, state TEXT NOT NULL, recorded_at TIMESTAMPTZ NOT NULL)
       PARTITION BY RANGE (recorded_at)""",
    "CREATE TABLE event_other PARTITION OF event DEFAULT",
    *(
        f"CREATE TABLE event_{year} PARTITION OF event"
        f" FOR VALUES FROM ('{year}-07-01 00:00+08') TO ('{year + 1}-07-01 00:00+08')"
        for year in range(FIRST_YEAR, LAST_YEAR + 1)
    ),
    *(
        statement
        for name in ("other", *range(FIRST_YEAR, LAST_YEAR + 1))
        for statement in (
            f"CREATE UNIQUE INDEX ix_event_{name}_id ON event_{name} (id)",
            f"CREATE UNIQUE INDEX ix_event_{name}_stream ON event_{name} (stream_id, version)",
        )
    ),
)


def upgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in POSTGRESQL if postgresql else SQLITE:
        op.execute(statement)
    for statement in COMMON:
        op.execute(statement.format(moment="TIMESTAMPTZ" if postgresql else "TEXT"))
    state = "state::jsonb" if postgresql else "state"
    op.execute(
        "CREATE VIEW audit_event AS SELECT e.id, e.stream_id, e.version, e.topic,"
        f" {state} AS state, e.recorded_at, c.id AS commit_id, c.actor, c.approver, c.command"
        " FROM event e JOIN ledger_commit c ON e.id BETWEEN c.first_event_id AND c.last_event_id"
    )
