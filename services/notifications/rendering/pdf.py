"""A document as a PDF letter, by Typst.

All text enters as data (a JSON string in `sys.inputs`), never as Typst source, so that a name such
as `#read("/etc/passwd")` is printed as it is written. The same input gives the same bytes.
"""

from __future__ import annotations

import json
import re
import threading
from dataclasses import asdict
from datetime import datetime
from typing import Any

import typst

from services.notifications.rendering.catalog import LAYOUT_FOLDER
from services.notifications.rendering.document import Block, Document, Paragraph, Run

# Short enough to fit a line; a longer one may be cut.
_ADDRESS = re.compile(r"((?:https?://|www\.)\S{1,60}|[^\s@]{1,30}@[^\s@]{1,30})")
# How Typst names a mark that no font has, or that the archive's standard forbids.
_UNSHOWABLE = re.compile(r'the text `"(.+?)"` could not|codepoint `"\\u\{([0-9a-f]+)\}"`')
_LATIN_END = 0x24F
_ROUNDS_MAX = 10
# A compiler keeps the layout and the fonts parsed, and is not shared between threads.
_local = threading.local()


def as_pdf(
    document: Document, recipient: tuple[str, ...], words: dict[str, str], written_at: datetime
) -> bytes:
    """The letter for `recipient` (name and address lines, as the envelope's window shows them)."""
    letter = {
        "language": document.language,
        "subject": document.subject,
        "greeting": document.greeting,
        "closing": document.closing,
        "signature": document.signature,
        "reference": [asdict(field) for field in document.reference],
        "sender": document.sender,
        "footer": document.footer,
        "recipient": recipient,
        "page_of": words["page_of"],
        "written_at": list(written_at.timetuple()[:6]),
        "blocks": [_as_data(block) for block in document.blocks],
    }
    return _print(json.dumps(letter, ensure_ascii=False), written_at)


def _print(letter: str, written_at: datetime) -> bytes:
    """Marks no font can show become a box: a smiley must not keep a bill from being sent."""
    for _ in range(_ROUNDS_MAX):
        try:
            return _compile(letter, written_at)
        except typst.TypstError as error:
            unshowable = _named_in(error)
            if not unshowable:
                raise
            letter = letter.translate(dict.fromkeys(unshowable, "\u25a1"))
    raise ValueError("the letter holds marks that cannot be printed")


def _compile(letter: str, written_at: datetime) -> bytes:
    printed = _compiler().compile(
        sys_inputs={"letter": letter},
        format="pdf",
        timestamp=int(written_at.timestamp()),
        # For the archive (ISO 19005-2, level A) and for screen readers (ISO 14289-1) at once.
        pdf_standards=["a-2a", "ua-1"],
    )
    if not isinstance(printed, bytes):
        raise TypeError("the typesetter gave no document")
    return printed


def _named_in(error: typst.TypstError) -> set[int]:
    """The code points an error complains of. Latin letters are never among them."""
    named: set[int] = set()
    for text, code_point in _UNSHOWABLE.findall(error.diagnostic):
        named |= {int(code_point, 16)} if code_point else {ord(mark) for mark in text}
    return {mark for mark in named if mark > _LATIN_END}


def _as_data(block: Block) -> dict[str, Any]:
    if isinstance(block, Paragraph):
        return {"kind": block.kind, "runs": [part for run in block.runs for part in _parts(run)]}
    return {"kind": block.kind, **asdict(block)}


def _parts(run: Run) -> list[dict[str, Any]]:
    """A run cut around the web and e-mail addresses in it, which stay in one piece on paper."""
    pieces = _ADDRESS.split(run.text)
    # `split` alternates: text, address, text. A search in the layout itself takes 10 ms a letter.
    return [
        {"text": text, "strong": run.strong, "whole": at % 2 == 1}
        for at, text in enumerate(pieces)
        if text
    ]


def _compiler() -> typst.Compiler:
    compiler: typst.Compiler | None = getattr(_local, "compiler", None)
    if compiler is None:
        # Only the fonts in the wheel: a machine's own would change the bytes.
        fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)
        compiler = typst.Compiler(
            str(LAYOUT_FOLDER / "letter.typ"),
            root=str(LAYOUT_FOLDER),
            font_paths=fonts,
            ignore_system_fonts=True,
        )
        _local.compiler = compiler
    return compiler
