"""The books: closed months, the result of a year, vouchers with posting date and number.

Revision ID: 0011
"""

from alembic import op

revision = "0011"
down_revision = "0010"

STATEMENTS = (
    """CREATE TABLE register_period (
        key TEXT NOT NULL CONSTRAINT pk_register_period PRIMARY KEY, version INTEGER NOT NULL,
        status TEXT NOT NULL, accrued BIGINT NOT NULL, accrued_fen BIGINT NOT NULL)""",
    "CREATE INDEX ix_register_period_status ON register_period (status)",
    """CREATE TABLE register_result (
        key TEXT NOT NULL CONSTRAINT pk_register_result PRIMARY KEY, version INTEGER NOT NULL,
        status TEXT NOT NULL, result_fen BIGINT NOT NULL, loss_before_fen BIGINT NOT NULL,
        reserve_fen BIGINT NOT NULL, management_fen BIGINT NOT NULL, housing_fen BIGINT NOT NULL)""",
    "DROP TABLE view_voucher_v1",
    """CREATE TABLE view_voucher_v2 (
        commit_id BIGINT NOT NULL, line INTEGER NOT NULL, effective_on DATE NOT NULL,
        recorded_on DATE NOT NULL, posted_on DATE NOT NULL, period TEXT NOT NULL, number BIGINT NOT NULL,
        command TEXT NOT NULL, code TEXT NOT NULL,
        debit_fen BIGINT NOT NULL, credit_fen BIGINT NOT NULL, events INTEGER NOT NULL,
        CONSTRAINT pk_view_voucher_v2 PRIMARY KEY (commit_id, line))""",
    "CREATE INDEX ix_view_voucher_v2_period ON view_voucher_v2 (period)",
    """CREATE TABLE view_closed_period_v1 (
        period TEXT NOT NULL CONSTRAINT pk_view_closed_period_v1 PRIMARY KEY,
        commit_id BIGINT NOT NULL)""",
    # The journal is built anew from the events, into its new shape.
    "DELETE FROM tracking WHERE application_name = 'journal'",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
