"""The press: sets a document from a template and its data, to the same bytes whenever and wherever it is done.

PDF/A-2u, the bundled Chinese font only (思源黑体), a fixed date from the data, and no warning passes: a missing
character or font is a refusal, never a blank on paper. One compiler is kept for each process.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from functools import cache
from hashlib import sha256
from importlib import resources
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import msgspec
import typst
import yaml

from ledger.refusal import Refusal

TEMPLATES: Final = Path(str(resources.files("projections.documents"))) / "templates"
FONT: Final = "Noto Sans CJK SC"
STANDARD: Final = "a-2u"
MISSING: Final = "〓"
REMEMBERED_BYTES_MAX: Final = 500_000
"""Data of documents after which the typesetter lets go of what it remembers: about 100 pages, 150 MiB."""
_DOCUMENTS_REMEMBERED: Final = 10
_ANY_DAY: Final = date(2000, 1, 1)


@cache
def letterhead() -> dict[str, str]:
    """The name of the centre, in ``zh`` and ``en``."""
    found: dict[str, str] = yaml.safe_load(TEMPLATES.with_name("letterhead.yaml").read_text("utf-8"))
    return found


@cache
def font_file() -> Path:
    """The bundled font; refuses ``font_missing``."""
    try:
        import noto_cjk_sans_otc

        path = Path(str(noto_cjk_sans_otc.FONT_PATH))
    except ModuleNotFoundError as error:
        raise Refusal("font_missing", font=FONT, problem=str(error)) from None
    if not path.is_file():
        raise Refusal("font_missing", font=FONT, problem=str(path))
    return path


@cache
def template_id(template: str) -> str:
    """What the bytes of a document depend on beside its data: template, letterhead, font, and who sets it.

    Without a template of that name (tables) it is the programs that write it.
    """
    writers = " ".join(f"{name} {version(name)}" for name in ("typst", "segno", "xlsxwriter"))
    digest = sha256(writers.encode())
    own = TEMPLATES / f"{template}.typ"
    if own.is_file():
        for file in (own, TEMPLATES / "common.typ", TEMPLATES.with_name("letterhead.yaml"), font_file()):
            digest.update(sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:12]


class _Typesetter:
    """The one compiler of a process. What it remembers of documents is let go before it grows large."""

    def __init__(self) -> None:
        fonts = typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[font_file().parent]
        )
        if FONT not in fonts.families():
            raise Refusal("font_missing", font=FONT, problem=str(font_file()))
        self._compiler = typst.Compiler(root=TEMPLATES, font_paths=fonts, ignore_system_fonts=True)
        self._remembered_bytes = 0

    def set(self, template: str, encoded: str, **how: Any) -> Any:
        """The document, and what the typesetter warns of."""
        self._remembered_bytes += len(encoded)
        try:
            return self._compiler.compile_with_warnings(
                TEMPLATES / f"{template}.typ", sys_inputs={"data": encoded}, **how
            )
        finally:
            if self._remembered_bytes > REMEMBERED_BYTES_MAX:
                self._forget()

    def _forget(self) -> None:
        # The compiler keeps what was used in its last ten documents, so as many empty ones clear it.
        for _ in range(_DOCUMENTS_REMEMBERED + 1):
            self._compiler.compile(b" ")
        self._remembered_bytes = 0


@cache
def _typesetter() -> _Typesetter:
    return _Typesetter()


def set_pdf(template: str, data: Any, on: date) -> bytes:
    """A document as PDF/A-2u; refuses ``document_not_clean`` when the typesetter has anything to say."""
    moment = datetime.combine(on, time(), UTC)
    pages = _set(template, data, format="pdf", pdf_standards=STANDARD, timestamp=moment, pdf_tags=False)
    assert isinstance(pages, bytes)
    return pages


def settable(text: str) -> str:
    """The text with 〓 for every character that the font does not have, so that one rare name stops no document."""
    return "".join(one if " " <= one <= "~" or _is_settable(one) else MISSING for one in text)


@cache
def _is_settable(character: str) -> bool:
    if "\u4e00" <= character <= "\u9fa5":
        return True  # what every edition of the font has had since its first
    try:
        set_pdf("specimen", {"reference": "", "dated": _ANY_DAY.isoformat(), "text": character}, _ANY_DAY)
    except Refusal:
        return False
    return True


def _set(template: str, data: Any, **how: Any) -> Any:
    encoded = msgspec.json.encode({**data, "centre": letterhead()}).decode()
    try:
        pages, warnings = _typesetter().set(template, encoded, **how)
    except typst.TypstError as error:
        raise Refusal("document_not_clean", problem=error.message[:200]) from error
    if warnings:
        raise Refusal("document_not_clean", problem=warnings[0].message[:200])
    return pages
