"""The XML under camt: bytes to tags with the texts behind them, and refusals with their lines.

Expat reads every byte first and says whether it is XML; a DOCTYPE is refused, so no entity can be
declared and nothing is fetched. Cutting what it passed is left to `str.split`, which is several
times faster than to be called back for every element.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from xml.parsers import expat

from services.payments.formats.camt_markup import complete_length, plainly, unescaped
from services.payments.formats.unreadable import UnreadableFile

_DECLARATION = b"<?xml"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# Kept back from each chunk, so that a declaration and the tag before it are seen together.
_HELD_BYTES = 256
_DECLARATION_BYTES_MAX = 1024
_ENCODING = re.compile(rb"""<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
# Names Python knows for texts in one or two bytes a sign; some of its codecs are no encodings.
_KNOWN = re.compile(
    r"utf-?8|(us-)?ascii|iso-?8859-?\d{1,2}|latin-?1|(windows-?|cp)125\d|(ibm|cp)(437|85\d)"
    r"|utf-?16([lb]e)?"
)
_UNFINISHED_MAX = 1 << 20


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


class XmlDocument:
    """One document, fed in pieces of any size; gives back the text of complete markup, plain."""

    def __init__(self) -> None:
        self._undecoded: bytes | None = b""
        self._decode = _utf8()
        self._text = ""
        self._expat = expat.ParserCreate()
        self._expat.StartDoctypeDeclHandler = self._refuse_document_type

    def feed(self, data: bytes) -> str:
        """What is complete by now: between `<` and `>` stands a tag, and nothing else is there."""
        if self._undecoded is not None:
            data = self._undecoded + data
            if b">" not in data and len(data) < _DECLARATION_BYTES_MAX:
                self._undecoded = data
                return ""
            self._decode, self._undecoded = _decoder_of(data), None
        self._take(data, is_last=False)
        # No raw `<` stands inside a tag, so what is before the last one is whole.
        return self._cut(self._text.rfind("<"))

    def close(self) -> str:
        data, self._undecoded = self._undecoded or b"", None
        if data:
            self._decode = _decoder_of(data)
        self._take(data, is_last=True)
        return self._cut(len(self._text))

    def _take(self, data: bytes, *, is_last: bool) -> None:
        try:
            text = self._decode(data, is_last)
        except UnicodeDecodeError as wrong:
            line = self._expat.CurrentLineNumber + wrong.object.count(b"\n", 0, wrong.start)
            message = "bytes that are not in the encoding the file says it has"
            raise UnreadableFile.field("encoding", message, line) from None
        self._expat.Parse(text, is_last)
        self._text += text.replace("\r\n", "\n") if "\r" in text else text

    def _cut(self, end: int) -> str:
        text = self._text
        if end <= 0:
            self._refuse_endless(text)
            return ""
        if _has_more_than_tags(text):
            end = min(end, complete_length(text))
        whole, self._text = text[:end], text[end:]
        self._refuse_endless(self._text)
        return whole if _is_plain(whole) else plainly(whole)

    def _refuse_endless(self, text: str) -> None:
        if len(text) > _UNFINISHED_MAX:
            message = "a tag, text or comment longer than a megabyte"
            raise UnreadableFile.field("xml", message, self._expat.CurrentLineNumber)

    def _refuse_document_type(self, *_: object) -> None:
        line = self._expat.CurrentLineNumber
        raise UnreadableFile.field("DOCTYPE", "a bank file has no document type", line)


def _has_more_than_tags(text: str) -> bool:
    # One sign alone is found several times faster than two, and neither is common.
    return ("!" in text and "<!" in text) or ("?" in text and "<?" in text)


def _is_plain(text: str) -> bool:
    return not _has_more_than_tags(text) and "/>" not in text and text.count("<") == text.count(">")


def cut(text: str) -> list[str]:
    """A text before any tag, then by turns a tag without its brackets and the text behind it."""
    pieces = text.replace(">", "<").split("<")
    if "&" in text:
        pieces[::2] = [unescaped(piece) if "&" in piece else piece for piece in pieces[::2]]
    return pieces


def _decoder_of(head: bytes) -> Callable[[bytes, bool], str]:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return codecs.getincrementaldecoder("utf-16")().decode
    declared = _ENCODING.match(head.removeprefix(_BYTE_ORDER_MARK))
    name = "utf-8" if declared is None else declared[1].decode().lower()
    if _KNOWN.fullmatch(name) is None:
        raise UnreadableFile.field("encoding", "an encoding that is not known here", 1)
    if name.replace("-", "") == "utf8":
        return _utf8()
    try:
        return codecs.getincrementaldecoder(name)().decode
    except LookupError:
        raise UnreadableFile.field("encoding", "an encoding that is not known here", 1) from None


def _utf8() -> Callable[[bytes, bool], str]:
    return codecs.getincrementaldecoder("utf-8-sig")().decode


@contextmanager
def lines_counted_from(offset: int) -> Iterator[None]:
    """Refusals inside count their lines from the start of the file, whichever document it was."""
    try:
        yield
    except expat.ExpatError as wrong:
        message = f"not well-formed XML: {expat.ErrorString(wrong.code)}"
        raise UnreadableFile.field("xml", message, wrong.lineno + offset) from None
    except UnreadableFile as refused:
        raise refused.moved_down(offset) from None
