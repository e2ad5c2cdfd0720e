"""How a clerk names an account: by its last four characters, with its country or without."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payments.domain.iban_ending import ending_of, endings_meant
from shared.errors import InvalidInput

CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


@given(
    st.sampled_from(["NL", "DE", "PL", "BE", "GB"]),
    st.text(CHARACTERS, min_size=8, max_size=26),
    st.sampled_from(["{0}{1}", "{0}...{1}", "{0}** **** {1}", "{0} \u2026{1}", "{1}", "...{1}"]),
)
def test_an_account_is_meant_by_every_way_to_write_its_ending(
    country: str, rest: str, form: str
) -> None:
    iban = country + rest
    # Four letters may be read as a country and two more: nobody's account ends in letters alone.
    written = form.format(country, iban[-4:])
    if iban[-4:].isdigit():
        assert ending_of(iban) in endings_meant(written)
        assert ending_of(f" {iban[:4].lower()} {iban[4:]} ") in endings_meant(written)


def test_a_named_country_is_the_only_one_meant() -> None:
    assert endings_meant("NL...4300") == ["NL4300"]
    assert len(endings_meant("4300")) > 30


@pytest.mark.parametrize("text", ["", "430", "43000", "NL91ABNA0417164300", "N4300", "43 00"])
def test_what_is_no_ending_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        endings_meant(text)
    assert [problem.field for problem in refused.value.problems] == ["iban_ending"]


@pytest.mark.parametrize("iban", [None, "", "1234567890", "NL12"])
def test_what_is_no_iban_has_no_ending(iban: str | None) -> None:
    assert ending_of(iban) is None
