"""The registers of the ledger, one for each kind of stream that commands decide from."""

from typing import Final

from ledger.streams.account import ACCOUNTS
from ledger.streams.bank_line import BANK_LINES
from ledger.streams.batch import BATCHES
from ledger.streams.budget import BUDGETS
from ledger.streams.circumstance import CIRCUMSTANCES
from ledger.streams.deduction import DEDUCTIONS
from ledger.streams.employer import EMPLOYERS
from ledger.streams.general_ledger import GENERAL_LEDGERS
from ledger.streams.grant import GRANTS
from ledger.streams.loan import LOANS
from ledger.streams.office import OFFICES
from ledger.streams.parameter import PARAMETERS
from ledger.streams.payment import PAYMENTS
from ledger.streams.penalty import PENALTIES
from ledger.streams.period import PERIODS
from ledger.streams.person import PERSONS
from ledger.streams.petition import PETITIONS
from ledger.streams.place import PLACES
from ledger.streams.pool import POOLS
from ledger.streams.proposal import PROPOSALS
from ledger.streams.receipt import RECEIPTS
from ledger.streams.remedy import REMEDIES
from ledger.streams.remittance import REMITTANCES
from ledger.streams.report import REPORTS
from ledger.streams.result import RESULTS
from ledger.streams.roll import ROLLS
from ledger.streams.rollrun import ROLLRUNS
from ledger.streams.score import SCORES
from ledger.streams.statement import STATEMENTS
from ledger.streams.transfer import TRANSFERS
from ledger.streams.uplift import UPLIFTS
from ledger.streams.year import YEARS
from projections.registers.register import Register

REGISTERS: Final = {
    register.stream.kind: register
    for register in (
        Register(ACCOUNTS, indexed=("employer", "person")),
        Register(BANK_LINES, indexed=("status", "reference", "matched_to")),
        Register(BATCHES),
        Register(BUDGETS, indexed=("purse",)),
        Register(CIRCUMSTANCES),
        Register(DEDUCTIONS, indexed=("status", "batch", "end_to_end")),
        Register(EMPLOYERS),
        Register(GENERAL_LEDGERS),
        Register(GRANTS, indexed=("beneficiary", "project", "programme", "status")),
        Register(OFFICES),
        Register(LOANS, indexed=("borrower", "status")),
        Register(PARAMETERS),
        Register(PENALTIES, indexed=("employer",)),
        Register(PAYMENTS, indexed=("status", "batch", "reference", "payee", "bank_reference")),
        Register(PERIODS, indexed=("status",)),
        Register(PERSONS),
        Register(PETITIONS),
        Register(PLACES),
        Register(POOLS),
        Register(PROPOSALS, indexed=("status",)),
        Register(REMEDIES),
        Register(RECEIPTS, indexed=("status", "bank_reference")),
        Register(REMITTANCES),
        Register(REPORTS),
        Register(RESULTS),
        Register(TRANSFERS, indexed=("person", "series")),
        Register(ROLLRUNS, indexed=("programme",)),
        Register(ROLLS, indexed=("programme", "beneficiary")),
        Register(SCORES),
        Register(UPLIFTS),
        Register(YEARS, indexed=("status",)),
        Register(STATEMENTS, indexed=("year",)),
    )
}
