"""Messages from the bank in ISO 20022: pain.002 answers, camt.053 statements and camt.054 notices.

A message is validated against its schema while it is read, entry by entry, so that its length costs no memory. No
entity is resolved, no other document is fetched, and a document type is refused (安全解析).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

from lxml import etree

from commands.bank.gateway import Answer, Line
from ledger.money import parse_yuan
from ledger.refusal import Refusal

_PREFIX: Final = "urn:iso:std:iso:20022:tech:xsd:"
_READ: Final = ("pain.002.001.12", "camt.053.001.08", "camt.054.001.08")

STATUS: Final = {
    "ACSC": "settled", "ACCC": "settled",
    "RJCT": "failed", "CANC": "failed",
    "RCVD": "accepted", "ACTC": "accepted", "ACCP": "accepted", "ACSP": "accepted", "ACWC": "accepted",
    "ACWP": "accepted", "ACFC": "accepted", "PDNG": "accepted",
}  # fmt: skip
"""What a code of ISO 20022 means here. Only a completed settlement is paid, only a rejection has failed."""

_SAFE: Final[Mapping[str, Any]] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "remove_comments": True,
    "remove_pis": True,
}


def read_message(path: Path, purses: Mapping[str, str]) -> Iterator[Answer | Line]:
    """The answers or lines of a message; ``purses`` gives the purse of each account number of the centre.

    Refuses ``bank_message_unknown``, ``bank_message_invalid`` and ``bank_account_foreign``.
    """
    kind = _kind_of(path)
    yield from _answers(path, kind) if kind.startswith("pain") else _lines(path, kind, purses)


def validate(path: Path) -> str:
    """The name of a message that fits its schema, whatever it is; refuses what does not."""
    kind = _kind_of(path, any_kind=True)
    for _ in _elements(path, kind, ("CdtTrfTxInf", "DrctDbtTxInf", "TxInfAndSts", "Ntry")):
        continue
    return kind


@cache
def _schema(kind: str) -> etree.XMLSchema:
    file = resources.files("commands.bank") / "schemas" / f"{kind}.xsd"
    return etree.XMLSchema(etree.fromstring(file.read_bytes()))


def _kind_of(path: Path, any_kind: bool = False) -> str:
    try:
        _, root = next(iter(etree.iterparse(path, events=("start",), **_SAFE)))
    except (etree.XMLSyntaxError, StopIteration) as error:
        raise Refusal("bank_message_invalid", name=path.name, why=str(error)) from None
    if root.getroottree().docinfo.doctype:
        raise Refusal("bank_message_invalid", name=path.name, why="DOCTYPE")
    kind = str(etree.QName(root).namespace or "").removeprefix(_PREFIX)
    known = (
        (resources.files("commands.bank") / "schemas" / f"{kind}.xsd").is_file()
        if any_kind
        else kind in _READ
    )
    if not known:
        raise Refusal("bank_message_unknown", name=path.name, kind=kind[:40], known=", ".join(_READ))
    return kind


def _elements(path: Path, kind: str, tags: tuple[str, ...]) -> Iterator[Any]:
    """The elements of some names in the order of the file, each forgotten when the next one comes."""
    document, whole = f"{{{_PREFIX}{kind}}}Document", False
    wanted = [document, *(f"{{{_PREFIX}{kind}}}{tag}" for tag in tags)]
    try:
        for _, element in etree.iterparse(path, events=("end",), tag=wanted, schema=_schema(kind), **_SAFE):
            if element.tag == document:
                whole = True
                continue
            yield element
            element.clear()
            while (before := element.getprevious()) is not None and before.tag == element.tag:
                element.getparent().remove(before)
    except etree.XMLSyntaxError as error:
        raise Refusal("bank_message_invalid", name=path.name, why=str(error)[:300]) from None
    if not whole:
        raise Refusal("bank_message_invalid", name=path.name, why="</Document>")


def _text(element: Any, path: str) -> str:
    """The text at a path of local names below an element."""
    return str(element.findtext("/".join(f"{{*}}{name}" for name in path.split("/"))) or "").strip()


def _answers(path: Path, kind: str) -> Iterator[Answer]:
    for element in _elements(path, kind, ("OrgnlGrpInfAndSts", "TxInfAndSts")):
        if element.tag.endswith("OrgnlGrpInfAndSts"):
            status = _text(element, "GrpSts")
            # A whole batch is refused at once; every other answer of a group says nothing about one of its orders.
            if STATUS.get(status) == "failed":
                yield Answer("failed", batch=_text(element, "OrgnlMsgId"), reason=_reason(element))
            continue
        code = _text(element, "TxSts")
        if code not in STATUS:
            raise Refusal("bank_status_unknown", name=path.name, status=code)
        amount = _text(element, "OrgnlTxRef/Amt/InstdAmt")
        yield Answer(
            STATUS[code],
            end_to_end=_text(element, "OrgnlEndToEndId"),
            amount_fen=_fen(amount) if amount else None,
            reference=_text(element, "AcctSvcrRef"),
            reason=_reason(element),
        )


def _reason(element: Any) -> str:
    return _text(element, "StsRsnInf/Rsn/Cd") or _text(element, "StsRsnInf/Rsn/Prtry")


def _lines(path: Path, kind: str, purses: Mapping[str, str]) -> Iterator[Line]:
    for entry in _elements(path, kind, ("Ntry",)):
        number = _text(entry.getparent(), "Acct/Id/Othr/Id")
        if number not in purses:
            raise Refusal("bank_account_foreign", name=path.name, tail=number[-4:])
        if _text(entry, "Sts/Cd") == "BOOK":
            yield from _of_entry(entry, purses[number])


def _of_entry(entry: Any, purse: str) -> Iterator[Line]:
    """The payments of an entry: one line each, where the bank booked them together."""
    details = entry.findall("{*}NtryDtls/{*}TxDtls") or [entry]
    booked_on = date.fromisoformat((_text(entry, "BookgDt/Dt") or _text(entry, "BookgDt/DtTm"))[:10])
    serial = _text(entry, "AcctSvcrRef") or _text(entry, "NtryRef")
    for number, one in enumerate(details, start=1):
        own = _text(one, "Refs/AcctSvcrRef")
        side = "in" if (_text(one, "CdtDbtInd") or _text(entry, "CdtDbtInd")) == "CRDT" else "out"
        party = "Dbtr" if side == "in" else "Cdtr"
        end_to_end = _text(one, "Refs/EndToEndId")
        yield Line(
            purse=purse,
            side=side,
            amount_fen=_fen(_text(one, "Amt") or _text(entry, "Amt")),
            reference=own or (serial if len(details) == 1 else f"{serial}.{number}"),
            booked_on=booked_on,
            end_to_end="" if end_to_end == "NOTPROVIDED" else end_to_end,
            reversal=_text(entry, "RvslInd") in ("true", "1"),
            text=" ".join(str(part.text) for part in one.findall("{*}RmtInf/{*}Ustrd")),
            party_name=_text(one, f"RltdPties/{party}/Pty/Nm"),
            party_account=_text(one, f"RltdPties/{party}Acct/Id/Othr/Id"),
        )


def _fen(text: str) -> int:
    return parse_yuan(format(Decimal(text), "f"))
