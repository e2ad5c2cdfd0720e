"""XML's rarer forms made plain, so that a tag is all that stands between `<` and `>`.

Only for text that expat has passed: it is rewritten here, not judged.
"""

from __future__ import annotations

import re

_UNENDED = {"<!--": "-->", "<![CDATA[": "]]>", "<?": "?>", "<!": ">"}
_OPENS = re.compile(r"<!--|<!\[CDATA\[|<\?|<!")
_ATTRIBUTES = r"""(?:[^<>"'/]|/(?!>)|"[^"<]*"|'[^'<]*')*"""
_FORMS = re.compile(
    r"<!--(?P<comment>.*?)-->|<!\[CDATA\[(?P<data>.*?)\]\]>|<\?(?P<instruction>.*?)\?>"
    rf"|<(?P<name>/?[^\s<>/!?\"'=]+)(?P<attributes>{_ATTRIBUTES})(?P<empty>/?)>"
    r"|(?P<bracket>>)",
    re.DOTALL,
)
_REFERENCE = re.compile(r"&(?:#(\d{1,7})|#x([0-9A-Fa-f]{1,6})|(lt|gt|amp|quot|apos));")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}


def complete_length(text: str) -> int:
    """Up to where no comment, CDATA section or instruction is still open."""
    begin = 0
    while (opened := _OPENS.search(text, begin)) is not None:
        end = text.find(_UNENDED[opened[0]], opened.end())
        if end < 0:
            return opened.start()
        begin = end
    return len(text)


def plainly(text: str) -> str:
    """The same without comments and instructions, CDATA escaped, `<x/>` as two tags, and each
    `>` that closes no tag as `&gt;`. Line breaks stay, so that lines can be counted."""
    return _FORMS.sub(_plain, text)


def _plain(form: re.Match[str]) -> str:
    name = form["name"]
    if name is not None:
        tag = f"<{name}{form['attributes'].replace('>', '&gt;')}>"
        return f"{tag}</{name}>" if form["empty"] else tag
    data = form["data"]
    if data is not None:
        return data.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "&gt;" if form["bracket"] else "\n" * form[0].count("\n")


def unescaped(text: str) -> str:
    """The text with its character references and the five entities XML has resolved."""
    return _REFERENCE.sub(_character, text)


def _character(reference: re.Match[str]) -> str:
    decimal, hexadecimal, name = reference.groups()
    if name:
        return _NAMED[name]
    return chr(int(decimal) if decimal else int(hexadecimal, 16))
