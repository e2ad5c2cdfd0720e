"""Telling a bank file by its content, never by its name."""

from __future__ import annotations

import re
from enum import StrEnum

from services.payments.formats import archive
from services.payments.formats.unreadable import UnreadableFile

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
_SURROUNDINGS = b" \t\r\n\x00\x01\x02\x03\x1a"
_FIELD = re.compile(rb"(?:^|[\r\n])[\x01-\x04\x1a ]{0,8}:(?:\d\d[A-Z]?|NS):")
_ROW = re.compile(rb"[^\r\n\x00]*[;,\t]")
_OTHER_FILES = {
    b"\x1f\x8b": "a gzip archive: send the file inside it",
    b"%PDF": "a PDF: ask the bank for camt.053 or MT940",
}


class Kind(StrEnum):
    CAMT = "camt"
    MT940 = "mt940"
    ZIP = "zip"
    CSV = "csv"


def kind_of(head: bytes, *, may_be_csv: bool = False) -> Kind:
    """Which reader a file needs, from its first bytes (a few kilobytes at least).

    Raises `UnreadableFile` for what is none of them. XML is only said to be camt here: its reader
    looks further. Nothing shows that a text is a CSV; it is one when it is nothing else.
    """
    bare = head.removeprefix(_BYTE_ORDER_MARK).lstrip(_SURROUNDINGS)
    if not bare:
        raise UnreadableFile.field("file", "the file is empty")
    for start, message in _OTHER_FILES.items():
        if bare.startswith(start):
            raise UnreadableFile.field("file", f"this is {message}", 1)
    if bare.startswith(archive.SIGNATURES):
        return Kind.ZIP
    if bare.startswith((b"<", *_WIDE_MARKS)):
        return Kind.CAMT
    if _FIELD.search(head):
        return Kind.MT940
    if may_be_csv:
        return Kind.CSV
    what_to_do = "; to read a CSV, name its mapping or store one" if _ROW.match(bare) else ""
    message = f"neither camt nor MT940 is recognised in this file{what_to_do}"
    raise UnreadableFile.field("file", message, 1)
