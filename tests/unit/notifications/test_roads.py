"""What a refusal says about the road or the address rather than about the message."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from uuid import UUID

import pytest

from services.notifications.domain.message import Channel
from services.notifications.domain.rendered import RenderedMessage
from services.notifications.domain.road import address_is_dead, road_is_closed
from services.notifications.domain.sending import Bounced, SendOutcome, Sent, Unknown
from services.notifications.senders.fake import RecordingSender
from services.notifications.use_cases.hand_over import Tried, hand_over
from services.notifications.use_cases.load_outgoing import Outgoing
from shared.ids import uuid7
from tests.factories.notifications_rendering import a_message


@pytest.mark.parametrize(
    ("reason", "dead"),
    [
        ("smtp_550_5.1.1", True),
        ("smtp_550_5.1.10", True),
        ("smtp_550_5.2.1", True),
        ("smtp_552_5.2.2", False),
        ("smtp_554_5.7.1", False),
        ("smtp_550_5.7.26", False),
        ("smtp_550", True),
        ("smtp_554", False),
        ("smtp_relay_535", False),
        ("gave_up_after_smtp_450", False),
    ],
)
def test_only_a_refused_address_is_given_up(reason: str, *, dead: bool) -> None:
    assert address_is_dead(reason) is dead


@pytest.mark.parametrize(
    ("outcome", "closed"),
    [
        (Bounced("smtp_unreachable", permanent=False), True),
        (Bounced("smtp_relay_421", permanent=False), True),
        (Bounced("print_house_folder_28", permanent=False), True),
        (Bounced("smtp_451_4.7.1", permanent=False), False),
        (Bounced("smtp_connection_lost", permanent=False), False),
        (Bounced("smtp_550_5.1.1", permanent=True), False),
        (Unknown("smtp_connection_lost_after_data"), False),
        (Sent("Q1"), False),
    ],
)
def test_only_what_is_about_the_road_closes_it(outcome: SendOutcome, *, closed: bool) -> None:
    assert road_is_closed(outcome) is closed


def outgoing(count: int, channel: Channel = Channel.EMAIL) -> list[Outgoing]:
    return [Outgoing(uuid7(), a_message(channel=channel, message_id=uuid7())) for _ in range(count)]


def id_of(tried: Tried) -> UUID:
    return tried.outgoing.message.message_id


async def all_of(
    messages: Sequence[Outgoing], email: RecordingSender, at_once: int = 2
) -> list[Sequence[Tried]]:
    roads = {Channel.EMAIL: email, Channel.LETTER: RecordingSender()}
    return [group async for group in hand_over(messages, roads, at_once=at_once)]


async def test_every_message_comes_out_once_with_its_outcome() -> None:
    messages = outgoing(9) + outgoing(3, Channel.LETTER)
    groups = await all_of(messages, RecordingSender())
    tried = [item for group in groups for item in group]
    assert sorted(map(id_of, tried)) == sorted(item.message.message_id for item in messages)
    assert all(isinstance(item.outcome, Sent) for item in tried)


async def test_a_closed_road_is_tried_once_by_each_connection_and_no_more() -> None:
    messages = outgoing(20)
    away: SendOutcome = Bounced("smtp_unreachable", permanent=False)
    sender = RecordingSender({item.message.message_id: away for item in messages})
    groups = await all_of(messages, sender)
    tried = [item for group in groups for item in group]
    assert len(sender.taken) == 2
    assert len(tried) == 20
    assert sum(item.outcome is None for item in tried) == 18


class Quick(RecordingSender):
    """Answers at once, and shows how far it ran ahead of whoever records."""

    async def send(self, message: RenderedMessage) -> SendOutcome:
        await asyncio.sleep(0)
        return await super().send(message)


async def test_sending_does_not_run_far_ahead_of_what_is_recorded() -> None:
    sender = Quick()
    roads = {Channel.EMAIL: sender, Channel.LETTER: RecordingSender()}
    recorded, ahead = 0, 0
    async for group in hand_over(outgoing(60), roads, at_once=2):
        for _ in range(50):
            await asyncio.sleep(0)
        ahead = max(ahead, len(sender.taken) - recorded)
        recorded += len(group)
    assert recorded == 60
    # The group at hand, those that wait, and one that each connection holds.
    assert ahead <= 4 + 4 + 2 + 2
