"""One person under the names that billing, banks and people give."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payments.domain.name_likeness import likeness
from services.payments.domain.names import read_name, read_text


@pytest.mark.parametrize(
    ("written", "known", "like"),
    [
        ("J.P. van der Berg", "Dhr. J.P. van der Berg", "full"),
        ("BERG VAN DER J P", "J.P. van der Berg", "full"),
        ("Berg, JP van der", "J.P. van der Berg", "full"),
        ("Hr JP van der Berg", "J.P. van der Berg", "full"),
        ("J van der Berg", "J.P. van der Berg", "same"),
        ("Jan de Vries", "J. de Vries", "same"),
        ("Hr/Mw J. Berg e/o A. Smit", "A. Smit", "same"),
        ("A. Smit", "J. Berg e/o A. Smit", "same"),
        ("J MUELLER", "J. Müller", "same"),
        ("J Muller", "J. Müller", "same"),
        ("Y. Noe", "De heer Y. Noë", "same"),
        ("J van Dyk", "J. van Dijk", "same"),
        ("K. Oosterbrinck", "K. Oosterbrink", "similar"),
        ("B.V. Berg", "A. Berg", "surname"),
        ("Berg", "J. Berg", "surname"),
        ("J. Kleinpolder-Dam", "Jan Kleinpolder-Dam", "same"),
        ("Jan Smit", "Jan Berg", "differs"),
        ("JAN SMIT", "J. Smit", "same"),
        ("SMITS UJW", "U.J.W. Smits", "same"),
        ("HR van de Berg", "H.R. van de Berg", "full"),
        ("Hr/Mw AG van Berg", "A.G. van Berg e/o B. Smit", "full"),
        ("Hr C.J. van Berg", "C.J. van Berg", "full"),
        ("J.A. Berg", "J.P. Berg", "surname"),
        ("A. Wit", "A. Dam-Wit", "half"),
        ("B. Wit", "A. Dam-Wit", "differs"),
        ("Berg, Jan", "J. Berg", "same"),
        ("J. en A. de Vries", "Dhr. J. de Vries", "same"),
        ("J. Smit", "J. Berg", "differs"),
        ("", "J. Berg", "unknown"),
        ("Hr", "J. Berg", "unknown"),
    ],
)
def test_two_spellings_of_a_name_are_compared_as_a_clerk_would(
    written: str, known: str, like: str
) -> None:
    assert likeness(read_name(written), read_name(known)) == like


def test_a_name_the_bank_cut_at_seventy_characters_is_still_known() -> None:
    """The surname breaks off; what is left of it begins the name we know."""
    known = read_name("A.B. Kuipersbeekzicht")
    cut = "Hr A.B. van den Gezamenlijke Huishouding Straatnaamlang te Kuipersbeek"[:70]
    assert likeness(read_name(cut), known) == "similar"


def test_a_double_name_is_found_whole_and_by_its_halves() -> None:
    keys = read_name("M. van Dam-van der Wit").search_keys()
    assert set(keys) == {"dam m", "wit m", "damwit", "damwit m"}
    assert set(read_name("M. Dam-Wit").search_keys()) == set(keys)


@given(st.text(max_size=120))
def test_no_text_breaks_the_reading_of_names(written: str) -> None:
    for name in (read_name(written), read_text(written.upper())):
        assert all(bearer.surname for bearer in name.bearers)
        assert likeness(name, name) in {"full", "same", "surname", "unknown"}


def test_a_sentence_names_whoever_has_initials_or_a_first_name_before_the_surname() -> None:
    known = read_name("J.P. van der Berg")
    assert likeness(read_text("INHOUDING LOON J.P. VAN DER BERG WATER"), known) == "full"
    assert likeness(read_text("NAMENS JAN VAN DER BERG"), known) == "same"
    assert likeness(read_text("BERGEN OP ZOOM"), known) == "differs"
