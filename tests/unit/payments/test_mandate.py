"""What the bank is told when a mandate changed, and what confirms one that was asked for online."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payments.domain.confirmation import (
    SECRET_BYTES,
    NoSuchRequest,
    creditor_of,
    hash_of,
    make_token,
)
from services.payments.domain.mandate import MandateFacts, amendment_of
from shared.ids import uuid7

FACTS = st.builds(
    MandateFacts,
    reference=st.sampled_from(["M-1", "M-2"]),
    iban=st.sampled_from(["NL86INGB0002445588", "NL69INGB0123456789", "NL02ABNA0123456789"]),
    creditor_id=st.sampled_from(["NL79ZZZ999999990000", "DE98ZZZ09999999999"]),
)


@given(told=st.none() | FACTS, now=FACTS)
def test_an_amendment_names_what_differs_and_nothing_else(
    told: MandateFacts | None, now: MandateFacts
) -> None:
    """With it the bank gets from what it was told to what is so now."""
    amendment = amendment_of(told, now)
    if told is None or told == now:
        assert amendment is None
        return
    assert amendment is not None
    before = MandateFacts(
        reference=amendment.original_reference or now.reference,
        iban=amendment.original_iban or now.iban,
        creditor_id=amendment.original_creditor_id or now.creditor_id,
    )
    assert before == told
    assert amendment.at_other_bank is (told.iban[4:8] != now.iban[4:8])


@given(secret=st.binary(min_size=SECRET_BYTES, max_size=SECRET_BYTES))
def test_a_confirmation_finds_its_creditor_and_says_nothing_else(secret: bytes) -> None:
    creditor_id = uuid7()
    token = make_token(creditor_id, secret)
    assert creditor_of(token) == creditor_id
    assert len(hash_of(token)) == 32


@pytest.mark.parametrize("token", ["", "x", "%%%", "A" * 52, "A" * 60])
def test_what_is_no_confirmation_is_refused_alike(token: str) -> None:
    with pytest.raises(NoSuchRequest):
        creditor_of(token)
