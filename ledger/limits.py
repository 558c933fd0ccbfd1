"""Every bound of the system, by name. A value above one of them is refused, never cut."""

from typing import Final

AMOUNT_FEN_MAX: Final = 10**15
"""Largest amount in one event: ten trillion yuan, far below the 64-bit integers of both databases."""

BATCH_ACCOUNTS_MAX: Final = 300_000
"""Accounts that one unit of work may touch."""

COPY_EVENTS_MIN: Final = 100
"""From this many events on, PostgreSQL is fed by binary COPY; below it, one statement is quicker."""

LOCK_TIMEOUT_MS_MAX: Final = 10_000
"""How long a writer waits for the append lock before it is told that the ledger is busy."""

STATEMENT_TIMEOUT_MS_MAX: Final = 600_000
"""How long one statement of a unit of work may run on PostgreSQL."""

READ_BLOCK_EVENTS: Final = 50_000
"""Events read at a time by replays; memory stays bounded whatever the history."""

ID_LENGTH_MAX: Final = 64
"""Characters in an id of an employer, an account or a document."""

TEXT_LENGTH_MAX: Final = 500
"""Characters in a text that people write: a reason, a name, the number of a document."""

FILE_BYTES_MAX: Final = 4 * 1024**3
"""Bytes in one input file."""

FILE_ROWS_MAX: Final = 1_048_576
"""Rows in one input file: what a spreadsheet can hold."""

FINDINGS_OF_ONE_KIND_MAX: Final = 100
"""Findings of one kind that a verification spells out; all of them are counted."""

SHEET_BYTES_MAX: Final = 512 * 1024**2
"""Bytes that a spreadsheet file may unpack to, because it is read whole; a longer list is sent as CSV."""

REFUSED_LINES_MAX: Final = 100_000
"""Errors of rows that are listed for one file; with more than these it is the wrong file."""

CELL_CHARACTERS_MAX: Final = 32_767
"""Characters in one cell, and in one line of a CSV file: what a spreadsheet can hold."""

HEADER_ROWS_MAX: Final = 30
"""Rows among which the header of a list is looked for: title lines stand above it."""

YEAR_MIN: Final = 1900
YEAR_MAX: Final = 2199
"""First and last year of any day or month: a deadline counted from one of them is still a day."""

SETTLEMENT_CHUNK: Final = 10_000
"""Accounts that one unit of work of the yearly settlement credits, unless another number is asked for."""

HINT_CHARACTERS_MAX: Final = 1_000
"""Characters of a content that a hint spells out as words of a command line; a longer one comes from a file."""

ROLL_LIST_LINES: Final = 10_000
"""Lines of one payment list of a monthly roll, which one unit of work pays, unless another number is asked for."""
LOANS_CHUNK: Final = 10_000
"""Loans that one unit of work of a run over all loans looks at, unless another number is asked for."""
