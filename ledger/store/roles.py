"""What the application's role may do on PostgreSQL: one role owns the tables, another one works with them.

The working role adds events, commits and keys and can neither change nor delete one; it keeps registers, positions
and jobs up to date, and views too. Rebuilding and upgrading are the owner's.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, inspect, text

from ledger.refusal import Refusal

PRIVILEGES: Final = {
    "event": "SELECT, INSERT",
    "ledger_commit": "SELECT, INSERT",
    "idempotency": "SELECT, INSERT",
    "register_": "SELECT, INSERT, UPDATE",
    "view_": "SELECT, INSERT, UPDATE, DELETE",
    "tracking": "SELECT, INSERT, UPDATE, DELETE",
    "person": "SELECT, INSERT, UPDATE",
    "job_run": "SELECT, INSERT, UPDATE",
    "alembic_version": "SELECT",
    "audit_event": "SELECT",
}
"""By table, or by the beginning of its name where that ends in ``_``."""


def privileges_on(table: str) -> str:
    """What the working role may do with a table; nothing by itself with a partition, which its table stands for."""
    for name, privileges in PRIVILEGES.items():
        if table == name or (name.endswith("_") and table.startswith(name)):
            return privileges
    if table.startswith("event_"):
        return ""
    raise LookupError(f"nobody has said what the working role may do with {table}")


def grant(connection: Connection, role: str) -> dict[str, str]:
    """Gives a role what it needs to work and takes everything else away; returns its privileges by table.

    To be done again after an upgrade. Refuses ``roles_need_postgresql`` and ``role_unknown``.
    """
    if connection.dialect.name != "postgresql":
        raise Refusal("roles_need_postgresql")
    if (
        connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}).first()
        is None
    ):
        raise Refusal("role_unknown", role=role)
    quote = connection.dialect.identifier_preparer.quote_identifier
    schema = inspect(connection).default_schema_name or "public"
    tables = [*inspect(connection).get_table_names(), *inspect(connection).get_view_names()]
    given = {table: privileges_on(table) for table in sorted(tables) if privileges_on(table)}
    statements = [
        f"REVOKE ALL ON ALL TABLES IN SCHEMA {quote(schema)} FROM {quote(role)}",
        f"GRANT USAGE ON SCHEMA {quote(schema)} TO {quote(role)}",
        *(f"GRANT {what} ON {quote(table)} TO {quote(role)}" for table, what in given.items()),
    ]
    for statement in statements:
        connection.exec_driver_sql(statement)
    return given
