"""The words on a PDF page, read back from its glyphs: enough PDF for what our letters hold."""

from __future__ import annotations

import re
import zlib

_OBJECT = re.compile(rb"(\d+) 0 obj\n(.*?)\nendobj", re.DOTALL)
_STREAM = re.compile(rb"(<<.*?>>)\s*stream\r?\n(.*)\r?\nendstream", re.DOTALL)
# A change of font, or the bracket that opens a string inside the array of a TJ.
_NEXT = re.compile(rb"/(f\d+) [\d.]+ Tf|(?<=[\[\d])\(")
_GLYPH = re.compile(rb"<([0-9A-F]{4})> <([0-9A-F]+)>")
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page with every space left out: paper has no spaces, only positions."""
    objects = {int(found[1]): found[2] for found in _OBJECT.finditer(pdf)}
    pages = [body for body in objects.values() if re.search(rb"/Type/Page\b", body)]
    return ["".join(_page(page, objects).split()) for page in pages]


def squeezed(text: str) -> str:
    return "".join(text.split())


def text_of(pdf: bytes) -> str:
    return "".join(pages_of(pdf))


def _page(page: bytes, objects: dict[int, bytes]) -> str:
    fonts = {
        name: _to_unicode(objects[int(number)], objects)
        for name, number in re.findall(
            rb"/(f\d+) (\d+) 0 R", objects[_reference(rb"Resources", page)]
        )
    }
    content = _unpacked(objects[_reference(rb"Contents", page)])
    words: list[str] = []
    glyphs: dict[int, str] = {}
    at = 0
    while found := _NEXT.search(content, at):
        at = found.end()
        if found[1] is not None:
            glyphs = fonts[found[1]]
            continue
        codes, at = _string(content, at)
        words += [
            glyphs[int.from_bytes(codes[pair : pair + 2], "big")]
            for pair in range(0, len(codes), 2)
        ]
    return "".join(words)


def _string(content: bytes, start: int) -> tuple[bytes, int]:
    """A literal string (ISO 32000-1, 7.3.4.2): brackets inside it balance or are escaped."""
    depth, at = 1, start
    while depth:
        if content[at : at + 1] == b"\\":
            at += 1
        else:
            depth += {b"(": 1, b")": -1}.get(content[at : at + 1], 0)
        at += 1
    return _ESCAPE.sub(_unescaped, content[start : at - 1]), at


def _unescaped(found: re.Match[bytes]) -> bytes:
    if found[1].isdigit():
        return bytes([int(found[1], 8)])
    return _LETTERS.get(found[1], found[1])


def _to_unicode(font: bytes, objects: dict[int, bytes]) -> dict[int, str]:
    table = _unpacked(objects[_reference(rb"ToUnicode", font)])
    return {
        int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be")
        for code, text in _GLYPH.findall(table)
    }


def _reference(key: bytes, body: bytes) -> int:
    found = re.search(rb"/" + key + rb"\s*(\d+) 0 R", body)
    assert found is not None, f"no {key.decode()} in this object"
    return int(found[1])


def _unpacked(body: bytes) -> bytes:
    found = _STREAM.fullmatch(body)
    assert found is not None, "this object has no stream"
    return zlib.decompress(found[2])
