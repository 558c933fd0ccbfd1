"""One handler for each command: it reads registers, takes a decision and adds its events to a unit of work."""

from commands.handlers import (
    accounts,
    books,
    conduct,
    deposits,
    employers,
    interest,
    openings,
    parameters,
    payments,
    proposals,
    reports,
    statements,
    transfer_messages,
    transfers,
    withdrawals,
)
from commands.handlers.registry import COMMANDS, Command, Work

__all__ = [
    "COMMANDS",
    "Command",
    "Work",
    "accounts",
    "books",
    "conduct",
    "deposits",
    "employers",
    "interest",
    "openings",
    "parameters",
    "payments",
    "proposals",
    "reports",
    "statements",
    "transfer_messages",
    "transfers",
    "withdrawals",
]
