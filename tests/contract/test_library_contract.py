"""The event library's own contract, unchanged but for our ids being text, on every kind of database."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from eventsourcing.tests import persistence as library
from eventsourcing.utils import Environment

from ledger.store.database import Database
from ledger.store.factory import LEDGER_URL, SQLAlchemyFactory
from ledger.store.recorder import (
    SQLAlchemyAggregateRecorder,
    SQLAlchemyApplicationRecorder,
    SQLAlchemyProcessRecorder,
    SQLAlchemyTrackingRecorder,
)
from migrations import upgrade


class OnDatabase:
    """Gives each test of a suite a migrated database of one kind."""

    kind: str
    recorder_class: Any

    @pytest.fixture(autouse=True)
    def open_database(self, request: pytest.FixtureRequest) -> Iterator[None]:
        in_memory = self.kind == "memory"
        self.database = Database("sqlite://" if in_memory else request.getfixturevalue(f"{self.kind}_url"))
        if in_memory:
            upgrade(self.database.engine)
        self.env = Environment(
            env={
                "PERSISTENCE_MODULE": "ledger.store.factory:SQLAlchemyFactory",
                LEDGER_URL: self.database.url,
            }
        )
        yield
        self.database.close()

    def create_recorder(self) -> Any:
        return self.recorder_class(self.database)

    def new_originator_id(self) -> str:
        return f"account-{uuid4()}"


class AggregateRecorderContract(OnDatabase):
    suite = library.AggregateRecorderTestCase
    recorder_class = SQLAlchemyAggregateRecorder


class ApplicationRecorderContract(OnDatabase):
    suite = library.ApplicationRecorderTestCase
    recorder_class = SQLAlchemyApplicationRecorder

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()  # type: ignore[attr-defined]


class TrackingRecorderContract(OnDatabase):
    suite = library.TrackingRecorderTestCase
    recorder_class = SQLAlchemyTrackingRecorder


class ProcessRecorderContract(OnDatabase):
    suite = library.ProcessRecorderTestCase
    recorder_class = SQLAlchemyProcessRecorder


class NonInterleavingIdsContract(OnDatabase):
    suite = library.NonInterleavingNotificationIDsBaseCase
    recorder_class = SQLAlchemyApplicationRecorder


class PositionOfOurs(SQLAlchemyTrackingRecorder):
    """A view of one's own."""


class FactoryContract(OnDatabase):
    suite = library.InfrastructureFactoryTestCase

    def expected_factory_class(self) -> Any:
        return SQLAlchemyFactory

    def expected_aggregate_recorder_class(self) -> Any:
        return SQLAlchemyAggregateRecorder

    def expected_application_recorder_class(self) -> Any:
        return SQLAlchemyApplicationRecorder

    def expected_tracking_recorder_class(self) -> Any:
        return SQLAlchemyTrackingRecorder

    def tracking_recorder_subclass(self) -> Any:
        return PositionOfOurs

    def expected_process_recorder_class(self) -> Any:
        return SQLAlchemyProcessRecorder


for contract in (
    AggregateRecorderContract,
    ApplicationRecorderContract,
    TrackingRecorderContract,
    ProcessRecorderContract,
    NonInterleavingIdsContract,
    FactoryContract,
):
    for kind in ("sqlite", "memory", "postgresql"):
        name = f"{contract.__name__}_{kind}"
        globals()[name] = type(name, (contract, contract.suite), {"kind": kind, "__module__": __name__})
