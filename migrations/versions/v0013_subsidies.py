"""Subsidies: offices, circumstances, budgets and grants.

Revision ID: 0013
"""

from alembic import op

revision = "0013"
down_revision = "0012"

STATEMENTS = (
    """CREATE TABLE register_office (
        key TEXT NOT NULL CONSTRAINT pk_register_office PRIMARY KEY, version INTEGER NOT NULL,
        held TEXT NOT NULL)""",
    """CREATE TABLE register_circumstance (
        key TEXT NOT NULL CONSTRAINT pk_register_circumstance PRIMARY KEY, version INTEGER NOT NULL,
        spells TEXT NOT NULL)""",
    """CREATE TABLE register_budget (
        key TEXT NOT NULL CONSTRAINT pk_register_budget PRIMARY KEY, version INTEGER NOT NULL,
        status TEXT NOT NULL, purse TEXT NOT NULL, year BIGINT NOT NULL, area TEXT NOT NULL,
        fund TEXT NOT NULL, voted_fen BIGINT NOT NULL, reserved_fen BIGINT NOT NULL,
        spent_fen BIGINT NOT NULL, recovered_fen BIGINT NOT NULL)""",
    "CREATE INDEX ix_register_budget_purse ON register_budget (purse)",
    """CREATE TABLE register_grant (
        key TEXT NOT NULL CONSTRAINT pk_register_grant PRIMARY KEY, version INTEGER NOT NULL,
        status TEXT NOT NULL, programme TEXT NOT NULL, beneficiary TEXT NOT NULL, payee TEXT NOT NULL,
        area TEXT NOT NULL, period TEXT NOT NULL, months TEXT NOT NULL, project TEXT NOT NULL,
        facts TEXT NOT NULL, documents TEXT NOT NULL, filed_on DATE, since DATE, stage BIGINT NOT NULL,
        steps TEXT NOT NULL, publicised_until DATE, objection TEXT NOT NULL, amount_fen BIGINT NOT NULL,
        advance_max_fen BIGINT NOT NULL, parts TEXT NOT NULL, rank BIGINT NOT NULL, budgets TEXT NOT NULL,
        paid_fen BIGINT NOT NULL, completed_on DATE, confirmed_on DATE, suspended TEXT NOT NULL,
        demanded_fen BIGINT NOT NULL, repaid_fen BIGINT NOT NULL, due_on DATE, instalments TEXT NOT NULL,
        referred_to TEXT NOT NULL)""",
    "CREATE INDEX ix_register_grant_beneficiary ON register_grant (beneficiary)",
    "CREATE INDEX ix_register_grant_project ON register_grant (project)",
    "CREATE INDEX ix_register_grant_programme ON register_grant (programme)",
    "CREATE INDEX ix_register_grant_status ON register_grant (status)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
