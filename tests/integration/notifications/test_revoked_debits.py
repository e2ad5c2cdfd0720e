"""An announcement that left and is no longer true: its reader is told so, once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from services.notifications.domain.sending import Sent
from services.notifications.use_cases.hand_over import Tried
from services.notifications.use_cases.load_outgoing import load_outgoing
from services.notifications.use_cases.record_outcomes import record_outcomes
from shared.clock import FixedClock
from shared.db import Scope
from shared.events.payments import DebitAnnounced, DebitReturned
from shared.ids import uuid7
from tests.factories.notifications_events import a_customer
from tests.integration.notifications.post_room import PostRoom
from tests.integration.notifications.test_announced_debits import (
    announced,
    cancelled,
    cause,
    mails,
)

QUARTER = timedelta(minutes=15)


def returned(event: DebitAnnounced, code: str, **told: bool) -> DebitReturned:
    return DebitReturned(
        debit_id=event.debit_id,
        invoice_id=event.invoice_id,
        customer_id=event.customer_id,
        amount=event.amount,
        return_code=code,
        returned_on=date(2026, 4, 2),
        **told,
    )


async def sent(room: PostRoom, *amounts: str) -> list[DebitAnnounced]:
    customer_id = uuid7()
    events = announced(customer_id, *amounts)
    await room.hear(a_customer(customer_id), *events)
    await room.work()
    assert len(mails(room)) == 1
    return events


async def later(room: PostRoom, clock: FixedClock) -> list[str]:
    """What was said since the announcement, a quarter of an hour on."""
    clock.advance(QUARTER)
    await room.work()
    return mails(room)[1:]


async def test_one_mail_says_that_nothing_of_a_cancelled_run_will_be_collected(
    room: PostRoom, clock: FixedClock
) -> None:
    """Its debits end one by one; the same told twice says nothing more."""
    events = await sent(room, "69.41", "30.59")
    first = await room.hear(cancelled(events[0]))
    await room.work()
    assert len(mails(room)) == 1
    await room.hear(cancelled(events[1]))
    (said,) = await later(room, clock)
    for told in (
        "15 april 2026",
        "De afschrijving van € 100,00 gaat niet door",
        "Wat wij niet afschrijven",
        "69,41",
        "30,59",
        "M-2026-000077",
        "Dan krijgt u eerst een nieuw bericht",
    ):
        assert told in said.replace("\xa0", " ")
    assert "nog wel" not in said
    await room.hear(*first, cancelled(events[0]))
    assert await later(room, clock) == [said]


async def test_what_will_still_be_collected_is_told_with_its_new_amount(
    room: PostRoom, clock: FixedClock
) -> None:
    """And when that ends as well, another mail tells of that alone."""
    events = await sent(room, "69.41", "30.59")
    await room.hear(cancelled(events[0]))
    (said,) = await later(room, clock)
    said = said.replace("\xa0", " ")
    assert "De afschrijving van € 69,41 gaat niet door" in said
    assert "nog wel € 30,59 af. Dat is voor factuur 2026-2" in said
    await room.hear(cancelled(events[1]))
    _, again = await later(room, clock)
    assert "De afschrijving van € 30,59 gaat niet door" in again.replace("\xa0", " ")
    assert "69,41" not in again


async def test_who_was_never_told_of_it_is_not_told_that_it_ended(
    room: PostRoom, clock: FixedClock
) -> None:
    """One announcement was written and had not left; the other customer was told of one debit."""
    first, second = uuid7(), uuid7()
    unsent, partly = announced(first, "69.41"), announced(second, "12.34", "30.59")
    await room.hear(a_customer(first), *unsent)
    await room.turn().write()
    await room.hear(a_customer(second), *partly, cancelled(partly[0]), cancelled(unsent[0]))
    await room.work()
    (said,) = mails(room)
    assert "30,59" in said
    assert await later(room, clock) == []
    await room.hear(cancelled(partly[1]))
    (revoked,) = await later(room, clock)
    assert "30,59" in revoked
    assert "12,34" not in revoked


@pytest.mark.parametrize(
    ("code", "told", "is_revoked"),
    [
        ("TECH", {"never_collected": True, "concerns_debtor": False}, True),
        # Collections writes to the debtor about it.
        ("AC01", {"never_collected": True, "concerns_debtor": True}, False),
        # It did take place, and came back for a fault of ours.
        ("AM05", {"never_collected": False, "concerns_debtor": False}, False),
    ],
)
async def test_a_debit_that_came_back_is_revoked_when_it_never_took_place(
    room: PostRoom, clock: FixedClock, code: str, told: dict[str, bool], is_revoked: bool
) -> None:
    events = await sent(room, "69.41")
    await room.hear(returned(events[0], code, **told))
    assert len(await later(room, clock)) == is_revoked


async def test_a_mail_that_was_on_its_way_when_the_debit_ended_is_revoked(
    room: PostRoom, clock: FixedClock
) -> None:
    """The relay takes it while the announcement is withdrawn here."""
    customer_id = uuid7()
    events = announced(customer_id, "69.41")
    await room.hear(a_customer(customer_id), *events)
    await room.turn().write()
    service = room.service
    clock.advance(timedelta(seconds=1))
    scope = Scope(room.creditor_id, "system:test")
    async with service.db.read(scope) as reading:
        ready, _ = await load_outgoing(reading, vault=service.vault, clock=clock, limit=10)
    await room.hear(cancelled(events[0]))
    async with service.db.write(scope) as session:
        await record_outcomes(
            session,
            [Tried(ready[0], Sent("taken"))],
            vault=service.vault,
            clock=clock,
            print_house_days=0,
        )
    await room.work()
    assert mails(room) == []
    clock.advance(QUARTER)
    await room.work()
    (said,) = mails(room)
    assert "De afschrijving van € 69,41 gaat niet door" in said.replace("\xa0", " ")


async def test_a_mail_that_went_out_once_more_after_the_debit_ended_is_revoked(
    room: PostRoom, clock: FixedClock
) -> None:
    """The line died after the data: nobody knew whether the announcement had arrived."""
    customer_id = uuid7()
    events = announced(customer_id, "69.41", "30.59")
    await room.hear(a_customer(customer_id), *events)
    room.relay.cut.add("anne@post.example")
    await room.work()
    assert (await room.message_about(cause(events)))["state"] == "unknown"
    clock.advance(timedelta(minutes=10))
    await room.hear(cancelled(events[0]))
    clock.advance(timedelta(minutes=20))
    await room.work()
    assert (await room.message_about(cause(events)))["state"] == "sent"
    clock.advance(QUARTER)
    await room.work()
    said = mails(room)[-1].replace("\xa0", " ")
    assert "De afschrijving van € 69,41 gaat niet door" in said
    assert "nog wel € 30,59 af" in said


async def test_who_prefers_letters_gets_a_letter_in_their_language(
    room: PostRoom, clock: FixedClock
) -> None:
    customer_id = uuid7()
    await room.hear(a_customer(customer_id, language="pl", email=None))
    events = announced(customer_id, "69.41")
    await room.hear(*events)
    await room.work()
    clock.advance(QUARTER)
    await room.hear(cancelled(events[0]))
    clock.advance(QUARTER)
    await room.work()
    page = await room.served.get(f"/messages?customer_id={customer_id}")
    assert [
        (message["template"], message["state"], message["language"]) for message in page["items"]
    ] == [
        ("direct_debit_revoked", "handed_over", "pl"),
        ("direct_debit_announced", "handed_over", "pl"),
    ]
