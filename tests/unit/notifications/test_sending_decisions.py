"""What follows an attempt to send: settled, again later, or a person's question."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifications.domain.message import TRANSITIONS, Channel, MessageState, Trigger
from services.notifications.domain.sending import (
    RETRY_DELAYS,
    AskPerson,
    Bounced,
    SendOutcome,
    Sent,
    Settle,
    TryAgain,
    Unknown,
    after_send,
    resolve_unknown,
)

AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
OUTCOMES = st.one_of(
    st.builds(Sent, st.text()),
    st.builds(Bounced, st.text(), st.booleans()),
    st.builds(Unknown, st.text()),
)


@pytest.mark.parametrize(
    ("outcome", "channel", "attempts", "expected"),
    [
        (Sent("q-1"), Channel.EMAIL, 1, Settle(Trigger.SEND, provider_reference="q-1")),
        (Sent("p-1"), Channel.LETTER, 1, Settle(Trigger.HAND_OVER, provider_reference="p-1")),
        (Bounced("smtp_550", True), Channel.EMAIL, 1, Settle(Trigger.BOUNCE, "smtp_550")),
        (Unknown("lost"), Channel.EMAIL, 1, Settle(Trigger.LOSE_TRACK, "lost")),
        (
            Bounced("smtp_451", False),
            Channel.EMAIL,
            1,
            TryAgain(AT + timedelta(minutes=1), "smtp_451"),
        ),
        (
            Bounced("smtp_451", False),
            Channel.EMAIL,
            7,
            TryAgain(AT + timedelta(hours=24), "smtp_451"),
        ),
        (
            Bounced("smtp_451", False),
            Channel.EMAIL,
            8,
            Settle(Trigger.FAIL, "gave_up_after_smtp_451"),
        ),
    ],
)
def test_an_outcome_leads_to(
    outcome: SendOutcome, channel: Channel, attempts: int, expected: object
) -> None:
    assert after_send(outcome, channel, attempts, AT) == expected


@given(OUTCOMES, st.sampled_from(Channel), st.integers(1, 50))
def test_trying_ends_and_what_is_settled_can_be_applied(
    outcome: SendOutcome, channel: Channel, attempts: int
) -> None:
    decision = after_send(outcome, channel, attempts, AT)

    if isinstance(decision, TryAgain):
        assert attempts <= len(RETRY_DELAYS)
        assert decision.not_before > AT
    else:
        assert (MessageState.RENDERED, decision.trigger) in TRANSITIONS
        assert (MessageState.UNKNOWN, decision.trigger) in TRANSITIONS or isinstance(
            outcome, Unknown
        )


def test_each_wait_is_longer_than_the_one_before() -> None:
    assert sorted(set(RETRY_DELAYS)) == list(RETRY_DELAYS)


def test_an_outcome_without_an_attempt_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="after an attempt"):
        after_send(Sent("q"), Channel.EMAIL, 0, AT)


def test_a_lost_mail_goes_once_more_with_its_id_and_then_a_person_is_asked() -> None:
    later = AT + timedelta(minutes=10)

    again = resolve_unknown(Channel.EMAIL, 0, lost_at=AT, at=later)
    assert again == TryAgain(AT + timedelta(minutes=30), "same_message_id_again")
    assert resolve_unknown(Channel.EMAIL, 1, lost_at=AT, at=later) == AskPerson("lost_track_twice")


def test_a_lost_letter_may_be_dropped_again_and_again() -> None:
    tomorrow = AT + timedelta(days=1)

    decision = resolve_unknown(Channel.LETTER, 9, lost_at=AT, at=tomorrow)
    assert decision == TryAgain(tomorrow, "print_house_takes_an_id_once")
