"""By which road a message goes: a decision with its reason, made from preference and contact."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from services.notifications.domain.message import Channel
from services.notifications.domain.parties import PostalAddress
from services.notifications.domain.text import is_sendable_email


@dataclass(frozen=True, slots=True)
class Preference:
    """What the customer asked for. `email_for_legal`: agreed to legal notices by e-mail."""

    channel: Channel | None = None
    email_for_legal: bool = False


@dataclass(frozen=True, slots=True)
class Contact:
    """Where the customer can be reached. `email_bounced`: the last mail came back for good."""

    email: str | None = None
    email_bounced: bool = False
    address: PostalAddress | None = None
    post_returned: bool = False


class Reason(StrEnum):
    PREFERRED = "preferred"
    EMAIL_IS_THE_DEFAULT = "email_is_the_default"
    LEGAL_NOTICE_GOES_BY_POST = "legal_notice_goes_by_post"
    NO_EMAIL = "no_email"
    EMAIL_BOUNCED = "email_bounced"
    EMAIL_CANNOT_BE_CARRIED = "email_cannot_be_carried"
    NO_ADDRESS = "no_address"
    POST_RETURNED = "post_returned"


@dataclass(frozen=True, slots=True)
class Use:
    channel: Channel
    reason: Reason


@dataclass(frozen=True, slots=True)
class NoChannel:
    """Nobody can be reached: a person must find an address. Both roads' obstacles are named."""

    email: Reason
    letter: Reason


ChannelDecision = Use | NoChannel


def choose_channel(preference: Preference, contact: Contact, *, legal: bool) -> ChannelDecision:
    """The road for one message.

    A legal notice goes by post unless the customer agreed to e-mail, because the proof of arrival
    is the creditor's (HR 25-11-2016, ECLI:NL:HR:2016:2704, and the post's two-day presumption).
    When the wanted road is closed the other is taken, and the reason says what closed it.
    """
    closed = {Channel.EMAIL: _email_obstacle(contact), Channel.LETTER: _letter_obstacle(contact)}
    wanted, why = _wanted(preference, legal=legal)
    other = Channel.LETTER if wanted is Channel.EMAIL else Channel.EMAIL
    obstacle = closed[wanted]
    if obstacle is None:
        return Use(wanted, why)
    other_obstacle = closed[other]
    if other_obstacle is None:
        return Use(other, obstacle)
    if wanted is Channel.EMAIL:
        return NoChannel(email=obstacle, letter=other_obstacle)
    return NoChannel(email=other_obstacle, letter=obstacle)


def _wanted(preference: Preference, *, legal: bool) -> tuple[Channel, Reason]:
    if legal and not preference.email_for_legal:
        return Channel.LETTER, Reason.LEGAL_NOTICE_GOES_BY_POST
    if preference.channel is not None:
        return preference.channel, Reason.PREFERRED
    return Channel.EMAIL, Reason.EMAIL_IS_THE_DEFAULT


def _email_obstacle(contact: Contact) -> Reason | None:
    if not contact.email:
        return Reason.NO_EMAIL
    if not is_sendable_email(contact.email):
        return Reason.EMAIL_CANNOT_BE_CARRIED
    return Reason.EMAIL_BOUNCED if contact.email_bounced else None


def _letter_obstacle(contact: Contact) -> Reason | None:
    if contact.address is None:
        return Reason.NO_ADDRESS
    return Reason.POST_RETURNED if contact.post_returned else None
