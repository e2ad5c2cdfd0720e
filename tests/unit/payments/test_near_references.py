"""What fingers do to references, and how few references can then be meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payments.domain.kenmerk import holds
from services.payments.domain.near_references import (
    is_cut,
    is_one_slip,
    near_numbers,
    near_references,
    one_slip,
)
from shared.references import is_payment_reference, make_payment_reference

KENMERK = make_payment_reference(20260000123)
NUMBERS = st.integers(0, 10**15 - 1)


@st.composite
def _slipped(draw: st.DrawFn) -> tuple[str, str]:
    """A betalingskenmerk as meant, and as somebody typed it."""
    meant = make_payment_reference(draw(NUMBERS))
    at = draw(st.integers(0, 14))
    digit = draw(st.sampled_from("0123456789"))
    written = draw(
        st.sampled_from(
            [
                meant[:at] + digit + meant[at + 1 :],
                meant[:at] + meant[at + 1 :],
                meant[: at + 1] + meant[at:],
                meant[:at] + meant[at + 1] + meant[at] + meant[at + 2 :],
            ]
        )
    )
    return meant, written


@given(_slipped())
def test_what_was_meant_is_among_what_is_near(case: tuple[str, str]) -> None:
    meant, written = case
    if written != meant:
        assert meant in near_references([written])
        assert is_one_slip(written, meant)


@given(_slipped())
def test_only_references_whose_check_digit_holds_are_near(case: tuple[str, str]) -> None:
    near = near_references([case[1]])
    assert all(is_payment_reference(reference) for reference in near)
    assert len(near) < 60


@given(number=st.integers(10**10, 10**11 - 1).map(str))
def test_every_slip_is_told_from_what_is_further_away(number: str) -> None:
    assert all(
        is_one_slip(number, near) for near in one_slip(number, (10, 11, 12)) if near != number
    )
    assert not is_one_slip(number, number)
    assert not is_one_slip(number, f"99{number}")


@pytest.mark.parametrize("lost", [1, 2])
def test_a_reference_cut_at_its_end_is_completed(lost: int) -> None:
    near = near_references([KENMERK[:-lost]])
    assert KENMERK in near


def test_the_tail_of_longer_digits_is_kept_apart_from_slips() -> None:
    slips, tails = near_numbers([f"9000{20260000123}"], {11})
    assert tails == {"20260000123"}
    assert slips == set()


@pytest.mark.parametrize(
    ("run", "cut"),
    [
        (KENMERK[:13], True),
        (KENMERK[3:], True),
        (KENMERK[8:], True),
        (KENMERK[:8], False),
        (KENMERK[-5:], False),
        (KENMERK, False),
    ],
)
def test_what_is_left_of_a_reference_must_be_long_enough_to_mean_it(run: str, cut: bool) -> None:
    assert is_cut(run, KENMERK) is cut


@given(st.integers(0, 10**16 - 1).map(lambda number: f"{number:016}"))
def test_the_fast_check_says_what_the_rule_says(digits: str) -> None:
    assert holds(digits) == is_payment_reference(digits)
