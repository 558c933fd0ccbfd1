"""What is read of subsidies: budgets as they moved, cases, and the money that moved on them.

Revision ID: 0017
"""

from alembic import op

revision = "0017"
down_revision = "0016"

STATEMENTS = (
    """CREATE TABLE view_subsidy_budget_v1 (
        event_id BIGINT NOT NULL CONSTRAINT pk_view_subsidy_budget_v1 PRIMARY KEY,
        purse TEXT NOT NULL, year INTEGER NOT NULL, area TEXT NOT NULL, what TEXT NOT NULL,
        amount_fen BIGINT NOT NULL, effective_on DATE NOT NULL, recorded_on DATE NOT NULL)""",
    "CREATE INDEX ix_view_subsidy_budget_v1_purse ON view_subsidy_budget_v1 (purse)",
    """CREATE TABLE view_subsidy_case_v1 (
        source TEXT NOT NULL CONSTRAINT pk_view_subsidy_case_v1 PRIMARY KEY, event_id BIGINT NOT NULL,
        programme TEXT NOT NULL, area TEXT NOT NULL, beneficiary TEXT NOT NULL, payee TEXT NOT NULL,
        period TEXT NOT NULL, project TEXT NOT NULL, filed_on DATE NOT NULL, recorded_on DATE NOT NULL)""",
    "CREATE INDEX ix_view_subsidy_case_v1_programme ON view_subsidy_case_v1 (programme)",
    "CREATE INDEX ix_view_subsidy_case_v1_beneficiary ON view_subsidy_case_v1 (beneficiary)",
    """CREATE TABLE view_subsidy_moved_v1 (
        event_id BIGINT NOT NULL, source TEXT NOT NULL, what TEXT NOT NULL, part TEXT NOT NULL,
        amount_fen BIGINT NOT NULL, set_off_fen BIGINT NOT NULL, payment TEXT NOT NULL,
        effective_on DATE NOT NULL, recorded_on DATE NOT NULL,
        CONSTRAINT pk_view_subsidy_moved_v1 PRIMARY KEY (event_id, source))""",
    "CREATE INDEX ix_view_subsidy_moved_v1_effective_on ON view_subsidy_moved_v1 (effective_on)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
