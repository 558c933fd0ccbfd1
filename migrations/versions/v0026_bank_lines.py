"""The bank's statement: batches that went to the bank, lines that came from it, receipts by the bank's serial number.

Revision ID: 0026
"""

from alembic import op

revision = "0026"
down_revision = "0025"

STATEMENTS = (
    """CREATE TABLE register_batch (
        key TEXT NOT NULL CONSTRAINT pk_register_batch PRIMARY KEY, version INTEGER NOT NULL,
        direction TEXT NOT NULL, purse TEXT NOT NULL, count BIGINT NOT NULL, amount_fen BIGINT NOT NULL,
        digest TEXT NOT NULL, sent_on DATE)""",
    """CREATE TABLE register_bank_line (
        key TEXT NOT NULL CONSTRAINT pk_register_bank_line PRIMARY KEY, version INTEGER NOT NULL,
        status TEXT NOT NULL, purse TEXT NOT NULL, side TEXT NOT NULL, amount_fen BIGINT NOT NULL,
        reference TEXT NOT NULL, end_to_end TEXT NOT NULL, reversal TEXT NOT NULL, mentions TEXT NOT NULL,
        party TEXT NOT NULL, booked_on DATE, matched_to TEXT NOT NULL, matched_by TEXT NOT NULL)""",
    "CREATE INDEX ix_register_bank_line_status ON register_bank_line (status)",
    "CREATE INDEX ix_register_bank_line_reference ON register_bank_line (reference)",
    "CREATE INDEX ix_register_bank_line_matched_to ON register_bank_line (matched_to)",
    "CREATE INDEX ix_register_payment_payee ON register_payment (payee)",
    "CREATE INDEX ix_register_payment_bank_reference ON register_payment (bank_reference)",
    "ALTER TABLE register_receipt ADD COLUMN received_fen BIGINT NOT NULL DEFAULT 0",
    "CREATE INDEX ix_register_receipt_bank_reference ON register_receipt (bank_reference)",
)

# The first event of a receipt says how much was received.
FILLED = """UPDATE register_receipt SET received_fen = (
    SELECT {amount} FROM event WHERE stream_id = 'receipt-' || register_receipt.key AND version = 1)"""
SQLITE = "json_extract(state, '$.amount_fen')"
POSTGRESQL = "(state::jsonb ->> 'amount_fen')::bigint"


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    postgresql = op.get_bind().dialect.name == "postgresql"
    op.execute(FILLED.format(amount=POSTGRESQL if postgresql else SQLITE))
