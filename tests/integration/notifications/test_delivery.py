"""What becomes of a message on the road: refused, delayed, lost, interrupted."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.notifications.config import Settings
from services.notifications.service import NotificationsService
from shared.clock import FixedClock
from shared.events.billing import InvoiceIssued
from shared.events.notifications import MessageFailed, MessageSent
from shared.ids import uuid7
from tests.factories.notifications_events import (
    NO_ADDRESS,
    a_claim,
    a_creditor,
    a_customer,
    a_link,
    a_request,
    an_invoice,
    eur,
)
from tests.integration.notifications.post_room import PostRoom


async def an_invoiced_customer(room: PostRoom, **customer: Any) -> InvoiceIssued:
    known = a_customer(uuid7(), **customer)
    invoice = an_invoice(known.customer_id)
    await room.hear(known, invoice, a_link(invoice))
    return invoice


def states(message: dict[str, Any]) -> list[str]:
    return [step["state"] for step in message["states"]]


async def test_a_bounced_mail_goes_out_as_a_letter_and_tells_that_it_was_sent(
    room: PostRoom,
) -> None:
    room.relay.refuse.add("anne@post.example")
    invoice = await an_invoiced_customer(room)
    await room.work()

    message = await room.message_about(invoice.invoice_id)
    assert states(message) == [
        "requested",
        "rendered",
        "bounced",
        "requested",
        "rendered",
        "handed_over",
    ]
    assert [
        (item["channel"], item["outcome"], item["reason"]) for item in message["deliveries"]
    ] == [
        ("email", "refused", "smtp_550_5.1.1"),
        ("letter", "accepted", None),
    ]
    (order,) = room.letters()
    assert (order["id"], order["sha256"]) == (message["id"], message["sha256"])
    letter = await room.served.call("GET", f"/messages/{message['id']}/content")
    assert (room.print_house / order["file"]).read_bytes() == letter.content
    (sent,) = await room.told()
    assert isinstance(sent, MessageSent)
    assert sent.channel == "letter"


async def test_after_a_bounce_the_next_message_does_not_try_the_dead_address(
    room: PostRoom,
) -> None:
    room.relay.refuse.add("anne@post.example")
    invoice = await an_invoiced_customer(room)
    await room.work()
    reminder = a_request(invoice.customer_id, "friendly_reminder", items=(a_claim(invoice),))
    await room.hear(reminder)
    await room.work()
    message = await room.message_about(reminder.cause_id)
    assert (message["channel"], message["reason"]) == ("letter", None)
    assert [item["channel"] for item in message["deliveries"]] == ["letter"]

    renewed = a_customer(invoice.customer_id, version=2, email="anne@nieuw.example")
    second = a_request(invoice.customer_id, "second_reminder", items=(a_claim(invoice),))
    await room.hear(renewed, second)
    await room.work()
    assert room.relay.recipients == ["anne@nieuw.example"]


async def test_a_bounce_with_no_address_known_fails_and_asks_for_a_person(room: PostRoom) -> None:
    room.relay.refuse.add("anne@post.example")
    invoice = await an_invoiced_customer(room, address=NO_ADDRESS)
    await room.work()
    message = await room.message_about(invoice.invoice_id)
    assert states(message)[-3:] == ["bounced", "requested", "failed"]
    assert message["attention"] == "no_channel:email_bounced,no_address"
    assert room.letters() == []
    (failed,) = await room.told()
    assert isinstance(failed, MessageFailed)
    assert (failed.cause_id, failed.reason) == (
        invoice.invoice_id,
        "no_channel:email_bounced,no_address",
    )
    listed = await room.served.get("/messages?attention=true")
    assert [item["id"] for item in listed["items"]] == [message["id"]]


async def test_a_customer_without_email_gets_a_letter(room: PostRoom) -> None:
    invoice = await an_invoiced_customer(room, email=None)
    await room.work()
    message = await room.message_about(invoice.invoice_id)
    assert (message["state"], message["channel"]) == ("handed_over", "letter")
    assert message["sent_on"] == "2026-04-01"
    assert len(room.letters()) == 1


async def test_a_greylisted_mail_is_taken_at_the_second_try(
    room: PostRoom, clock: FixedClock
) -> None:
    room.relay.greylist.add("anne@post.example")
    invoice = await an_invoiced_customer(room)
    await room.work()
    assert room.relay.caught == []
    clock.advance(timedelta(seconds=59))
    await room.work()
    assert room.relay.caught == []
    clock.advance(timedelta(seconds=1))
    await room.work()
    assert room.relay.recipients == ["anne@post.example"]
    message = await room.message_about(invoice.invoice_id)
    assert states(message) == ["requested", "rendered", "sent"]
    assert [item["outcome"] for item in message["deliveries"]] == ["deferred", "accepted"]
    assert message["deliveries"][0]["sha256"] == message["deliveries"][1]["sha256"]


async def test_a_line_that_dies_after_the_data_leaves_it_unknown_and_it_goes_once_more(
    room: PostRoom, clock: FixedClock
) -> None:
    room.relay.cut.add("anne@post.example")
    invoice = await an_invoiced_customer(room)
    await room.work()
    message = await room.message_about(invoice.invoice_id)
    assert (message["state"], message["reason"]) == ("unknown", "smtp_connection_lost_after_data")
    clock.advance(timedelta(minutes=30))
    await room.work()
    first, second = room.relay.caught
    assert first.content == second.content
    assert first.mail["Message-ID"] == second.mail["Message-ID"]
    message = await room.message_about(invoice.invoice_id)
    assert states(message) == ["requested", "rendered", "unknown", "rendered", "sent"]
    assert len(await room.told()) == 1


async def test_a_message_lost_twice_waits_for_a_person(room: PostRoom, clock: FixedClock) -> None:
    invoice = await an_invoiced_customer(room)
    for _ in range(2):
        room.relay.cut.add("anne@post.example")
        await room.work()
        clock.advance(timedelta(minutes=30))
    await room.work()
    message = await room.message_about(invoice.invoice_id)
    assert (message["state"], message["attention"]) == ("unknown", "lost_track_twice")
    assert len(room.relay.caught) == 2


async def test_while_the_relay_is_away_nothing_fails_and_then_all_of_it_goes(
    room: PostRoom, clock: FixedClock
) -> None:
    invoices = [await an_invoiced_customer(room, email=f"k{n}@post.example") for n in range(8)]
    await room.relay.stop()
    for _ in range(12):
        await room.work()
        clock.advance(timedelta(hours=6))
    message = await room.message_about(invoices[0].invoice_id)
    assert (message["state"], message["attempts"]) == ("rendered", 0)
    await room.relay.start()
    await room.work()
    assert room.relay.recipients == sorted(f"k{n}@post.example" for n in range(8))
    assert len(await room.told()) == 8


async def test_a_crash_between_archive_and_relay_sends_once_after_the_restart(
    room: PostRoom, settings: dict[str, Any], clock: FixedClock
) -> None:
    invoice = await an_invoiced_customer(room)
    assert await room.turn().write() == 1
    await room.service.close()
    assert room.relay.caught == []

    room.service = NotificationsService(Settings(**settings), clock)
    await room.work()
    await room.work()
    message = await room.message_about(invoice.invoice_id)
    assert states(message) == ["requested", "rendered", "sent"]
    (caught,) = room.relay.caught
    content = await room.served.call("GET", f"/messages/{message['id']}/content")
    assert content.content == caught.content


async def test_two_workers_at_once_send_each_message_once(
    room: PostRoom, settings: dict[str, Any], clock: FixedClock
) -> None:
    for number in range(12):
        await an_invoiced_customer(room, email=f"k{number}@post.example")
    other = PostRoom(
        NotificationsService(Settings(**settings), clock),
        room.served,
        room.relay,
        room.print_house,
        room.creditor_id,
    )
    await asyncio.gather(room.work(), other.work())
    await room.work()
    await other.service.close()
    assert room.relay.recipients == sorted(f"k{number}@post.example" for number in range(12))


async def test_one_message_that_cannot_be_written_stops_no_other(room: PostRoom) -> None:
    broken = a_request(uuid7(), "no_such_template")
    await room.hear(a_customer(broken.customer_id), broken)
    invoice = await an_invoiced_customer(room, email="k2@post.example")
    await room.work()
    message = await room.message_about(broken.cause_id)
    assert (message["state"], message["attention"]) == ("failed", "unknown_template")
    assert (await room.message_about(invoice.invoice_id))["state"] == "sent"
    told = {event.cause_id: event for event in await room.told()}
    assert isinstance(told[broken.cause_id], MessageFailed)


async def test_facts_that_do_not_fit_name_the_field_and_not_its_value(room: PostRoom) -> None:
    customer = a_customer(uuid7())
    invoice = an_invoice(customer.customer_id)
    letter = a_request(customer.customer_id, "fourteen_day_letter", items=(a_claim(invoice),))
    await room.hear(customer, letter)
    await room.work()
    message = await room.message_about(letter.cause_id)
    assert (message["state"], message["reason"]) == ("failed", "facts_do_not_fit:costs")


async def test_a_fourteen_day_letter_goes_by_post_with_the_costs_that_will_be_claimed(
    room: PostRoom,
) -> None:
    customer = a_customer(uuid7())
    invoice = an_invoice(customer.customer_id)
    letter = a_request(
        customer.customer_id,
        "fourteen_day_letter",
        items=(a_claim(invoice),),
        costs_if_unpaid=eur("40.00"),
    )
    await room.hear(customer, letter)
    await room.work()
    message = await room.message_about(letter.cause_id)
    assert (message["channel"], message["state"]) == ("letter", "handed_over")
    assert room.relay.caught == []
    (sent,) = await room.told()
    assert (sent.message_id, sent.cause_id) == (letter.message_id, letter.cause_id)


async def test_an_incomplete_letter_head_makes_messages_wait_and_not_fail(room: PostRoom) -> None:
    invoice = await an_invoiced_customer(room)
    await room.hear(a_creditor(room.creditor_id, version=2, iban="NL00BANK0000000000"))
    await room.work()
    assert (await room.message_about(invoice.invoice_id))["state"] == "requested"
    await room.hear(a_creditor(room.creditor_id, version=3))
    await room.work()
    assert room.relay.recipients == ["anne@post.example"]


async def test_late_and_repeated_versions_of_a_customer_change_nothing(room: PostRoom) -> None:
    customer_id: UUID = uuid7()
    await room.hear(a_customer(customer_id, version=3, email="nieuw@post.example"))
    await room.hear(a_customer(customer_id, version=2, email="oud@post.example"))
    invoice = an_invoice(customer_id)
    await room.hear(invoice, a_link(invoice))
    await room.work()
    assert room.relay.recipients == ["nieuw@post.example"]
