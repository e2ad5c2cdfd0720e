"""A message before it takes a form: the same blocks become text, HTML and paper.

One content for three forms, so that a legal sentence cannot differ between them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar, Literal

# Emphasis travels through Jinja between two control characters. `Line` removes control
# characters from everything that comes from outside, so no fact can open or close one.
STRONG_ON, STRONG_OFF = "\x02", "\x03"
_STRONG = re.compile(f"{STRONG_ON}([^{STRONG_OFF}]*){STRONG_OFF}")
_SPACES = re.compile(r"[ \t\r\n]+")

Align = Literal["left", "right"]


@dataclass(frozen=True, slots=True)
class Run:
    text: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    kind: ClassVar[str] = "paragraph"
    runs: tuple[Run, ...]

    @property
    def plain(self) -> str:
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True)
class Heading:
    kind: ClassVar[str] = "heading"
    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """`title` names the table for a screen reader. `totals` are rows of label and amount.

    `stretch` is the column that takes the room the others leave on paper.
    """

    kind: ClassVar[str] = "table"
    title: str
    head: tuple[str, ...]
    align: tuple[Align, ...]
    rows: tuple[tuple[str, ...], ...]
    totals: tuple[tuple[str, str], ...] = ()
    stretch: int = 0


@dataclass(frozen=True, slots=True)
class Field:
    label: str
    value: str
    code: bool = False
    """A number to copy: shown in figures of one width."""


@dataclass(frozen=True, slots=True)
class PaymentBox:
    kind: ClassVar[str] = "payment"
    title: str
    fields: tuple[Field, ...]
    link: str | None = None
    link_label: str = ""


Block = Paragraph | Heading | Table | PaymentBox


@dataclass(frozen=True, slots=True)
class Document:
    """`reference` is the block of date, customer number and so on at the head of a letter."""

    language: str
    subject: str
    greeting: str
    blocks: tuple[Block, ...]
    closing: str
    signature: str
    reference: tuple[Field, ...]
    sender: tuple[str, ...]
    """The creditor's name, then its address and ways to reach it, a line each."""
    footer: tuple[str, ...]


def runs(sentence: str) -> tuple[Run, ...]:
    """Cut a rendered sentence into plain and emphasised runs; white space becomes one space."""
    flowed = _SPACES.sub(" ", sentence).strip()
    pieces = _STRONG.split(flowed)
    # `split` alternates: outside, inside, outside; the odd ones were between the marks.
    return tuple(Run(text, strong=at % 2 == 1) for at, text in enumerate(pieces) if text)
