"""By which road a message goes, and why."""

from __future__ import annotations

import itertools

import pytest

from services.notifications.domain.channel import (
    Contact,
    NoChannel,
    Preference,
    Reason,
    Use,
    choose_channel,
)
from services.notifications.domain.message import Channel
from tests.factories.notifications_rendering import a_customer

ADDRESS = a_customer().address
BOTH = Contact(email="sanne@post.example", address=ADDRESS)
EMAIL, LETTER = Channel.EMAIL, Channel.LETTER


@pytest.mark.parametrize(
    ("preference", "contact", "legal", "expected"),
    [
        (Preference(), BOTH, False, Use(EMAIL, Reason.EMAIL_IS_THE_DEFAULT)),
        (Preference(LETTER), BOTH, False, Use(LETTER, Reason.PREFERRED)),
        (Preference(EMAIL), BOTH, False, Use(EMAIL, Reason.PREFERRED)),
        (Preference(EMAIL), BOTH, True, Use(LETTER, Reason.LEGAL_NOTICE_GOES_BY_POST)),
        (Preference(EMAIL, email_for_legal=True), BOTH, True, Use(EMAIL, Reason.PREFERRED)),
        (Preference(LETTER, email_for_legal=True), BOTH, True, Use(LETTER, Reason.PREFERRED)),
        (Preference(), Contact(address=ADDRESS), False, Use(LETTER, Reason.NO_EMAIL)),
        (
            Preference(EMAIL),
            Contact(email="sanne@post.example", email_bounced=True, address=ADDRESS),
            False,
            Use(LETTER, Reason.EMAIL_BOUNCED),
        ),
        (
            Preference(EMAIL),
            Contact(email="sänne@post.example", address=ADDRESS),
            False,
            Use(LETTER, Reason.EMAIL_CANNOT_BE_CARRIED),
        ),
        (
            Preference(),
            Contact(email="sanne@post.example"),
            True,
            Use(EMAIL, Reason.NO_ADDRESS),
        ),
        (
            Preference(LETTER),
            Contact(email="sanne@post.example", address=ADDRESS, post_returned=True),
            False,
            Use(EMAIL, Reason.POST_RETURNED),
        ),
        (Preference(), Contact(), False, NoChannel(Reason.NO_EMAIL, Reason.NO_ADDRESS)),
        (
            Preference(LETTER),
            Contact(
                email="sanne@post.example",
                email_bounced=True,
                address=ADDRESS,
                post_returned=True,
            ),
            True,
            NoChannel(Reason.EMAIL_BOUNCED, Reason.POST_RETURNED),
        ),
    ],
)
def test_the_road_follows_law_then_wish_then_what_is_open(
    preference: Preference, contact: Contact, legal: bool, expected: object
) -> None:
    assert choose_channel(preference, contact, legal=legal) == expected


def test_nobody_is_given_up_while_one_road_is_open() -> None:
    for channel, legal, consent, mail_open, post_open in itertools.product(
        (None, *Channel), (True, False), (True, False), (True, False), (True, False)
    ):
        contact = Contact(
            email="sanne@post.example" if mail_open else None,
            address=ADDRESS if post_open else None,
        )
        decision = choose_channel(Preference(channel, consent), contact, legal=legal)

        assert isinstance(decision, Use) == (mail_open or post_open)
        if isinstance(decision, Use):
            assert mail_open if decision.channel is EMAIL else post_open
