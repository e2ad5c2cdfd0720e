from __future__ import annotations

import base64
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payments.domain.links import Link, NoSuchLink, open_link, seal_link
from shared.ids import uuid7

KEY = b"a key of this test alone"
TODAY = date(2026, 4, 1)
LINK = Link(uuid7(), uuid7(), TODAY + timedelta(days=30))


def test_a_sealed_link_opens_to_what_was_sealed() -> None:
    assert open_link(seal_link(LINK, KEY), KEY, TODAY) == LINK


def test_a_link_works_on_its_last_day_and_not_after() -> None:
    token = seal_link(LINK, KEY)
    assert open_link(token, KEY, LINK.valid_until) == LINK
    with pytest.raises(NoSuchLink):
        open_link(token, KEY, LINK.valid_until + timedelta(days=1))


def test_a_link_of_another_key_is_none() -> None:
    with pytest.raises(NoSuchLink):
        open_link(seal_link(LINK, b"another key"), KEY, TODAY)


@given(place=st.integers(0, 49), bit=st.integers(0, 7))
def test_no_bit_of_a_link_can_be_changed(place: int, bit: int) -> None:
    token = seal_link(LINK, KEY)
    raw = bytearray(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    raw[place] ^= 1 << bit
    changed = base64.urlsafe_b64encode(bytes(raw)).decode().rstrip("=")
    with pytest.raises(NoSuchLink):
        open_link(changed, KEY, TODAY)


@given(st.text(max_size=120))
def test_what_is_no_link_is_refused_alike(text: str) -> None:
    with pytest.raises(NoSuchLink):
        open_link(text, KEY, TODAY)
