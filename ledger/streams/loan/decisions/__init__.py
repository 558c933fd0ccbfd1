"""Decisions about a loan: one function for each command. They give events or refuse, and change nothing."""

from ledger.streams.loan.decisions.changing import agree_offset, extend, is_repricing_day, reprice
from ledger.streams.loan.decisions.ending import (
    demand_early,
    guarantor_pays,
    recover,
    run,
    send_demand,
    write_off,
)
from ledger.streams.loan.decisions.late import Over, reprice_late
from ledger.streams.loan.decisions.lending import (
    apply,
    approve,
    disburse,
    give_up,
    pay_guarantee_fee,
    reject,
    release,
    secure,
    sign,
)
from ledger.streams.loan.decisions.repaying import WAYS, Arrived, prepay, repay, reverse
from ledger.streams.loan.decisions.required import require, require_running

__all__ = [
    "WAYS",
    "Arrived",
    "Over",
    "agree_offset",
    "apply",
    "approve",
    "demand_early",
    "disburse",
    "extend",
    "give_up",
    "guarantor_pays",
    "is_repricing_day",
    "pay_guarantee_fee",
    "prepay",
    "recover",
    "reject",
    "release",
    "repay",
    "reprice",
    "reprice_late",
    "require",
    "require_running",
    "reverse",
    "run",
    "secure",
    "send_demand",
    "sign",
    "write_off",
]
