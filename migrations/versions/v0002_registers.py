"""The registers of the collection: the newest state of every stream that commands decide from.

Revision ID: 0002
"""

from alembic import op

revision = "0002"
down_revision = "0001"

TABLES = (
    """CREATE TABLE register_account (
        key TEXT NOT NULL CONSTRAINT pk_register_account PRIMARY KEY, version INTEGER NOT NULL,
        person TEXT NOT NULL, employer TEXT NOT NULL, status TEXT NOT NULL, opened_on DATE,
        joined_on DATE, carried_fen BIGINT NOT NULL, current_fen BIGINT NOT NULL,
        fund_year BIGINT NOT NULL, paid_up_to BIGINT NOT NULL, first_month BIGINT NOT NULL,
        employer_since BIGINT NOT NULL, months BIGINT NOT NULL, moved_on DATE, frozen TEXT NOT NULL,
        frozen_fen BIGINT NOT NULL, base_fen BIGINT NOT NULL, bases TEXT NOT NULL,
        missing TEXT NOT NULL, reversed TEXT NOT NULL, broken_on DATE, broken_how TEXT NOT NULL)""",
    """CREATE TABLE register_employer (
        key TEXT NOT NULL CONSTRAINT pk_register_employer PRIMARY KEY, version INTEGER NOT NULL,
        status TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, pay_day BIGINT NOT NULL,
        first_month BIGINT NOT NULL, paid_up_to BIGINT NOT NULL, rates TEXT NOT NULL,
        reduced TEXT NOT NULL, deferred TEXT NOT NULL, left_behind TEXT NOT NULL, debtor TEXT NOT NULL,
        assigned_fen BIGINT NOT NULL)""",
    """CREATE TABLE register_general_ledger (
        key TEXT NOT NULL CONSTRAINT pk_register_general_ledger PRIMARY KEY, version INTEGER NOT NULL,
        source TEXT NOT NULL, members_fen BIGINT NOT NULL)""",
    """CREATE TABLE register_payment (
        key TEXT NOT NULL CONSTRAINT pk_register_payment PRIMARY KEY, version INTEGER NOT NULL,
        status TEXT NOT NULL, cause TEXT NOT NULL, amount_fen BIGINT NOT NULL)""",
    """CREATE TABLE register_petition (
        key TEXT NOT NULL CONSTRAINT pk_register_petition PRIMARY KEY, version INTEGER NOT NULL,
        status TEXT NOT NULL, account TEXT NOT NULL, employer TEXT NOT NULL, employer_due_on DATE,
        centre_due_on DATE)""",
    """CREATE TABLE register_proposal (
        key TEXT NOT NULL CONSTRAINT pk_register_proposal PRIMARY KEY, version INTEGER NOT NULL,
        status TEXT NOT NULL, command TEXT NOT NULL, content TEXT NOT NULL, proposer TEXT NOT NULL)""",
    """CREATE TABLE register_receipt (
        key TEXT NOT NULL CONSTRAINT pk_register_receipt PRIMARY KEY, version INTEGER NOT NULL,
        status TEXT NOT NULL, employer TEXT NOT NULL, why TEXT NOT NULL, open_fen BIGINT NOT NULL,
        received_on DATE, bank_reference TEXT NOT NULL)""",
    """CREATE TABLE register_remittance (
        key TEXT NOT NULL CONSTRAINT pk_register_remittance PRIMARY KEY, version INTEGER NOT NULL,
        employer TEXT NOT NULL, month TEXT NOT NULL, content_hash TEXT NOT NULL, heads BIGINT NOT NULL,
        total_fen BIGINT NOT NULL)""",
)

INDEXES = (
    "CREATE INDEX ix_register_account_employer ON register_account (employer)",
    "CREATE INDEX ix_register_account_person ON register_account (person)",
    "CREATE INDEX ix_register_proposal_status ON register_proposal (status)",
    "CREATE INDEX ix_register_receipt_status ON register_receipt (status)",
)


def upgrade() -> None:
    for statement in (*TABLES, *INDEXES):
        op.execute(statement)
    if op.get_bind().dialect.name == "postgresql":
        # Room on each page lets an update stay on it and leave the indexes alone.
        op.execute("ALTER TABLE register_account SET (fillfactor = 70)")
