"""Freezes by court document, and whether heirs were once paid.

Revision ID: 0033
"""

from alembic import op

revision = "0033"
down_revision = "0032"

OBJECT = {
    "sqlite": "json_object(frozen, frozen_fen)",
    "postgresql": "json_build_object(frozen, frozen_fen)::text",
}
REASON = {"sqlite": "json_extract(state, '$.reason')", "postgresql": "(state::jsonb) ->> 'reason'"}


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    op.execute("ALTER TABLE register_account ADD COLUMN freezes TEXT NOT NULL DEFAULT '{}'")
    op.execute(f"UPDATE register_account SET freezes = {OBJECT[dialect]} WHERE frozen <> ''")
    op.execute("ALTER TABLE register_account DROP COLUMN frozen")
    op.execute("ALTER TABLE register_account DROP COLUMN frozen_fen")
    op.execute("ALTER TABLE register_account ADD COLUMN inherited BIGINT NOT NULL DEFAULT 0")
    op.execute(
        "UPDATE register_account SET inherited = 1 WHERE 'account-' || key IN (SELECT stream_id FROM event"
        f" WHERE topic LIKE 'account.withdrawn/%' AND {REASON[dialect]} IN ('death', 'no_heir'))"
    )
