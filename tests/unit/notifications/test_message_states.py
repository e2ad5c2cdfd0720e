"""The life of a message: every pair of state and trigger is visited."""

from __future__ import annotations

import pytest

from services.notifications.domain.message import (
    FINAL_STATES,
    TRANSITIONS,
    MessageState,
    Trigger,
    transition,
)
from shared.errors import IllegalTransition

S, T = MessageState, Trigger


@pytest.mark.parametrize("trigger", Trigger)
@pytest.mark.parametrize("state", MessageState)
def test_a_message_moves_by_the_table_and_by_nothing_else(
    state: MessageState, trigger: Trigger
) -> None:
    if (state, trigger) in TRANSITIONS:
        assert transition(state, trigger) is TRANSITIONS[state, trigger]
        return
    with pytest.raises(IllegalTransition, match=f"{state.value} cannot {trigger.value}"):
        transition(state, trigger)


@pytest.mark.parametrize(
    "story",
    [
        [(T.RENDER, S.RENDERED), (T.SEND, S.SENT), (T.DELIVER, S.DELIVERED)],
        [(T.RENDER, S.RENDERED), (T.SEND, S.SENT), (T.BOUNCE, S.BOUNCED)],
        [(T.RENDER, S.RENDERED), (T.BOUNCE, S.BOUNCED), (T.FALL_BACK, S.REQUESTED)],
        [(T.RENDER, S.RENDERED), (T.HAND_OVER, S.HANDED_OVER), (T.POST, S.POSTED)],
        [(T.RENDER, S.RENDERED), (T.LOSE_TRACK, S.UNKNOWN), (T.RESEND, S.RENDERED)],
        [(T.RENDER, S.RENDERED), (T.WITHDRAW, S.WITHDRAWN)],
        [(T.FAIL, S.FAILED)],
    ],
)
def test_a_story_of_a_message(story: list[tuple[Trigger, MessageState]]) -> None:
    state = S.REQUESTED
    for trigger, expected in story:
        state = transition(state, trigger)
        assert state is expected


def test_what_has_left_the_house_cannot_be_withdrawn() -> None:
    for state in (S.SENT, S.HANDED_OVER, S.POSTED, S.DELIVERED, S.UNKNOWN):
        assert (state, T.WITHDRAW) not in TRANSITIONS


def test_every_state_can_be_reached_and_the_ends_are_these() -> None:
    reached = {S.REQUESTED}
    for _ in MessageState:
        reached |= {after for (before, _), after in TRANSITIONS.items() if before in reached}

    assert reached == set(MessageState)
    assert {S.FAILED, S.WITHDRAWN} == FINAL_STATES
