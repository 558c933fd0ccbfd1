"""Events, commits and idempotency keys are only ever added: the database itself refuses to change or delete one.

Revision ID: 0007
"""

from alembic import op

revision = "0007"
down_revision = "0006"

TABLES = ("event", "ledger_commit", "idempotency")

SQLITE = """CREATE TRIGGER {table}_no_{action} BEFORE {action} ON {table}
    BEGIN SELECT RAISE(ABORT, '{table}: rows are only ever added'); END"""

FUNCTION = """CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION '%: rows are only ever added', TG_TABLE_NAME; END $$"""

POSTGRESQL = """CREATE TRIGGER {table}_no_{action} BEFORE {action} ON {table}
    FOR EACH ROW EXECUTE FUNCTION refuse_change()"""


def upgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    if postgresql:
        op.execute(FUNCTION)
    for table in TABLES:
        for action in ("update", "delete"):
            op.execute((POSTGRESQL if postgresql else SQLITE).format(table=table, action=action))
