from __future__ import annotations

import base64
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.payments.domain.links import Link, NoSuchLink, open_link, seal_link
from shared.ids import uuid7

KEY = b"a key of this test alone"
LINK = Link(uuid7(), uuid7())


def test_a_sealed_link_opens_to_what_was_sealed() -> None:
    assert open_link(seal_link(LINK, KEY), KEY) == LINK


def test_a_token_is_the_same_every_time_and_shows_no_id() -> None:
    """A link can be made anew from its id, and whoever reads it learns neither id in it."""
    token = seal_link(LINK, KEY)
    assert token == seal_link(LINK, KEY)
    raw = base64.urlsafe_b64decode(token)
    assert LINK.id.bytes not in raw
    assert LINK.creditor_id.bytes not in raw


def former_token(key: bytes = KEY) -> str:
    """As links were made at first: both ids, a last day, and 16 bytes of HMAC-SHA256."""
    body = LINK.creditor_id.bytes + LINK.id.bytes + (2_345).to_bytes(2, "big")
    mac = hmac.digest(key, b"inning payment link v1" + body, "sha256")[:16]
    return base64.urlsafe_b64encode(body + mac).decode().rstrip("=")


def test_a_link_of_the_first_kind_still_opens() -> None:
    """It stands in letters that people kept."""
    assert open_link(former_token(), KEY) == LINK
    with pytest.raises(NoSuchLink):
        open_link(former_token(b"another key"), KEY)


def test_a_link_of_another_key_is_none() -> None:
    with pytest.raises(NoSuchLink):
        open_link(seal_link(LINK, b"another key"), KEY)


@given(token=st.sampled_from([seal_link(LINK, KEY), former_token()]), data=st.data())
def test_no_bit_of_a_link_can_be_changed(token: str, data: st.DataObject) -> None:
    raw = bytearray(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    place, bit = data.draw(st.integers(0, len(raw) - 1)), data.draw(st.integers(0, 7))
    raw[place] ^= 1 << bit
    changed = base64.urlsafe_b64encode(bytes(raw)).decode().rstrip("=")
    with pytest.raises(NoSuchLink):
        open_link(changed, KEY)


@given(st.text(max_size=120))
def test_what_is_no_link_is_refused_alike(text: str) -> None:
    with pytest.raises(NoSuchLink):
        open_link(text, KEY)
