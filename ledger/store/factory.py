"""The library's infrastructure factory: our recorders on the database named by ``PROVIDENT_LEDGER``."""

from __future__ import annotations

from typing import Any, Final, cast

from eventsourcing import persistence as library
from eventsourcing.utils import Environment, EnvType, resolve_topic

from ledger.store.database import Database
from ledger.store.recorder import (
    SQLAlchemyAggregateRecorder,
    SQLAlchemyApplicationRecorder,
    SQLAlchemyProcessRecorder,
    SQLAlchemyTrackingRecorder,
)

LEDGER_URL: Final = "PROVIDENT_LEDGER"


class SQLAlchemyFactory(library.InfrastructureFactory[SQLAlchemyTrackingRecorder]):
    """Makes recorders that share one engine. Tables are Alembic's; none is created here."""

    def __init__(self, env: Environment | EnvType | None) -> None:
        super().__init__(env)
        url = self.env.get(LEDGER_URL)
        if not url:
            raise library.InfrastructureFactoryError(f"{LEDGER_URL} names no database")
        self.database = Database(url)

    def aggregate_recorder(self, purpose: str = "events") -> library.AggregateRecorder:
        return SQLAlchemyAggregateRecorder(self.database)

    def application_recorder(self) -> library.ApplicationRecorder:
        return SQLAlchemyApplicationRecorder(self.database)

    def tracking_recorder(self, tracking_recorder_class: Any = None) -> SQLAlchemyTrackingRecorder:
        topic = self.env.get(self.TRACKING_RECORDER_TOPIC)
        chosen = tracking_recorder_class or (resolve_topic(topic) if topic else SQLAlchemyTrackingRecorder)
        return cast(SQLAlchemyTrackingRecorder, chosen(self.database))

    def process_recorder(self) -> library.ProcessRecorder:
        return SQLAlchemyProcessRecorder(self.database)

    def close(self) -> None:
        self.database.close()
