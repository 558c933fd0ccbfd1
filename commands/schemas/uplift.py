"""One schema for each command about the raise of the standards. ``on`` is the value date."""

from __future__ import annotations

from commands.schemas.collection import Dated
from commands.schemas.fields import Day, Id, Words


class PublishStandards(Dated):
    area = Id(required=True)
    where = Words(required=True)


class ReportUplift(Dated):
    area = Id(required=True)
    due_on = Day(required=True)
