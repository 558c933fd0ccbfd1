"""Statements at the command line: produced, verified, signed; and what the doctor says."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from commands.cli import main
from commands.cli.statements import PASSPHRASE_VARIABLE
from commands.desk import Desk
from tests.contract.statement_story import live

Provident = Callable[..., Result]


@pytest.fixture
def provident(sqlite_url: str, sqlite_desk: Desk, clock: Any) -> Provident:
    """The command line on the story's ledger."""
    live(sqlite_desk, clock)

    def run(*words: Any, lang: str = "en") -> Result:
        return CliRunner().invoke(main, ["--ledger", sqlite_url, "--lang", lang, *map(str, words)])

    return run


def certified() -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    """A key of a centre that does not exist, with a certificate of its own."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Example Centre")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.KeyUsage(True, True, False, False, False, False, False, False, False), critical=True
        )
        .sign(key, hashes.SHA256())
    )
    return key, certificate


@pytest.fixture
def pkcs12_file(tmp_path: Path) -> Path:
    key, certificate = certified()
    path = tmp_path / "centre.p12"
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"centre", key, certificate, None, BestAvailableEncryption(b"secret")
        )
    )
    return path


def test_the_statements_of_a_year_are_produced_and_told_genuine(provident: Provident, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ("year", "statements", 2019, "--format", "pdf,csv", "--out", out, "--processes", 2)
    first = provident(*words, "--json")
    assert first.exit_code == 0, first.output
    assert json.loads(first.output) | {"folder": ""} == {
        "year": 2019, "employers": 3, "accounts": 9, "made": 12, "kept": 0, "issued": 3, "refused": [], "folder": "",
    }  # fmt: skip
    again = provident(*words, lang="zh")
    assert "新出 0 个文件，原有 12 个，新登记 0 版" in again.output
    document = out / "E1" / "E1-2019-statement.pdf"
    assert (
        "Genuine: employer E1, fund year 2019, edition 1" in provident("statement", "verify", document).output
    )
    document.write_bytes(document.read_bytes()[:-1])
    altered = provident("statement", "verify", document, lang="zh")
    assert (altered.exit_code, "与登记不符" in altered.output) == (4, True)


def test_a_signed_copy_stands_beside_the_document_and_both_are_genuine(
    provident: Provident, tmp_path: Path, pkcs12_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PASSPHRASE_VARIABLE, "secret")
    out = tmp_path / "out"
    words = (
        "year",
        "statements",
        2019,
        "--format",
        "pdf",
        "--employer",
        "E2",
        "--out",
        out,
        "--sign",
        pkcs12_file,
    )
    assert provident(*words).exit_code == 0
    unsigned = (out / "E2" / "E2-2019-statement.pdf").read_bytes()
    signed = out / "E2" / "E2-2019-statement.signed.pdf"
    assert signed.read_bytes().startswith(unsigned)
    assert b"/ETSI.CAdES.detached" in signed.read_bytes()
    told = json.loads(provident("statement", "verify", signed, "--json").output)
    assert (told["status"], told["signed"], told["file"]) == ("genuine", True, signed.name)
    before = signed.read_bytes()
    assert provident(*words).exit_code == 0
    assert signed.read_bytes() == before
    signed.write_bytes(before + b"\n%%EOF")
    assert provident("statement", "verify", signed).exit_code == 4


def test_a_signature_holds_over_the_whole_document(tmp_path: Path) -> None:
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    from projections.documents.press import set_pdf
    from projections.documents.signing import sign_beside, software_signer

    key, certificate = certified()
    pem = tmp_path / "centre.pem"
    pem.write_bytes(
        certificate.public_bytes(Encoding.PEM)
        + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    document = tmp_path / "specimen.pdf"
    day = datetime.now(UTC).date()
    document.write_bytes(set_pdf("specimen", {"reference": "", "dated": day.isoformat(), "text": "喆"}, day))
    with sign_beside(software_signer(pem), document).open("rb") as file:
        (signature,) = PdfFileReader(file).embedded_signatures
        trusted = ValidationContext(trust_roots=[signature.signer_cert])
        status = validate_pdf_signature(signature, trusted)
    assert status.intact
    assert status.valid
    assert status.coverage.name == "ENTIRE_FILE"


def test_a_key_that_does_not_open_is_refused_before_anything_is_made(
    provident: Provident, tmp_path: Path, pkcs12_file: Path
) -> None:
    out = tmp_path / "out"
    refused = provident("year", "statements", 2019, "--out", out, "--sign", pkcs12_file)
    assert (refused.exit_code, "signing_key_unusable" in refused.output) == (3, True)
    assert not out.exists()


def test_wrong_use_is_told(provident: Provident, tmp_path: Path) -> None:
    assert provident("year", "statements", 2019, "--format", "docx", "--out", tmp_path).exit_code == 2
    assert provident("statement", "verify").exit_code == 2
    assert provident("statement", "verify", "--code", "2019/E1/short").exit_code == 3
    unsettled = provident("year", "statements", 2020, "--out", tmp_path / "none")
    assert (unsettled.exit_code, "statement_before_settlement" in unsettled.output) == (3, True)


def test_the_doctor_finds_what_is_there_and_what_is_not(
    provident: Provident, tmp_path: Path, pkcs12_file: Path
) -> None:
    well = provident("doctor", "--out", tmp_path / "new", "--json")
    assert well.exit_code == 0, well.output
    assert {one["status"] for one in json.loads(well.output)} <= {"ok", "warning"}
    ill = provident("doctor", "--sign", pkcs12_file, lang="zh")
    assert (ill.exit_code, "✗" in ill.output, "签章密钥" in ill.output) == (4, True, True)


def test_the_doctor_sees_a_ledger_that_is_missing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'none' / 'ledger.db'}"
    found = CliRunner().invoke(main, ["--ledger", url, "--lang", "en", "doctor", "--json"])
    assert found.exit_code == 4
    failed = {one["check"] for one in json.loads(found.output) if one["status"] == "failed"}
    assert failed == {"database", "tables", "newest backup"}
