"""What may be recorded in the fund's ledger, and how it is kept. Imports nothing else of this project."""
