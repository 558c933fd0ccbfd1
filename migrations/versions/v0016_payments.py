"""Payment orders: where each stands with the bank.

Revision ID: 0016
"""

from alembic import op

revision = "0016"
down_revision = "0015"

STATEMENTS = (
    "ALTER TABLE register_payment ADD COLUMN interest_fen BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE register_payment ADD COLUMN payee TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE register_payment ADD COLUMN payee_account TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE register_payment ADD COLUMN purse TEXT NOT NULL DEFAULT 'fund'",
    "ALTER TABLE register_payment ADD COLUMN ordered_on DATE",
    "ALTER TABLE register_payment ADD COLUMN since DATE",
    "ALTER TABLE register_payment ADD COLUMN batch TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE register_payment ADD COLUMN reference TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE register_payment ADD COLUMN end_to_end TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE register_payment ADD COLUMN sent_on DATE",
    "ALTER TABLE register_payment ADD COLUMN bank_reference TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE register_payment ADD COLUMN settled_on DATE",
    "ALTER TABLE register_payment ADD COLUMN reason TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE register_payment ADD COLUMN held_fen BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE register_payment ADD COLUMN attempt BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE register_payment ADD COLUMN asked BIGINT NOT NULL DEFAULT 0",
    "ALTER TABLE register_payment ADD COLUMN paid TEXT NOT NULL DEFAULT '[]'",
    "CREATE INDEX ix_register_payment_status ON register_payment (status)",
    "CREATE INDEX ix_register_payment_batch ON register_payment (batch)",
    "CREATE INDEX ix_register_payment_reference ON register_payment (reference)",
)

# Until now an order had one event, which says all that the new columns hold.
FILLED = """UPDATE register_payment SET (interest_fen, payee, ordered_on, since) = (
    SELECT {interest}, {payee}, {day}, {day} FROM event
    WHERE stream_id = 'payment-' || register_payment.key AND version = 1)"""
SQLITE = {
    "interest": "coalesce(json_extract(state, '$.interest_fen'), 0)",
    "payee": "json_extract(state, '$.payee')",
    "day": "json_extract(state, '$.effective_on')",
}
POSTGRESQL = {
    "interest": "coalesce((state::jsonb ->> 'interest_fen')::bigint, 0)",
    "payee": "state::jsonb ->> 'payee'",
    "day": "(state::jsonb ->> 'effective_on')::date",
}


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    words = POSTGRESQL if op.get_bind().dialect.name == "postgresql" else SQLITE
    op.execute(FILLED.format(**words))
