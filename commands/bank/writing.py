"""Messages to the bank in ISO 20022: pain.001 pays, pain.008 collects. The same batch gives the same bytes.

A message is written piece by piece, so that a hundred thousand instructions take no more memory than one.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from typing import Final
from xml.sax.saxutils import escape

from commands.bank.gateway import Batch, Instruction, OwnAccount
from ledger.streams.batch import message_id

NAMES: Final = {"pay": "pain.001.001.09", "collect": "pain.008.001.08"}
"""The message of each direction."""


def message(batch: Batch) -> Iterator[bytes]:
    """The message of a batch."""
    write = _pay if batch.direction == "pay" else _collect
    for piece in write(batch):
        yield piece.encode()


def digest(batch: Batch) -> str:
    """The digest of the message of a batch."""
    hashed = sha256()
    for piece in message(batch):
        hashed.update(piece)
    return hashed.hexdigest()


def yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02d}"


def opening(name: str) -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{name}">\n'
    )


def _pay(batch: Batch) -> Iterator[str]:
    yield opening(NAMES["pay"]) + "<CstmrCdtTrfInitn>\n" + _header(batch)
    yield _information(batch, "TRF") + f"<ReqdExctnDt><Dt>{batch.on}</Dt></ReqdExctnDt>\n"
    yield _own(batch.own, "Dbtr")
    for one in batch.instructions:
        yield (
            f"<CdtTrfTxInf><PmtId><EndToEndId>{one.end_to_end}</EndToEndId></PmtId>"
            f'<Amt><InstdAmt Ccy="CNY">{yuan(one.amount_fen)}</InstdAmt></Amt>{_other(one, "Cdtr")}'
            f"<RmtInf><Ustrd>{one.end_to_end}</Ustrd></RmtInf></CdtTrfTxInf>\n"
        )
    yield "</PmtInf>\n</CstmrCdtTrfInitn>\n</Document>\n"


def _collect(batch: Batch) -> Iterator[str]:
    yield opening(NAMES["collect"]) + "<CstmrDrctDbtInitn>\n" + _header(batch)
    yield _information(batch, "DD") + f"<ReqdColltnDt>{batch.on}</ReqdColltnDt>\n"
    yield _own(batch.own, "Cdtr")
    for one in batch.instructions:
        yield (
            f"<DrctDbtTxInf><PmtId><EndToEndId>{one.end_to_end}</EndToEndId></PmtId>"
            f'<InstdAmt Ccy="CNY">{yuan(one.amount_fen)}</InstdAmt>'
            "<DbtrAgt><FinInstnId><Othr><Id>NOTPROVIDED</Id></Othr></FinInstnId></DbtrAgt>"
            f"{_other(one, 'Dbtr')}<RmtInf><Ustrd>{one.end_to_end}</Ustrd></RmtInf></DrctDbtTxInf>\n"
        )
    yield "</PmtInf>\n</CstmrDrctDbtInitn>\n</Document>\n"


def _header(batch: Batch) -> str:
    return (
        f"<GrpHdr><MsgId>{message_id(batch.id)}</MsgId><CreDtTm>{batch.on}T00:00:00+08:00</CreDtTm>"
        f"{_sums(batch)}<InitgPty><Nm>{_name(batch.own.name)}</Nm></InitgPty></GrpHdr>\n"
    )


def _information(batch: Batch, method: str) -> str:
    return (
        f"<PmtInf><PmtInfId>{message_id(batch.id)}</PmtInfId><PmtMtd>{method}</PmtMtd>"
        f"<BtchBookg>false</BtchBookg>{_sums(batch)}\n"
    )


def _sums(batch: Batch) -> str:
    count, sum_fen = len(batch.instructions), batch.amount_fen
    return f"<NbOfTxs>{count}</NbOfTxs><CtrlSum>{yuan(sum_fen)}</CtrlSum>"


def _own(own: OwnAccount, role: str) -> str:
    return (
        f"<{role}><Nm>{_name(own.name)}</Nm></{role}>"
        f"<{role}Acct><Id><Othr><Id>{escape(own.account)}</Id></Othr></Id></{role}Acct>"
        f"<{role}Agt><FinInstnId><ClrSysMmbId><MmbId>{escape(own.bank)}</MmbId></ClrSysMmbId></FinInstnId>"
        f"</{role}Agt>\n"
    )


def _other(one: Instruction, role: str) -> str:
    return (
        f"<{role}><Nm>{_name(one.name)}</Nm></{role}>"
        f"<{role}Acct><Id><Othr><Id>{escape(one.account)}</Id></Othr></Id></{role}Acct>"
    )


def _name(text: str) -> str:
    return escape(text[:140])
