"""What came of a hand-over, and what to do next: all values, no clock and no network."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.notifications.domain.message import Channel, Trigger

# Minutes at first for a relay that greylists, a day at last for a mailbox that is full.
RETRY_DELAYS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
)
RESEND_UNKNOWN_AFTER = timedelta(minutes=30)
RESENDS_MAX = 1


@dataclass(frozen=True, slots=True)
class Sent:
    """Taken over by relay or print house; the reference is theirs."""

    provider_reference: str


@dataclass(frozen=True, slots=True)
class Bounced:
    """Refused. `reason_code` is stable and holds no personal data, such as `smtp_550_5.1.1`.

    `permanent`: the same message to the same place will be refused again.
    """

    reason_code: str
    permanent: bool


@dataclass(frozen=True, slots=True)
class Unknown:
    """The road broke after the message was on it: it may have arrived."""

    reason: str


SendOutcome = Sent | Bounced | Unknown


@dataclass(frozen=True, slots=True)
class Settle:
    """Move the message by `trigger`; nothing more will be tried by itself."""

    trigger: Trigger
    reason: str | None = None
    provider_reference: str | None = None


@dataclass(frozen=True, slots=True)
class TryAgain:
    """The same bytes again, not before this instant."""

    not_before: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class AskPerson:
    """Repeating might annoy and stopping might lose a notice: somebody decides."""

    reason: str


def after_send(
    outcome: SendOutcome, channel: Channel, attempts_made: int, at: datetime
) -> Settle | TryAgain:
    """What follows an attempt; `attempts_made` counts this one, so it is at least 1."""
    if attempts_made < 1:
        raise ValueError("an outcome comes after an attempt")
    if isinstance(outcome, Sent):
        trigger = Trigger.SEND if channel is Channel.EMAIL else Trigger.HAND_OVER
        return Settle(trigger, provider_reference=outcome.provider_reference)
    if isinstance(outcome, Unknown):
        return Settle(Trigger.LOSE_TRACK, reason=outcome.reason)
    if outcome.permanent:
        return Settle(Trigger.BOUNCE, reason=outcome.reason_code)
    if attempts_made > len(RETRY_DELAYS):
        return Settle(Trigger.FAIL, reason=f"gave_up_after_{outcome.reason_code}")
    return TryAgain(at + RETRY_DELAYS[attempts_made - 1], outcome.reason_code)


def resolve_unknown(
    channel: Channel, resends_made: int, lost_at: datetime, at: datetime
) -> TryAgain | AskPerson:
    """What to do with a message nobody is sure of.

    A print house takes an id once, so repeating is free. A mail relay cannot be asked; a repeat
    carries the same Message-ID, and two copies harm less than a lost notice, so it goes once more.
    """
    not_before = max(lost_at + RESEND_UNKNOWN_AFTER, at)
    if channel is Channel.LETTER:
        return TryAgain(not_before, "print_house_takes_an_id_once")
    if resends_made < RESENDS_MAX:
        return TryAgain(not_before, "same_message_id_again")
    return AskPerson("lost_track_twice")
