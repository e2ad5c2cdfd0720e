"""What people see and do: lists, resends, preferences, erasure, and whose messages they are."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import asyncpg
import pytest

from services.notifications import verify
from shared.ids import uuid7
from shared.testing.databases import TestDatabases
from tests.factories.notifications_events import (
    a_claim,
    a_customer,
    a_link,
    a_request,
    an_erased_customer,
    an_invoice,
    eur,
)
from tests.integration.notifications.post_room import PostRoom


async def a_mailed_invoice(room: PostRoom, customer_id: UUID, count: int = 1) -> dict[str, Any]:
    invoice = an_invoice(customer_id, count)
    await room.hear(a_customer(customer_id), invoice, a_link(invoice))
    await room.work()
    return await room.message_about(invoice.invoice_id)


async def test_an_erased_customers_content_is_unreadable_and_the_log_of_sending_stays(
    room: PostRoom,
) -> None:
    customer_id = uuid7()
    message = await a_mailed_invoice(room, customer_id)
    waiting = an_invoice(customer_id, 2)
    await room.hear(waiting)
    await room.hear(an_erased_customer(customer_id))
    await room.work()

    gone = await room.served.call("GET", f"/messages/{message['id']}/content")
    assert (gone.status_code, gone.json()["code"]) == (410, "content_erased")
    after = await room.served.get(f"/messages/{message['id']}")
    assert (after["state"], after["sha256"]) == ("sent", message["sha256"])
    assert after["deliveries"] == message["deliveries"]
    assert (await room.message_about(waiting.invoice_id))["state"] == "withdrawn"
    refused = await room.served.call("POST", f"/messages/{message['id']}/resend", json={})
    assert refused.status_code == 410
    assert len(room.relay.caught) == 1


async def test_what_is_asked_for_after_an_erasure_is_withdrawn_unsaid(room: PostRoom) -> None:
    customer_id = uuid7()
    await room.hear(an_erased_customer(customer_id, version=5))
    late = an_invoice(customer_id)
    await room.hear(late, a_link(late))
    await room.work()
    assert (await room.message_about(late.invoice_id))["state"] == "withdrawn"
    assert room.relay.caught == []
    assert await room.told() == []


async def test_another_creditor_sees_nothing(room: PostRoom) -> None:
    message = await a_mailed_invoice(room, uuid7())
    stranger = room.served.token(creditors=[uuid7()])
    assert (await room.served.get("/messages", token=stranger))["items"] == []
    assert (await room.served.get("/summary", token=stranger))["messages"] == {}
    for path in ("", "/content", "/pdf"):
        hidden = await room.served.call("GET", f"/messages/{message['id']}{path}", token=stranger)
        assert hidden.status_code == 404
    blind = await room.served.call(
        "POST", f"/messages/{message['id']}/resend", json={}, token=stranger
    )
    assert blind.status_code == 404


async def test_reading_content_needs_its_scope_and_is_written_down(
    room: PostRoom, databases: TestDatabases, database: str
) -> None:
    message = await a_mailed_invoice(room, uuid7())
    path = f"/messages/{message['id']}/content"
    writer = room.served.token(scope="notifications:write")
    assert (await room.served.call("GET", path, token=writer)).status_code == 403
    clerk = room.served.token(roles=["clerk"], subject="clerk-7")
    assert (await room.served.call("GET", path, token=clerk)).status_code == 200
    connection = await asyncpg.connect(databases.url(database))
    try:
        viewed = await connection.fetch(
            "SELECT actor, subject FROM notifications.audit_entries WHERE action = 'viewed'"
        )
    finally:
        await connection.close()
    assert [tuple(row) for row in viewed] == [("clerk:clerk-7", f"message:{message['id']}")]


async def test_a_clerk_sends_a_message_again_by_post(room: PostRoom) -> None:
    message = await a_mailed_invoice(room, uuid7())
    headers = {"Idempotency-Key": "again"}
    path = f"/messages/{message['id']}/resend"
    new = await room.served.post(path, json={"channel": "letter"}, headers=headers)
    same = await room.served.post(path, json={"channel": "letter"}, headers=headers)
    assert new == same
    await room.work()
    sent = await room.served.get(f"/messages/{new['id']}")
    assert (sent["state"], sent["channel"]) == ("handed_over", "letter")
    assert sent["resends_id"] == message["id"]
    assert sent["cause_id"] != message["cause_id"]
    assert sent["states"][0]["actor"] == "supervisor:tester"
    assert len(room.relay.caught) == 1
    assert len(room.letters()) == 1


async def test_a_message_still_on_its_way_is_not_sent_twice(room: PostRoom) -> None:
    invoice = an_invoice(uuid7())
    await room.hear(invoice)
    message = await room.message_about(invoice.invoice_id)
    refused = await room.served.call("POST", f"/messages/{message['id']}/resend", json={})
    assert (refused.status_code, refused.json()["state"]) == (409, "requested")


async def test_a_failed_message_leaves_the_worklist_when_it_is_sent_again(room: PostRoom) -> None:
    customer_id = uuid7()
    broken = a_request(customer_id, "no_such_template")
    await room.hear(a_customer(customer_id), broken)
    await room.work()
    message = await room.message_about(broken.cause_id)
    await room.served.post(f"/messages/{message['id']}/resend", json={})
    assert (await room.served.get("/messages?attention=true"))["items"] == []


async def test_pages_of_messages_hold_each_once_newest_first(room: PostRoom) -> None:
    customer_id = uuid7()
    await room.hear(a_customer(customer_id), *(an_invoice(customer_id, n) for n in range(1, 13)))
    seen, cursor = [], ""
    while cursor is not None:
        page = await room.served.get(
            f"/customers/{customer_id}/correspondence?limit=5{cursor and f'&cursor={cursor}'}"
        )
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert len(seen) == len(set(seen)) == 12
    assert seen == sorted(seen, reverse=True)


async def test_messages_are_found_by_what_they_are(room: PostRoom) -> None:
    customer_id = uuid7()
    message = await a_mailed_invoice(room, customer_id)
    invoice = an_invoice(customer_id, 9)
    await room.hear(a_request(customer_id, "friendly_reminder", items=(a_claim(invoice),)))
    for query, found in (
        (f"customer_id={customer_id}", 2),
        (f"customer_id={uuid7()}", 0),
        ("template=invoice", 1),
        ("state=requested", 1),
        ("state=sent&channel=email", 1),
        ("channel=letter", 0),
        (f"cause_id={message['cause_id']}", 1),
    ):
        page = await room.served.get(f"/messages?{query}")
        assert len(page["items"]) == found, query


async def test_the_summary_counts_by_template_road_and_state(room: PostRoom) -> None:
    await a_mailed_invoice(room, uuid7(), 1)
    await a_mailed_invoice(room, uuid7(), 2)
    invoice = an_invoice(uuid7(), 3)
    await room.hear(invoice)
    summary = await room.served.get("/summary")
    assert summary == {
        "messages": {"invoice": {"email": {"sent": 2}, "undecided": {"requested": 1}}},
        "waiting": 1,
        "waiting_for_customer": 1,
        "oldest_waiting_since": "2026-04-01T08:00:00Z",
        "needing_attention": 0,
    }
    later = await room.served.get("/summary?requested_from=2026-04-02")
    assert later["messages"] == {}


async def test_a_customer_who_wants_letters_gets_letters(room: PostRoom) -> None:
    customer_id = uuid7()
    path = f"/customers/{customer_id}/preference"
    await room.served.put(path, json={"channel": "letter"})
    message = await a_mailed_invoice(room, customer_id)
    assert (message["channel"], message["state"]) == ("letter", "handed_over")
    blind = await room.served.call("PUT", path, json={"channel": "email"})
    assert blind.status_code == 428
    changed = await room.served.call(
        "PUT", path, json={"channel": "email"}, headers={"If-Match": '"1"'}
    )
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')


async def test_who_agreed_to_legal_notices_by_mail_gets_them_with_the_letter_attached(
    room: PostRoom,
) -> None:
    customer_id = uuid7()
    await room.served.put(f"/customers/{customer_id}/preference", json={"email_for_legal": True})
    letter = a_request(
        customer_id,
        "fourteen_day_letter",
        items=(a_claim(an_invoice(customer_id)),),
        costs_if_unpaid=eur("40.00"),
    )
    await room.hear(a_customer(customer_id), letter)
    await room.work()
    (caught,) = room.relay.caught
    assert [part.get_content_type() for part in caught.mail.iter_attachments()] == [
        "application/pdf"
    ]


async def test_the_letter_head_stands_on_what_is_sent(room: PostRoom) -> None:
    head = {
        "company_number": "12345678",
        "vat_number": "NL001234567B01",
        "supplies_drinking_water": True,
        "debt_help_website": "www.schuldhulp.example",
        "complaints_link": None,
        "collection_register_number": None,
    }
    assert await room.served.put("/letterhead", json=head) == head
    assert await room.served.get("/letterhead") == head
    await a_mailed_invoice(room, uuid7())
    assert "NL001234567B01" in room.relay.caught[0].text


async def test_the_archive_matches_its_hashes_and_a_changed_byte_is_found(
    room: PostRoom, databases: TestDatabases, database: str
) -> None:
    message = await a_mailed_invoice(room, uuid7(), 1)
    other = await a_mailed_invoice(room, uuid7(), 2)
    gone = uuid7()
    await a_mailed_invoice(room, gone, 3)
    await room.hear(an_erased_customer(gone))
    (report,) = await verify.verify(room.service)
    assert (report.intact, report.erased, report.damaged) == (2, 1, [])

    connection = await asyncpg.connect(databases.url(database))
    try:
        with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="append-only"):
            await connection.execute("UPDATE notifications.archive SET country = 'NL'")
        await connection.execute("ALTER TABLE notifications.archive DISABLE TRIGGER USER")
        await connection.execute(
            "UPDATE notifications.archive SET content_sealed ="
            " set_byte(content_sealed, 100, (get_byte(content_sealed, 100) + 1) % 256)"
            " WHERE message_id = $1",
            UUID(message["id"]),
        )
        await connection.execute(
            "UPDATE notifications.archive SET sha256 = repeat('0', 64) WHERE message_id = $1",
            UUID(other["id"]),
        )
    finally:
        await connection.close()
    (report,) = await verify.verify(room.service)
    assert report.intact == 0
    found = "\n".join(report.damaged)
    assert message["id"] in found
    assert f"message:{other['id']}: what was sent is not in the archive" in found
