"""Transfers between cities: where each contact letter stands.

Revision ID: 0015
"""

from alembic import op

revision = "0015"
down_revision = "0014"

STATEMENTS = (
    """CREATE TABLE register_transfer (
        key TEXT NOT NULL CONSTRAINT pk_register_transfer PRIMARY KEY, version INTEGER NOT NULL,
        direction TEXT NOT NULL, status TEXT NOT NULL, person TEXT NOT NULL, account TEXT NOT NULL,
        centre TEXT NOT NULL, account_there TEXT NOT NULL, series TEXT NOT NULL, rounds BIGINT NOT NULL,
        principal_fen BIGINT NOT NULL, interest_fen BIGINT NOT NULL, months BIGINT NOT NULL,
        six_months TEXT NOT NULL, loans BIGINT NOT NULL, unsettled_loan TEXT NOT NULL, fraud TEXT NOT NULL,
        bans TEXT NOT NULL, paid_up_to TEXT NOT NULL, opened_on DATE, receipts TEXT NOT NULL,
        bank_references TEXT NOT NULL, payment TEXT NOT NULL, cancel_asked TEXT NOT NULL, money_back TEXT NOT NULL,
        ended_on DATE)""",
    "CREATE INDEX ix_register_transfer_person ON register_transfer (person)",
    "CREATE INDEX ix_register_transfer_series ON register_transfer (series)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
