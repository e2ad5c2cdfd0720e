"""Payment references and IBANs: the worked examples of their makers, and what must always hold."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum import iso11649

from shared.errors import InvalidInput
from shared.references import (
    is_payment_reference,
    is_rf_reference,
    is_sepa_creditor_id,
    make_payment_reference,
    make_rf_reference,
    normalise_iban,
    normalise_payment_reference,
    normalise_rf_reference,
    payment_reference_check_digit,
)

RF_BODIES = st.text(alphabet="0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=21)
NUMBERS = st.integers(0, 10**15 - 1)


@pytest.mark.parametrize(
    ("body", "reference"),
    [
        ("123456789", "RF18123456789"),
        ("539007547034", "RF18539007547034"),
        ("W2026000123", "RF02W2026000123"),
        ("w 2026-000.123", "RF02W2026000123"),
    ],
)
def test_an_rf_reference_is_made_as_iso_11649_says(body: str, reference: str) -> None:
    assert make_rf_reference(body) == reference


@given(RF_BODIES)
def test_an_rf_reference_made_is_recognised_by_us_and_by_others(body: str) -> None:
    reference = make_rf_reference(body)
    assert is_rf_reference(reference)
    assert iso11649.is_valid(reference)
    spaced = " ".join(reference[i : i + 4] for i in range(0, len(reference), 4))
    assert normalise_rf_reference(spaced.lower()) == reference


@given(RF_BODIES, st.data())
def test_one_wrong_character_in_an_rf_reference_is_noticed(body: str, data: st.DataObject) -> None:
    reference = make_rf_reference(body)
    place = data.draw(st.integers(2, len(reference) - 1))
    other = data.draw(st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
    assume(other != reference[place])
    wrong = reference[:place] + other + reference[place + 1 :]
    # Only a digit against a letter may slip through, since a letter counts as two digits.
    assume(other.isdigit() == reference[place].isdigit())
    assert not is_rf_reference(wrong)


@pytest.mark.parametrize("body", ["", " ", "x" * 22, "a_b", "é", "ß", "١٢٣"])
def test_an_rf_reference_is_not_made_of_anything_else(body: str) -> None:
    with pytest.raises(InvalidInput, match="1 to 21 letters and digits"):
        make_rf_reference(body)


@pytest.mark.parametrize(
    "text", ["", "RF", "RF18", "RF17539007547034", "XX18539007547034", "RF18é"]
)
def test_other_texts_are_no_rf_references(text: str) -> None:
    assert not is_rf_reference(text)
    with pytest.raises(InvalidInput):
        normalise_rf_reference(text)


def test_check_digits_that_merely_leave_the_same_remainder_are_refused() -> None:
    assert is_rf_reference("RF02W2026000123")
    assert not is_rf_reference("RF99W2026000123")


@pytest.mark.parametrize(
    ("number", "reference"),
    [
        (56789012345, "5000056789012345"),
        (202600012345678, "3202600012345678"),
        (1, "9000000000000001"),
        (0, "0000000000000000"),
    ],
)
def test_a_betalingskenmerk_is_made_as_its_specification_says(number: int, reference: str) -> None:
    assert make_payment_reference(number) == reference
    assert is_payment_reference(reference)


def test_the_official_example_with_a_length_digit() -> None:
    assert payment_reference_check_digit("2234534622567") == 1
    assert is_payment_reference("12234534622567")


@given(NUMBERS)
def test_a_betalingskenmerk_made_is_recognised_with_spaces_too(number: int) -> None:
    reference = make_payment_reference(number)
    assert len(reference) == 16
    spaced = " ".join(reference[i : i + 4] for i in range(0, 16, 4))
    assert normalise_payment_reference(spaced) == reference


@given(NUMBERS, st.integers(0, 15), st.integers(1, 9))
def test_one_wrong_digit_is_noticed_unless_the_check_digits_collide(
    number: int, place: int, shift: int
) -> None:
    reference = make_payment_reference(number)
    digit = str((int(reference[place]) + shift) % 10)
    wrong = reference[:place] + digit + reference[place + 1 :]
    if is_payment_reference(wrong):
        # Remainders 1 and 10 both give the check digit 1: the one gap of the scheme.
        assert reference[0] == wrong[0] == "1"


@given(st.sampled_from([9, 10, 11, 12, 13, 14]), st.data())
def test_a_short_betalingskenmerk_tells_its_own_length(length: int, data: st.DataObject) -> None:
    length_digit = {9: 7, 10: 8, 11: 9, 12: 0, 13: 1, 14: 2}[length]
    rest = data.draw(st.text("0123456789", min_size=length - 2, max_size=length - 2))
    body = f"{length_digit}{rest}"
    reference = f"{payment_reference_check_digit(body)}{body}"
    assert is_payment_reference(reference)
    wrong_length = f"{(length_digit + 1) % 10}{rest}"
    assert not is_payment_reference(f"{payment_reference_check_digit(wrong_length)}{wrong_length}")


@given(st.text("0123456789", min_size=7, max_size=7))
def test_seven_digits_carry_no_check(digits: str) -> None:
    assert is_payment_reference(digits)


@given(st.text("0123456789", max_size=20))
def test_other_lengths_do_not_exist(digits: str) -> None:
    assume(len(digits) not in {7, 9, 10, 11, 12, 13, 14, 16})
    assert not is_payment_reference(digits)
    with pytest.raises(InvalidInput):
        normalise_payment_reference(digits)


@pytest.mark.parametrize("text", ["500005678901234x", "٥٠٠٠٠٥٦٧٨٩٠١٢٣٤٥", "+500005678901234"])
def test_other_signs_are_no_betalingskenmerk(text: str) -> None:
    assert not is_payment_reference(text)


@pytest.mark.parametrize("number", [-1, 10**15])
def test_a_number_beyond_fifteen_digits_is_refused(number: int) -> None:
    with pytest.raises(InvalidInput, match="at most 15 digits"):
        make_payment_reference(number)


@pytest.mark.parametrize(
    ("written", "iban"),
    [
        ("NL91ABNA0417164300", "NL91ABNA0417164300"),
        ("nl91 abna 0417 1643 00", "NL91ABNA0417164300"),
        (" NL86INGB0002445588\n", "NL86INGB0002445588"),
        ("DE89370400440532013000", "DE89370400440532013000"),
        ("PL61 1090 1014 0000 0712 1981 2874", "PL61109010140000071219812874"),
    ],
)
def test_an_iban_is_taken_as_people_write_it(written: str, iban: str) -> None:
    assert normalise_iban(written) == iban


@pytest.mark.parametrize(
    "written",
    ["", "NL91ABNA0417164301", "NL91ABNA041716430", "XX91ABNA0417164300", "NL91-ABNA-0417-1643-00"],
)
def test_what_is_no_iban_is_refused_without_repeating_it(written: str) -> None:
    with pytest.raises(InvalidInput, match="not a valid IBAN") as refused:
        normalise_iban(written)
    assert not written or written not in str(refused.value)


@given(st.integers(4, 17), st.sampled_from("0123456789"))
def test_one_wrong_digit_in_an_iban_is_noticed(place: int, digit: str) -> None:
    iban = "NL91ABNA0417164300"
    assume(iban[place].isdigit() and iban[place] != digit)
    with pytest.raises(InvalidInput):
        normalise_iban(iban[:place] + digit + iban[place + 1 :])


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("DE98ZZZ09999999999", True),
        ("AT61ZZZ01234567890", True),
        ("DE98ABC09999999999", True),
        ("DE97ZZZ09999999999", False),
        ("DE98ZZZ0999999999X", False),
        ("de98zzz09999999999", False),
        ("DE98ZZZ", False),
        ("", False),
    ],
)
def test_a_creditor_id_has_check_digits_that_leave_out_the_business_code(
    text: str, is_one: bool
) -> None:
    assert is_sepa_creditor_id(text) is is_one
