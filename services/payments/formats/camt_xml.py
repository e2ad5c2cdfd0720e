"""The XML under camt: documents out of a file, a hardened parser, and refusals with their lines.

The parser loads no DTD, resolves no entity and opens no connection, and a DOCTYPE is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Literal, cast

from lxml import etree

from services.payments.formats.camt_elements import LOCAL, Element, line_of
from services.payments.formats.camt_statement import format_of
from services.payments.formats.unreadable import UnreadableFile

# An envelope's own header comes before the message; none is longer than this.
_HEAD_BYTES_MAX = 1 << 18
_DECLARATION = b"<?xml"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# Kept back from each chunk, so that a declaration and the tag before it are seen together.
_HELD_BYTES = 256

_OTHER_MESSAGES = {
    "CstmrDrctDbtInitn": "a direct debit order (pain.008)",
    "CstmrCdtTrfInitn": "a credit transfer order (pain.001)",
    "CstmrPmtStsRpt": "a payment status report (pain.002)",
    "Invoice": "an invoice",
}


def pieces_of(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """The same bytes, cut before each further XML declaration (several documents in one file)."""
    is_new, held = True, b""
    for chunk in chunks:
        data, begin = held + chunk, 0
        cut = data.find(_DECLARATION, 1)
        while cut > 0:
            before = data[begin:cut].removesuffix(_BYTE_ORDER_MARK)
            # Inside CDATA or a comment it is text; between documents a tag stands before it.
            if before.rstrip().endswith(b">"):
                yield before, is_new
                begin, is_new = cut, True
            cut = data.find(_DECLARATION, cut + 1)
        end = max(begin, len(data) - _HELD_BYTES)
        if end > begin:
            yield data[begin:end], is_new
            is_new = False
        held = data[end:]
    if held:
        yield held, is_new


class Recogniser:
    """Looks at the first elements of a document until a camt message begins."""

    def __init__(self) -> None:
        self._parser = hardened_parser(("start",), None)
        self.head = b""
        self.message_line = 1

    def feed(self, piece: bytes) -> bool:
        """True once a camt message began: `head` then holds all bytes so far."""
        self.head += piece
        # Any encoding of ASCII text shows its letters once the zero bytes are gone.
        if b"<!DOCTYPE" in self.head.replace(b"\0", b""):
            line = self.head[: self.head.find(b"<!")].count(b"\n") + 1
            raise UnreadableFile.field("DOCTYPE", "a bank file has no document type", line)
        self._parser.feed(piece)
        for element in reported(self._parser):
            name = LOCAL[element.tag]
            if name in _OTHER_MESSAGES:
                message = f"this is {_OTHER_MESSAGES[name]}, not a statement"
                raise UnreadableFile.field(name, message, line_of(element))
            if format_of(element) is not None:
                self.message_line = line_of(element)
                return True
        if len(self.head) > _HEAD_BYTES_MAX:
            raise UnreadableFile.field("file", "no camt message begins in this file", 1)
        return False

    def close(self) -> None:
        root = self._parser.close()
        raise UnreadableFile.field("file", "there is no camt message in this XML", line_of(root))


@contextmanager
def lines_counted_from(offset: int) -> Iterator[None]:
    """Refusals inside count their lines from the start of the file, whichever document it was."""
    try:
        yield
    except etree.XMLSyntaxError as wrong:
        raise _not_xml(wrong).moved_down(offset) from None
    except UnreadableFile as refused:
        raise refused.moved_down(offset) from None


def hardened_parser(
    events: tuple[Literal["start", "end"]], tags: tuple[str, ...] | None
) -> etree.XMLPullParser:
    return etree.XMLPullParser(
        events,
        tag=tags,
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_blank_text=True,
        remove_comments=True,
        remove_pis=True,
    )


def reported(parser: etree.XMLPullParser) -> Iterator[Element]:
    """The elements the parser reports; the stubs know no more of them than that they are events."""
    return (element for _, element in cast("Iterator[tuple[str, Element]]", parser.read_events()))


def _not_xml(wrong: etree.XMLSyntaxError) -> UnreadableFile:
    message = (wrong.msg or "").partition(", line ")[0]
    is_encoding = "encoding" in message.lower()
    field = "encoding" if is_encoding else "xml"
    return UnreadableFile.field(field, f"not well-formed XML: {message}", wrong.lineno)
