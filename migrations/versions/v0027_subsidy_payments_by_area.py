"""Money on cases says for which months it was and which area paid it; the views of subsidies are built again.

Revision ID: 0027
"""

from alembic import op

revision = "0027"
down_revision = "0026"

STATEMENTS = (
    "DROP TABLE view_subsidy_moved_v1",
    """CREATE TABLE view_subsidy_moved_v2 (
        event_id BIGINT NOT NULL, source TEXT NOT NULL, what TEXT NOT NULL, part TEXT NOT NULL,
        period TEXT NOT NULL, area TEXT NOT NULL,
        amount_fen BIGINT NOT NULL, set_off_fen BIGINT NOT NULL, payment TEXT NOT NULL,
        effective_on DATE NOT NULL, recorded_on DATE NOT NULL,
        CONSTRAINT pk_view_subsidy_moved_v2 PRIMARY KEY (event_id, source))""",
    "CREATE INDEX ix_view_subsidy_moved_v2_effective_on ON view_subsidy_moved_v2 (effective_on)",
    "DELETE FROM view_subsidy_budget_v1",
    "DELETE FROM view_subsidy_case_v1",
    "DELETE FROM tracking WHERE application_name = 'subsidy_money'",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
