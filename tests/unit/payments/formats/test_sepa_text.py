"""Bringing names and texts into the SEPA character set."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payments.formats.sepa_text import is_identifier, sepa_text

SEPA_SET = re.compile(r"[A-Za-z0-9/\-?:().,'+ ]*", re.ASCII)


@pytest.mark.parametrize(
    ("text", "spelt"),
    [
        ("Café André", "Cafe Andre"),
        ("Müller-Lüdenscheidt", "Muller-Ludenscheidt"),
        ("Straße 5", "Strasse 5"),
        ("Łódź Żółć Ćma", "Lodz Zolc Cma"),
        ("Øresund Ærø Åbo", "Oresund AEro Abo"),
        ("Ĳsselstein", "IJsselstein"),
        ("Jansen & Zn. B.V.", "Jansen + Zn. B.V."),
        ("€ 5; [nu] {x} <y>", "EUR 5, (nu) (x) (y)"),
        ("a\u00a0b\tc\r\nd", "a b c d"),
        ("d’Artagnan “x”", "d'Artagnan 'x'"),
        ("ﬁ ½", "fi 1.2"),
        ("\u202e\u0301e", ".e"),
        ("日本", ".."),
        ("  a   b  ", "a b"),
        ("", ""),
    ],
)
def test_letters_lose_their_marks_and_strangers_become_dots(text: str, spelt: str) -> None:
    assert sepa_text(text) == spelt


@given(st.text())
def test_whatever_comes_in_only_the_sepa_set_comes_out(text: str) -> None:
    assert SEPA_SET.fullmatch(sepa_text(text))


@given(st.text(alphabet="abcXYZ019/-?:().,'+"))
def test_text_within_the_set_stays_as_it_is(text: str) -> None:
    assert sepa_text(text) == text
    assert sepa_text(sepa_text(text)) == sepa_text(text)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("E2E-2026/0001", True),
        ("x" * 35, True),
        ("a b", True),
        ("x" * 36, False),
        ("", False),
        (" ", False),
        ("a ", False),
        ("/a", False),
        ("a/", False),
        ("a//b", False),
        ("é", False),
        ("a\n", False),
        ("a&b", False),
    ],
)
def test_an_identifier_is_short_and_its_slashes_stand_alone(text: str, is_one: bool) -> None:
    assert is_identifier(text) is is_one
