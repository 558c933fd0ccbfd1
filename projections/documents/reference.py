"""References (核验码): how a statement on paper names itself, so that anybody can ask whether it is genuine.

``2020/E001/KEYR-2ACD-…`` is an employer's statement, ``2020/E001/A001001/…`` an employee's. The code is the hash of the
content, not of the file: whoever has the events computes it again without the file.
"""

from __future__ import annotations

import re
from base64 import b32encode
from hashlib import sha256
from io import BytesIO
from typing import Final, NamedTuple

import segno

from ledger.refusal import Refusal

_CODE_BITS: Final = 80
_MASK: Final = 3
"""One mask for all: every reader takes any, and to try all eight costs more than the rest of the page's data."""

_REFERENCE: Final = re.compile(
    r"(?:provident:)?(\d{4})/([A-Za-z0-9._-]+)(?:/([A-Za-z0-9._-]+))?/((?:[A-Z2-7]{4}-){3}[A-Z2-7]{4})\Z"
)


class Reference(NamedTuple):
    """A statement as it names itself; ``account`` is empty for an employer's."""

    year: int
    employer: str
    account: str
    code: str

    def __str__(self) -> str:
        return "/".join(filter(None, (str(self.year), self.employer, self.account, self.code)))


def code_of(content: bytes) -> str:
    """The verification code of a content: 80 bits of its SHA-256 in groups of four characters."""
    text = b32encode(sha256(content).digest()[: _CODE_BITS // 8]).decode()
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


def parse_reference(text: str) -> Reference:
    """A reference as it is typed or scanned; refuses ``reference_malformed``."""
    found = _REFERENCE.match("".join(text.split()))
    if not found:
        raise Refusal("reference_malformed", text=text[:80])
    year, employer, account, code = found.groups()
    return Reference(int(year), employer, account or "", code)


def qr_svg(reference: Reference) -> str:
    """The reference as a QR code, always the same drawing."""
    drawing = BytesIO()
    segno.make(f"provident:{reference}", error="m", micro=False, boost_error=False, mask=_MASK).save(
        drawing,
        kind="svg",
        border=0,
        xmldecl=False,
        svgclass=None,
        lineclass=None,
        omitsize=True,
        dark="#1b2a33",
    )
    return drawing.getvalue().decode().strip()
