"""Scenarios: a case in the language of the fund, given and expected, checked on a ledger of its own."""

from commands.scenarios.notation import Scenario, files_of, read_scenarios
from commands.scenarios.running import Failure, check

__all__ = ["Failure", "Scenario", "check", "files_of", "read_scenarios"]
