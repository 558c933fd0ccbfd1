"""Monthly rolls with the places of persons and their runs; the pools of a year and the scores of the counties.

Revision ID: 0018
"""

from alembic import op

revision = "0018"
down_revision = "0017"

STATEMENTS = (
    """CREATE TABLE register_roll (
        key TEXT NOT NULL CONSTRAINT pk_register_roll PRIMARY KEY, version INTEGER NOT NULL,
        status TEXT NOT NULL, programme TEXT NOT NULL, beneficiary TEXT NOT NULL, members TEXT NOT NULL,
        area TEXT NOT NULL, payee TEXT NOT NULL, from_month TEXT NOT NULL, last_month TEXT NOT NULL,
        paid_through TEXT NOT NULL, segments TEXT NOT NULL, monthly_fen BIGINT NOT NULL,
        difference_fen BIGINT NOT NULL, paid_fen BIGINT NOT NULL, demanded_fen BIGINT NOT NULL,
        repaid_fen BIGINT NOT NULL, handled_by TEXT NOT NULL)""",
    "CREATE INDEX ix_register_roll_programme ON register_roll (programme)",
    "CREATE INDEX ix_register_roll_beneficiary ON register_roll (beneficiary)",
    """CREATE TABLE register_rollrun (
        key TEXT NOT NULL CONSTRAINT pk_register_rollrun PRIMARY KEY, version INTEGER NOT NULL,
        status TEXT NOT NULL, kind TEXT NOT NULL, programme TEXT NOT NULL, area TEXT NOT NULL,
        month TEXT NOT NULL, chunk BIGINT NOT NULL, lists BIGINT NOT NULL, last_key TEXT NOT NULL,
        entries BIGINT NOT NULL, changed BIGINT NOT NULL, months_fen BIGINT NOT NULL,
        difference_fen BIGINT NOT NULL, amount_fen BIGINT NOT NULL, raised_fen BIGINT NOT NULL,
        lowered_fen BIGINT NOT NULL, budget TEXT NOT NULL, reserved_fen BIGINT NOT NULL)""",
    "CREATE INDEX ix_register_rollrun_programme ON register_rollrun (programme)",
    """CREATE TABLE register_place (
        key TEXT NOT NULL CONSTRAINT pk_register_place PRIMARY KEY, version INTEGER NOT NULL,
        spells TEXT NOT NULL)""",
    """CREATE TABLE register_pool (
        key TEXT NOT NULL CONSTRAINT pk_register_pool PRIMARY KEY, version INTEGER NOT NULL,
        status TEXT NOT NULL, kind TEXT NOT NULL, year BIGINT NOT NULL, entrants TEXT NOT NULL,
        payable TEXT NOT NULL, budget TEXT NOT NULL, amount_fen BIGINT NOT NULL,
        counted_by TEXT NOT NULL, approved_by TEXT NOT NULL, entered_by TEXT NOT NULL)""",
    """CREATE TABLE register_score (
        key TEXT NOT NULL CONSTRAINT pk_register_score PRIMARY KEY, version INTEGER NOT NULL,
        status TEXT NOT NULL, area TEXT NOT NULL, year BIGINT NOT NULL, total TEXT NOT NULL,
        evidence TEXT NOT NULL, recorded_by TEXT NOT NULL)""",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
