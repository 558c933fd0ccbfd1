"""The deduction file that banks here use: one line for each loan, fields apart by ``@|$``, in GB18030 (批量扣款文件).

A result line has the bank's status: 0 done, 1 failed, 2 processing, which is not known. Lines are written and read one
by one, so that a hundred thousand take no more memory than one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from commands.bank.gateway import Instruction
from commands.bank.writing import yuan
from ledger.refusal import Refusal

SEPARATOR: Final = "@|$"
ENCODING: Final = "gb18030"
STATUS: Final = {"0": "done", "1": "failed", "2": "unknown"}


def deduction_lines(instructions: Iterable[Instruction], mode: str) -> Iterator[bytes]:
    """The lines of a deduction file: id, name, account, amount, mode."""
    for one in instructions:
        fields = (one.end_to_end, one.name, one.account, yuan(one.amount_fen), mode)
        yield (SEPARATOR.join(fields) + "\n").encode(ENCODING)


def result_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The results of a file: id, status, amount, bank reference, reason. Refuses ``bank_line_malformed``, by its row."""
    with path.open(encoding=ENCODING, errors="strict", newline="\n") as file:
        try:
            for number, line in enumerate(file, start=1):
                fields = line.rstrip("\r\n").split(SEPARATOR)
                if len(fields) != 5 or fields[1] not in STATUS:
                    raise Refusal("bank_line_malformed", name=path.name, row=number)
                end_to_end, status, amount, reference, reason = fields
                yield {
                    "end_to_end": end_to_end,
                    "status": STATUS[status],
                    "amount": amount or "0.00",
                    "reference": reference,
                    "reason": reason or "处理中" * (status == "2"),
                }
        except UnicodeDecodeError:
            raise Refusal("bank_line_malformed", name=path.name, row=0) from None
