"""The bytes of an MT940 or MT942 file to its tagged fields, whatever wrapping a bank put around.

Handles SWIFT blocks (`{1:...}{4:`), header lines of Dutch banks, control characters of old
transfer programs, all line ends, and the encodings of western and central Europe.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from services.payments.formats.mt940_values import LINE
from services.payments.formats.unreadable import UnreadableFile

# Tag, line of the tag (from 1), and the field's lines, the first without its tag.
Field = tuple[str, int, list[str]]

# A continuation line may look like a tag when a bank broke `16:26:25` after the first colon, so
# only what a statement is made of starts a field.
_HEAD_TAGS = frozenset({"20", "21", "25", "25P", "28", "28C", "13", "13C", "13D", "34F"})
_BALANCE_TAGS = frozenset({"60F", "60M", "62F", "62M", "64", "65", "90C", "90D"})
TAGS = _HEAD_TAGS | _BALANCE_TAGS | {"61", "86", "NS"}
_LINE_BYTES_MAX = 1 << 20
_FIELD_LINES_MAX = 1000
_BLOCKS = ("-}", "{1:", "{2:", "{5:")
_CONTROLS = "\x01\x02\x03\x04\x1a\ufeff"
_CONTROLS_IN_FRONT = re.compile(f"^[{_CONTROLS}]+", re.MULTILINE)

# Whole entries in one step: line by line takes three times as long. Only what line by line would be
# read alike: no line in them begins or ends in a way that could mean something else.
ENTRY = "61+86"
_MORE = r"(?:\n(?![\s:{-])[^\n]+){0,20}"
_ENTRY = re.compile(
    rf"\n:61:{LINE}(?<!\s)({_MORE})\n:86:([^\n]*{_MORE})(?=\n:6(?:1|2F|2M):)", re.ASCII
)

# Windows and DOS in western and in central Europe, and the standard Polish banks follow too.
_LEGACY = ("cp1252", "cp1250", "cp852", "iso8859_2")
# Letters of western and central Europe, and signs that Windows has and DOS has not.
_LIKELY = frozenset("äöüßÄÖÜéèêëáàâíìîïóòôúùûçñåøæÉÈÁÓÑąćęłńśźżĄĆĘŁŃŚŹŻőűŐŰčďěňřšťůžČĎĚŇŘŠŤŮŽ€–‘’")


def fields(chunks: Iterable[bytes]) -> Iterator[Field]:
    """All fields in order. Raises `UnreadableFile` for what is no text or has no end.

    An entry written as most are comes as one field `ENTRY`, already taken apart: value date, entry
    date, mark, third letter of the currency, amount, type, rest, further lines, and those of :86:.
    """
    lines = _Lines()
    for block in _blocks(chunks):
        place = 0
        for entry in _ENTRY.finditer(block):
            begin, end = entry.span()
            if begin > place:
                yield from lines.fields(block[place + 1 : begin])
            if lines.is_open:
                yield from lines.end()
            yield ENTRY, lines.count + 1, [*entry.groups("")]
            lines.count += block.count("\n", begin, end)
            place = end
        if place < len(block):
            yield from lines.fields(block[place + 1 :])
    yield from lines.end()


class _Lines:
    """Reads line by line, whatever the lines look like. `count` are the lines seen."""

    def __init__(self) -> None:
        self.count = 0
        self._current: Field | None = None
        self._is_closed = False

    @property
    def is_open(self) -> bool:
        return self._current is not None

    def end(self) -> Iterator[Field]:
        """The field that was open, which nothing goes on."""
        if self._current is not None:
            yield _ended(self._current)
        self._current = None

    def fields(self, text: str) -> Iterator[Field]:
        """Those that whole lines of text show to be complete."""
        for line in text.split("\n"):
            self.count += 1
            if line[:1] == ":":
                tag, colon, value = line[1:].partition(":")
                if colon and tag in TAGS:
                    yield from self.end()
                    self._current = (tag, self.count, [value])
                    self._is_closed = False
                    continue
            if self._is_closed or self._current is None:
                continue
            if line.startswith(_BLOCKS):
                self._is_closed = True
            else:
                self._go_on(self._current, line)

    def _go_on(self, field: Field, line: str) -> None:
        field[2].append(line)
        if len(field[2]) > _FIELD_LINES_MAX:
            raise UnreadableFile.field(f":{field[0]}:", "a field without end", field[1])


def _ended(field: Field) -> Field:
    """The field without the hyphen that ends a message. One alone on a line further up is text."""
    lines = field[2]
    while len(lines) > 1 and not lines[-1].strip():
        lines.pop()
    if len(lines) > 1 and lines[-1].rstrip(_CONTROLS) == "-":
        lines.pop()
    return field


def _blocks(chunks: Iterable[bytes]) -> Iterator[str]:
    """Text of whole lines, each behind its line feed."""
    decode = _Decoder()
    held = b""
    for chunk in chunks:
        data = held + chunk
        cut = data.rfind(b"\n") + 1
        if not cut and len(data) > _LINE_BYTES_MAX // 2:
            cut = data.rfind(b"\r", 0, -1) + 1
        if cut:
            yield decode.block(data[:cut])[:-1]
        held = data[cut:]
        if len(held) > _LINE_BYTES_MAX:
            raise UnreadableFile.field("file", "a line is longer than a megabyte")
    if held:
        yield decode.block(held)


class _Decoder:
    """UTF-8, else the code page that gives the likeliest text; of equal ones that of before.

    The control characters in front of a line are left out.
    """

    def __init__(self) -> None:
        self._legacy = _LEGACY[0]

    def block(self, data: bytes) -> str:
        if b"\0" in data:
            raise UnreadableFile.field("encoding", "this is not text of one byte per sign")
        if b"\r" in data:
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        try:
            text = "\n" + data.decode("utf-8")
        except UnicodeDecodeError:
            text = "\n".join(["", *map(self._line, data.split(b"\n"))])
        if any(control in text for control in _CONTROLS):
            text = _CONTROLS_IN_FRONT.sub("", text)
        return text

    def _line(self, line: bytes) -> str:
        try:
            return line.decode("utf-8")
        except UnicodeDecodeError:
            texts = {page: line.decode(page, "replace") for page in _LEGACY}
            likely = {page: _likely_count(text) for page, text in texts.items()}
            if likely[self._legacy] < max(likely.values()):
                self._legacy = max(_LEGACY, key=lambda page: likely[page])
            return texts[self._legacy]


def _likely_count(text: str) -> int:
    return sum(char in _LIKELY for char in text)
