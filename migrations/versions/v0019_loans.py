"""The loan register (贷款台账): every loan from application to settlement.

Revision ID: 0019
"""

from alembic import op

revision = "0019"
down_revision = "0018"

STATEMENTS = (
    """CREATE TABLE register_loan (
        key TEXT NOT NULL CONSTRAINT pk_register_loan PRIMARY KEY, version INTEGER NOT NULL,
        status TEXT NOT NULL, borrower TEXT NOT NULL, account TEXT NOT NULL, spouse TEXT NOT NULL,
        spouse_account TEXT NOT NULL, co_borrowers TEXT NOT NULL, from_centre TEXT NOT NULL,
        purpose TEXT NOT NULL, home_number BIGINT NOT NULL, price_fen BIGINT NOT NULL,
        amount_fen BIGINT NOT NULL, months BIGINT NOT NULL, applied_on DATE, decide_by DATE,
        limit_fen BIGINT NOT NULL, binding TEXT NOT NULL, months_max BIGINT NOT NULL,
        bank TEXT NOT NULL, bank_owed_fen BIGINT NOT NULL, commercial_fen BIGINT NOT NULL,
        contract TEXT NOT NULL, method TEXT NOT NULL, repay_day BIGINT NOT NULL, payee TEXT NOT NULL,
        security TEXT NOT NULL, guarantee_fee_fen BIGINT NOT NULL, disbursed_on DATE,
        disbursed_fen BIGINT NOT NULL, normal_fen BIGINT NOT NULL, overdue_fen BIGINT NOT NULL,
        rate TEXT NOT NULL, months_left BIGINT NOT NULL, next_number BIGINT NOT NULL,
        instalment_fen BIGINT NOT NULL, next_due_on DATE, interest_from DATE,
        accrued_fen BIGINT NOT NULL, owed TEXT NOT NULL, moved_on DATE, reference TEXT NOT NULL,
        reversed TEXT NOT NULL, offset_mode TEXT NOT NULL, grade TEXT NOT NULL,
        letters BIGINT NOT NULL, repay_by DATE, recourse_fen BIGINT NOT NULL,
        written_off_fen BIGINT NOT NULL, settled_on DATE)""",
    "CREATE INDEX ix_register_loan_borrower ON register_loan (borrower)",
    "CREATE INDEX ix_register_loan_status ON register_loan (status)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
