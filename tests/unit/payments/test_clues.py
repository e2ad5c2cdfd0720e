from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payments.domain.clues import clues_in, number_key
from shared.references import make_payment_reference, make_rf_reference

RF = make_rf_reference("20260000001")
KENMERK = make_payment_reference(20260000001)


@pytest.mark.parametrize(
    "text",
    [
        RF,
        RF.lower(),
        f"{RF[:4]} {RF[4:8]} {RF[8:12]} {RF[12:]}",
        f"betaling {RF[:4]}.{RF[4:8]}.{RF[8:]} bedankt",
        f"{RF[:7]}\n{RF[7:]} en meer tekst",
        f"RF: {RF}",
    ],
)
def test_an_rf_reference_is_found_however_it_is_written(text: str) -> None:
    assert RF in clues_in([text]).references


@pytest.mark.parametrize(
    "text",
    [
        KENMERK,
        f"{KENMERK[:4]} {KENMERK[4:8]} {KENMERK[8:12]} {KENMERK[12:]}",
        f"kenmerk {KENMERK[:4]}.{KENMERK[4:8]}.{KENMERK[8:12]}.{KENMERK[12:]} dank",
        f"{KENMERK[:9]}\n{KENMERK[9:]}",
        f"0000{KENMERK}",
        f"{KENMERK} 12-04-2026",
    ],
)
def test_a_betalingskenmerk_is_found_however_it_is_written(text: str) -> None:
    assert KENMERK in clues_in([text]).references


def test_a_kenmerk_with_a_wrong_check_digit_is_no_clue() -> None:
    wrong = f"{(int(KENMERK[0]) + 1) % 10}{KENMERK[1:]}"
    assert clues_in([wrong]).references == frozenset()


@pytest.mark.parametrize(
    "text",
    [
        f"{KENMERK}0",
        f"7{KENMERK}",
        f"{KENMERK[:4]} {KENMERK[4:8]} {KENMERK[8:12]} {KENMERK[12:]} 0",
        f"kenmerk {KENMERK[:15]} bedankt",
    ],
)
def test_of_a_digit_too_many_or_too_few_nobody_knows_which(text: str) -> None:
    """16 of 17 digits may pass the check and be somebody else's; the B of a word is no 8."""
    clues = clues_in([text])
    assert not clues.references
    assert not clues.read
    assert any(abs(len(run) - 16) == 1 for run in clues.runs())


def test_a_quarter_after_a_kenmerk_is_no_digit_of_it() -> None:
    assert KENMERK in clues_in([f"kenmerk {KENMERK} 3e kwartaal"]).references


def test_digits_of_two_fields_never_make_one_number() -> None:
    assert clues_in(["nota 2026000", "0001234 terug"]).runs() == ("2026000", "0001234")


@pytest.mark.parametrize(
    "text",
    [
        "factuur 20260000001",
        "Factuur: 2026-0000001.",
        "fact20260000001",
        "2026 0000001 maart",
        "F.nr.20260000001",
    ],
)
def test_an_invoice_number_is_found_in_free_text(text: str) -> None:
    assert number_key("2026-0000001") in clues_in([text]).numbers


def test_words_without_digits_are_no_invoice_numbers() -> None:
    assert clues_in(["huur van de maand maart, met dank"]).numbers == frozenset()


def test_what_payers_did_not_write_gives_no_clue() -> None:
    assert not clues_in([None, "", "NOTPROVIDED"])


@given(st.text(max_size=300))
def test_no_text_breaks_the_reading(text: str) -> None:
    clues = clues_in([text])
    assert len(clues.references) <= 200
    assert all(5 <= len(number) <= 20 for number in clues.numbers)


@given(
    number=st.integers(min_value=0, max_value=10**15 - 1),
    separator=st.sampled_from(["", " ", ".", "-", "\n", " - "[:2]]),
    every=st.integers(min_value=1, max_value=15),
    around=st.sampled_from(["", "betaling ", "nota:", "EUR "]),
)
def test_any_kenmerk_survives_spacing(number: int, separator: str, every: int, around: str) -> None:
    kenmerk = make_payment_reference(number)
    pieces = [kenmerk[start : start + every] for start in range(0, 16, every)]
    assert kenmerk in clues_in([around + separator.join(pieces)]).references


@given(
    body=st.text("ABCXYZ0123456789", min_size=1, max_size=21),
    separator=st.sampled_from(["", " ", ".", "-"]),
    every=st.integers(min_value=2, max_value=8),
)
def test_any_rf_reference_survives_spacing(body: str, separator: str, every: int) -> None:
    """Letters count as two digits in the check (ISO 11649 after ISO 7064 mod 97-10)."""
    reference = make_rf_reference(body)
    head, tail = reference[:3], reference[3:]
    pieces = [tail[start : start + every] for start in range(0, len(tail), every)]
    assert reference in clues_in([head + separator.join(pieces)]).references


@given(body=st.text("ABCXYZ0123456789", min_size=1, max_size=21), slip=st.integers(1, 96))
def test_an_rf_reference_with_wrong_check_digits_is_no_clue(body: str, slip: int) -> None:
    reference = make_rf_reference(body)
    wrong = f"RF{(int(reference[2:4]) - 2 + slip) % 97 + 2:02}{body}"
    assert wrong not in clues_in([wrong]).references
