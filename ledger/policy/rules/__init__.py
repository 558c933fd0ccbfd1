"""Every rule of the gazette and of the national regulation, one pure function each.

``decide(name, inputs, book, on)`` gives an ``Outcome``: values, clause, parameter versions and the proof.
Where a rule lives: ``collection``, ``withdrawals``, ``loans``, ``governance``, ``conduct`` (葫政发〔2019〕12号),
``assistance`` (葫政办发〔2019〕55号), ``employment`` and ``training`` (葫政发〔2019〕11号), ``enclave``,
``estate`` and ``assessment`` (葫政办发〔2019〕56号), ``payments`` (clauses without a figure).
"""

from ledger.policy.rules import (
    assessment,
    assistance,
    collection,
    conduct,
    employment,
    enclave,
    estate,
    governance,
    interest,
    loans,
    payments,
    training,
    withdrawals,
)
from ledger.policy.rules.framework import (
    Outcome,
    Rule,
    RulesConflict,
    Step,
    decide,
    find_rule,
    quiet,
    registered,
    rule,
)

__all__ = [
    "Outcome",
    "Rule",
    "RulesConflict",
    "Step",
    "assessment",
    "assistance",
    "collection",
    "conduct",
    "decide",
    "employment",
    "enclave",
    "estate",
    "find_rule",
    "governance",
    "interest",
    "loans",
    "payments",
    "quiet",
    "registered",
    "rule",
    "training",
    "withdrawals",
]
