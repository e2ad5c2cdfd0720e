"""The bytes of an MT940 or MT942 file to its tagged fields, whatever wrapping a bank put around.

Handles SWIFT blocks (`{1:...}{4:`), header lines of Dutch banks, control characters of old
transfer programs, all line ends, and three encodings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from services.payments.formats.unreadable import UnreadableFile

# Tag, line of the tag (from 1), and the field's lines, the first without its tag.
Field = tuple[str, int, list[str]]

# A continuation line may look like a tag when a bank broke `16:26:25` after the first colon, so
# only what a statement is made of starts a field.
_HEAD_TAGS = frozenset({"20", "21", "25", "25P", "28", "28C", "13", "13C", "13D", "34F"})
_BALANCE_TAGS = frozenset({"60F", "60M", "62F", "62M", "64", "65", "90C", "90D"})
TAGS = _HEAD_TAGS | _BALANCE_TAGS | {"61", "86", "NS"}
_TAG_END_MAX = 5
_LINE_BYTES_MAX = 1 << 20
_FIELD_LINES_MAX = 1000
_BLOCKS = ("-}", "{1:", "{2:", "{5:")
_BLOCK_SIGNS = frozenset("-{")
_CONTROLS = "\x01\x02\x03\x04\x1a\ufeff"
_STRANGE = frozenset(_CONTROLS)

# Letters of western and central Europe, and signs that Windows has and DOS has not.
_LIKELY = frozenset("äöüßÄÖÜéèêëáàâíìîïóòôúùûçñåøæÉÈÁÓÑąćęłńśźżĄĆĘŁŃŚŹŻőűŐŰčďěňřšťůžČĎĚŇŘŠŤŮŽ€–‘’")


def fields(chunks: Iterable[bytes]) -> Iterator[Field]:
    """All fields in order. Raises `UnreadableFile` for what is no text or has no end."""
    current: Field | None = None
    line_count = 0
    is_closed = False
    for lines in _line_blocks(chunks):
        for line in lines:
            line_count += 1
            first = line[:1]
            if first in _STRANGE:
                line = line.lstrip(_CONTROLS)  # noqa: PLW2901  # without them it is the line
                first = line[:1]
            if first == ":":
                end = line.find(":", 1, _TAG_END_MAX)
                tag = line[1:end]
                if tag in TAGS:
                    if current is not None:
                        yield current if len(current[2]) == 1 else _ended(current)
                    current = (tag, line_count, [line[end + 1 :]])
                    is_closed = False
                    continue
            if is_closed or current is None:
                continue
            if first in _BLOCK_SIGNS and line.startswith(_BLOCKS):
                is_closed = True
            else:
                current[2].append(line)
                if len(current[2]) > _FIELD_LINES_MAX:
                    raise UnreadableFile.field(f":{current[0]}:", "a field without end", current[1])
    if current is not None:
        yield _ended(current)


def _ended(field: Field) -> Field:
    """The field without the hyphen that ends a message. One alone on a line further up is text."""
    lines = field[2]
    while len(lines) > 1 and not lines[-1].strip():
        lines.pop()
    if len(lines) > 1 and lines[-1].rstrip(_CONTROLS) == "-":
        lines.pop()
    return field


def _line_blocks(chunks: Iterable[bytes]) -> Iterator[list[str]]:
    decode = _Decoder()
    held = b""
    for chunk in chunks:
        data = held + chunk
        cut = data.rfind(b"\n") + 1
        if not cut and len(data) > _LINE_BYTES_MAX // 2:
            cut = data.rfind(b"\r", 0, -1) + 1
        if cut:
            yield decode.lines(data[:cut])[:-1]
        held = data[cut:]
        if len(held) > _LINE_BYTES_MAX:
            raise UnreadableFile.field("file", "a line is longer than a megabyte")
    if held:
        yield decode.lines(held)


class _Decoder:
    """UTF-8, else the code page that gives the likelier text: Windows 1252 or DOS 852."""

    def __init__(self) -> None:
        self._legacy = "cp1252"

    def lines(self, data: bytes) -> list[str]:
        if b"\0" in data:
            raise UnreadableFile.field("encoding", "this is not text of one byte per sign")
        if b"\r" in data:
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        try:
            return data.decode("utf-8").split("\n")
        except UnicodeDecodeError:
            return [self._line(line) for line in data.split(b"\n")]

    def _line(self, line: bytes) -> str:
        try:
            return line.decode("utf-8")
        except UnicodeDecodeError:
            windows, dos = line.decode("cp1252", "replace"), line.decode("cp852")
            difference = _likely_count(windows) - _likely_count(dos)
            if difference:
                self._legacy = "cp1252" if difference > 0 else "cp852"
            return windows if self._legacy == "cp1252" else dos


def _likely_count(text: str) -> int:
    return sum(char in _LIKELY for char in text)
