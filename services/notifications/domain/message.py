"""A message's life: which states it has and the only table that moves it between them."""

from __future__ import annotations

from enum import StrEnum

from shared.errors import IllegalTransition


class Channel(StrEnum):
    EMAIL = "email"
    LETTER = "letter"


class MessageState(StrEnum):
    REQUESTED = "requested"
    RENDERED = "rendered"
    SENT = "sent"
    """The mail relay took it."""
    HANDED_OVER = "handed_over"
    """The print house has the file."""
    POSTED = "posted"
    """Printed and in the mail; for a legal letter this is the day of dispatch."""
    DELIVERED = "delivered"
    UNKNOWN = "unknown"
    """The road broke while it was being handed over: it may or may not have gone."""
    BOUNCED = "bounced"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"
    """Overtaken before it left: paid, disputed, erased."""


class Trigger(StrEnum):
    RENDER = "render"
    SEND = "send"
    HAND_OVER = "hand_over"
    POST = "post"
    DELIVER = "deliver"
    LOSE_TRACK = "lose_track"
    RESEND = "resend"
    BOUNCE = "bounce"
    FALL_BACK = "fall_back"
    """Written anew for the road that is left."""
    FAIL = "fail"
    WITHDRAW = "withdraw"
    REVISE = "revise"
    """Written anew, because what it says changed before it left."""


TRANSITIONS: dict[tuple[MessageState, Trigger], MessageState] = {
    (MessageState.REQUESTED, Trigger.RENDER): MessageState.RENDERED,
    (MessageState.REQUESTED, Trigger.FAIL): MessageState.FAILED,
    (MessageState.REQUESTED, Trigger.WITHDRAW): MessageState.WITHDRAWN,
    (MessageState.RENDERED, Trigger.SEND): MessageState.SENT,
    (MessageState.RENDERED, Trigger.HAND_OVER): MessageState.HANDED_OVER,
    (MessageState.RENDERED, Trigger.LOSE_TRACK): MessageState.UNKNOWN,
    (MessageState.RENDERED, Trigger.BOUNCE): MessageState.BOUNCED,
    (MessageState.RENDERED, Trigger.FAIL): MessageState.FAILED,
    (MessageState.RENDERED, Trigger.WITHDRAW): MessageState.WITHDRAWN,
    (MessageState.RENDERED, Trigger.REVISE): MessageState.REQUESTED,
    (MessageState.BOUNCED, Trigger.FALL_BACK): MessageState.REQUESTED,
    (MessageState.UNKNOWN, Trigger.RESEND): MessageState.RENDERED,
    (MessageState.UNKNOWN, Trigger.SEND): MessageState.SENT,
    (MessageState.UNKNOWN, Trigger.HAND_OVER): MessageState.HANDED_OVER,
    (MessageState.UNKNOWN, Trigger.DELIVER): MessageState.DELIVERED,
    (MessageState.UNKNOWN, Trigger.BOUNCE): MessageState.BOUNCED,
    (MessageState.UNKNOWN, Trigger.FAIL): MessageState.FAILED,
    (MessageState.SENT, Trigger.DELIVER): MessageState.DELIVERED,
    (MessageState.SENT, Trigger.BOUNCE): MessageState.BOUNCED,
    (MessageState.HANDED_OVER, Trigger.POST): MessageState.POSTED,
    (MessageState.HANDED_OVER, Trigger.FAIL): MessageState.FAILED,
    (MessageState.POSTED, Trigger.DELIVER): MessageState.DELIVERED,
    (MessageState.POSTED, Trigger.BOUNCE): MessageState.BOUNCED,
    # A relay can report "delivered" and still return the mail; post comes back weeks later.
    (MessageState.DELIVERED, Trigger.BOUNCE): MessageState.BOUNCED,
}

FINAL_STATES = frozenset(
    state for state in MessageState if not any(origin is state for origin, _ in TRANSITIONS)
)


def transition(state: MessageState, trigger: Trigger) -> MessageState:
    """The next state; raises `IllegalTransition` where the table has no row."""
    try:
        return TRANSITIONS[state, trigger]
    except KeyError:
        raise IllegalTransition("message", state.value, trigger.value) from None
