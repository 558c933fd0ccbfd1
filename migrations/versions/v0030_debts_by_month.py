"""Who owes which month, bases that were proven, the debtor's months and the successor. ``provident rebuild`` fills them.

Revision ID: 0030
"""

from alembic import op

revision = "0030"
down_revision = "0029"

COLUMNS = (
    ("register_account", ("spells", "left_with", "proven", "resumption"), "'[]'"),
    ("register_employer", ("assigned_months",), "'[]'"),
    ("register_employer", ("successor",), "''"),
)


def upgrade() -> None:
    for table, names, default in COLUMNS:
        for name in names:
            op.execute(f"ALTER TABLE {table} ADD COLUMN {name} TEXT NOT NULL DEFAULT {default}")
    op.execute("ALTER TABLE register_account ADD COLUMN last_month BIGINT NOT NULL DEFAULT 0")
