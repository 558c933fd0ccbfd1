"""References of the bank by an index over the events of loans, and since when a loan has its rate.

Revision ID: 0031
"""

from alembic import op

revision = "0031"
down_revision = "0030"

INDEX = {
    "sqlite": "json_extract(state, '$.reference')",
    "postgresql": "((state::jsonb) ->> 'reference')",
}
SINCE = {
    "sqlite": "json_extract(state, '$.effective_on')",
    "postgresql": "((state::jsonb) ->> 'effective_on')::date",
}


def upgrade() -> None:
    dialect = op.get_bind().dialect.name
    op.execute(
        f"CREATE INDEX ix_event_loan_reference ON event (stream_id, ({INDEX[dialect]}))"
        " WHERE topic IN ('loan.recovered/1', 'loan.repaid/1')"
    )
    op.execute("ALTER TABLE register_loan DROP COLUMN reference")
    op.execute("ALTER TABLE register_loan ADD COLUMN rate_since DATE")
    op.execute(
        f"UPDATE register_loan SET rate_since = (SELECT {SINCE[dialect]} FROM event"
        " WHERE stream_id = 'loan-' || register_loan.key"
        " AND topic IN ('loan.disbursed/1', 'loan.repriced/1') ORDER BY version DESC LIMIT 1)"
    )
