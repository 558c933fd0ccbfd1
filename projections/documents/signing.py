"""Signatures (电子签章): a signed copy beside the unsigned document, which stays the same for ever.

``Signer`` is what a centre's own seal server is put behind; the software signer uses a key in a file. PAdES baseline B by
pyHanko, an optional part of the installation. The signed file begins with the unsigned one, byte for byte.
"""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol

from ledger.refusal import Refusal

FIELD = "Centre"
"""The name of the signature field."""


class Signer(Protocol):
    """Signs a PDF: takes its bytes and gives them back with a signature appended."""

    def sign(self, document: bytes) -> bytes: ...


class SoftwareSigner:
    """A signer with a key and a certificate of its own."""

    def __init__(self, signer: Any) -> None:
        self._signer = signer

    def sign(self, document: bytes) -> bytes:
        """The document with a PAdES signature as an incremental update."""
        from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
        from pyhanko.sign import signers
        from pyhanko.sign.fields import SigSeedSubFilter

        signed = BytesIO()
        signers.sign_pdf(
            IncrementalPdfFileWriter(BytesIO(document)),
            signers.PdfSignatureMetadata(field_name=FIELD, subfilter=SigSeedSubFilter.PADES),
            signer=self._signer,
            output=signed,
        )
        return signed.getvalue()


def software_signer(key: Path, passphrase: str = "") -> SoftwareSigner:
    """A signer from a PKCS#12 file, or from a PEM file that holds the certificates and the key.

    Refuses ``signing_key_unusable``.
    """
    try:
        from pyhanko.sign import signers
    except ModuleNotFoundError as error:
        raise Refusal("signing_key_unusable", path=key.name, problem=str(error)) from None
    load: Any = signers.SimpleSigner
    secret = passphrase.encode() or None
    try:
        if key.suffix.lower() in (".p12", ".pfx"):
            found = load.load_pkcs12(str(key), passphrase=secret)
        else:
            found = load.load(str(key), str(key), key_passphrase=secret)
    except (OSError, ValueError, TypeError) as error:
        raise Refusal("signing_key_unusable", path=key.name, problem=str(error)) from None
    if found is None:
        raise Refusal("signing_key_unusable", path=key.name, problem="passphrase or format")
    return SoftwareSigner(found)


def signed_beside(document: Path) -> Path:
    """Where the signed copy of a document stands."""
    return document.with_suffix(f".signed{document.suffix}")


def sign_beside(signer: Signer, document: Path) -> Path:
    """Writes the signed copy beside a document and returns its path."""
    signed = signed_beside(document)
    partial = signed.with_name(f".{signed.name}.{os.getpid()}")
    partial.write_bytes(signer.sign(document.read_bytes()))
    os.replace(partial, signed)
    return signed
