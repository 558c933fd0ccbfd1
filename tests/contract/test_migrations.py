"""What the migrations make is what the program names, and every upgrade keeps what was recorded."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

import commands
import ledger
import migrations
import projections
from ledger.store.database import Database
from ledger.store.tables import metadata


@pytest.fixture(scope="module", autouse=True)
def every_table_is_known() -> None:
    """Modules name their own tables; all of them are read."""
    for package in (ledger, projections, commands):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            importlib.import_module(module.name)


def ours(_: Any, name: str | None, kind: str, *__: Any) -> bool:
    """Partitions belong to their table, and the indexes of a table are its migration's own business."""
    return kind != "index" and not (kind == "table" and str(name).startswith("event_"))


def test_a_fresh_ledger_has_the_tables_that_the_program_names(database: Database) -> None:
    with database.reading() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_object": ours, "target_metadata": metadata}
        )
        assert compare_metadata(context, metadata) == []


def test_the_indexes_that_the_program_names_are_there(database: Database) -> None:
    with database.reading() as connection:
        found = inspect(connection)
        for table in metadata.tables.values():
            made = {index["name"] for index in found.get_indexes(table.name)}
            assert {str(index.name) for index in table.indexes} <= made, table.name


def test_the_newest_revision_is_one_and_upgrading_again_changes_nothing(
    ledger_url: str, all_rows: Any
) -> None:
    before = all_rows(ledger_url)
    config = Config()
    config.set_main_option("script_location", migrations.__path__[0])
    assert before["alembic_version"] == [(ScriptDirectory.from_config(config).get_current_head(),)]
    database = Database(ledger_url)
    migrations.upgrade(database.engine)
    database.close()
    assert all_rows(ledger_url) == before


def test_no_migration_steps_back() -> None:
    """A step back would have to drop what was recorded."""
    config = Config()
    config.set_main_option("script_location", migrations.__path__[0])
    for script in ScriptDirectory.from_config(config).walk_revisions():
        assert not hasattr(script.module, "downgrade")
