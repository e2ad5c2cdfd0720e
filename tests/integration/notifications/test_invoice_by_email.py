"""An issued invoice leads to one e-mail, and the archive holds exactly what left."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from services.notifications.use_cases.measure_waiting import measure_waiting_s
from shared.clock import FixedClock
from shared.events.notifications import MessageSent
from shared.ids import uuid7
from tests.factories.notifications_events import (
    a_claim,
    a_credit_note,
    a_customer,
    a_link,
    a_mandate,
    a_request,
    an_invoice,
    eur,
)
from tests.integration.notifications.post_room import PostRoom


async def test_an_issued_invoice_is_mailed_once_and_the_archive_holds_those_bytes(
    room: PostRoom, clock: FixedClock
) -> None:
    customer = a_customer(uuid7())
    invoice = an_invoice(customer.customer_id)
    await room.hear(customer, invoice, a_link(invoice))
    await room.work()

    (caught,) = room.relay.caught
    assert caught.recipient == "anne@post.example"
    assert caught.sender.startswith("debiteuren+")
    assert "69,41" in caught.text
    assert a_link(invoice).url in caught.text
    assert [part.get_content_type() for part in caught.mail.iter_attachments()] == [
        "application/pdf"
    ]

    message = await room.message_about(invoice.invoice_id)
    content = await room.served.call("GET", f"/messages/{message['id']}/content")
    assert content.content == caught.content
    assert hashlib.sha256(caught.content).hexdigest() == message["sha256"]
    assert [step["state"] for step in message["states"]] == ["requested", "rendered", "sent"]
    assert [item["outcome"] for item in message["deliveries"]] == ["accepted"]

    (sent,) = await room.told()
    assert sent == MessageSent(
        message_id=message["id"],
        cause_id=invoice.invoice_id,
        customer_id=customer.customer_id,
        template="invoice",
        channel="email",
        sent_at=clock.now(),
        sent_on=clock.now().date(),
        sha256=message["sha256"],
    )


async def test_the_pdf_of_an_invoice_can_be_fetched_by_itself(room: PostRoom) -> None:
    customer = a_customer(uuid7())
    invoice = an_invoice(customer.customer_id)
    await room.hear(customer, invoice, a_link(invoice))
    await room.work()
    message = await room.message_about(invoice.invoice_id)
    pdf = await room.served.call("GET", f"/messages/{message['id']}/pdf")
    (attached,) = room.relay.caught[0].mail.iter_attachments()
    assert pdf.content == attached.get_payload(decode=True)
    assert pdf.content.startswith(b"%PDF-")


async def test_the_day_of_sending_is_the_day_where_the_creditor_is(
    room: PostRoom, clock: FixedClock
) -> None:
    clock.advance(timedelta(hours=14, minutes=30))  # 22:30 UTC is past midnight in Utrecht.
    customer = a_customer(uuid7())
    invoice = an_invoice(customer.customer_id)
    await room.hear(customer, invoice, a_link(invoice))
    await room.work()
    (sent,) = await room.told()
    assert isinstance(sent, MessageSent)
    assert sent.sent_on == clock.now().date() + timedelta(days=1)


async def test_the_same_event_twice_and_a_replay_under_a_new_id_still_send_one_mail(
    room: PostRoom,
) -> None:
    customer = a_customer(uuid7())
    invoice = an_invoice(customer.customer_id)
    received = await room.hear(customer, invoice, a_link(invoice))
    await room.hear(*received)
    await room.work()
    await room.hear(invoice, invoice)
    await room.work()
    assert room.relay.recipients == ["anne@post.example"]
    assert len(await room.told()) == 1


async def test_an_invoice_waits_for_its_customer_and_shows_that_it_does(
    room: PostRoom, clock: FixedClock
) -> None:
    customer = a_customer(uuid7())
    invoice = an_invoice(customer.customer_id)
    await room.hear(invoice, a_link(invoice))
    clock.advance(timedelta(hours=1))
    await room.work()
    assert room.relay.caught == []
    assert (await room.message_about(invoice.invoice_id))["waiting_for"] == "customer"
    summary = await room.served.get("/summary")
    assert (summary["waiting"], summary["waiting_for_customer"]) == (1, 1)
    assert await measure_waiting_s(room.service.db) == 3600.0

    await room.hear(customer)
    await room.work()
    assert room.relay.recipients == ["anne@post.example"]
    assert (await room.served.get("/summary"))["waiting"] == 0
    assert await measure_waiting_s(room.service.db) == 0.0


async def test_an_invoice_waits_a_while_for_its_link_and_then_goes_without(
    room: PostRoom, clock: FixedClock
) -> None:
    customer = a_customer(uuid7())
    invoice = an_invoice(customer.customer_id)
    await room.hear(customer, invoice)
    await room.work()
    assert room.relay.caught == []
    assert (await room.message_about(invoice.invoice_id))["waiting_for"] == "link"
    clock.advance(timedelta(seconds=11))
    await room.work()
    (caught,) = room.relay.caught
    assert "betalen.example" not in caught.text
    assert "NL91 ABNA 0417 1643 00" in caught.text


async def test_a_debit_is_announced_with_its_mandate_and_asks_for_no_payment(
    room: PostRoom,
) -> None:
    customer = a_customer(uuid7())
    invoice = an_invoice(customer.customer_id, collection="direct_debit")
    await room.hear(customer, invoice, a_mandate(customer.customer_id), a_link(invoice))
    await room.work()
    (caught,) = room.relay.caught
    assert "M-2026-000077" in caught.text
    assert "betalen.example" not in caught.text
    assert "22 april 2026" in caught.text


async def test_a_credit_note_shows_its_share_of_every_line(room: PostRoom) -> None:
    customer = a_customer(uuid7(), language="en")
    invoice = an_invoice(customer.customer_id)
    note = a_credit_note(invoice, eur("20.00"))
    await room.hear(customer, invoice, a_link(invoice), note)
    await room.work()
    (caught,) = [item for item in room.relay.caught if "C20260000001" in item.text]
    # 20.00 over 54.50 net, 4.91 VAT and 10.00 levy, as the ledger shares it.
    assert "15.70" in caught.text
    assert "1.42" in caught.text
    assert "2.88" in caught.text
    assert "20.00" in caught.text
    assert "49.41" in caught.text


async def test_a_whole_credit_note_has_the_lines_of_the_invoice(room: PostRoom) -> None:
    customer = a_customer(uuid7(), language="en")
    invoice = an_invoice(customer.customer_id)
    await room.hear(customer, invoice, a_link(invoice), a_credit_note(invoice, eur("69.41")))
    await room.work()
    (caught,) = [item for item in room.relay.caught if "C20260000001" in item.text]
    assert "34.50" in caught.text
    assert "20 m3" in caught.text or "20 m³" in caught.text


async def test_a_reminder_of_several_invoices_carries_one_link_for_all_of_them(
    room: PostRoom,
) -> None:
    """Whoever owes two bills pays them in one go; a reminder of one leads to that one."""
    customer = a_customer(uuid7())
    first, second = (an_invoice(customer.customer_id, count) for count in (1, 2))
    await room.hear(customer, first, second, a_link(first), a_link(second))
    await room.work()
    room.relay.caught.clear()
    both = (a_claim(first), a_claim(second))
    await room.hear(a_request(customer.customer_id, "friendly_reminder", items=both))
    await room.work()
    (caught,) = room.relay.caught
    balance_url = a_link(first).balance_url
    assert balance_url is not None
    assert balance_url in caught.text
    assert a_link(first).url not in caught.text
    await room.hear(a_request(customer.customer_id, "friendly_reminder", items=both[:1]))
    await room.work()
    assert a_link(first).url in room.relay.caught[-1].text
    assert balance_url not in room.relay.caught[-1].text
