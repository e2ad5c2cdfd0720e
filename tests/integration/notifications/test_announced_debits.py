"""The pre-notification of a direct debit: written once, and only while it is true."""

from __future__ import annotations

from datetime import date, timedelta
from email import message_from_bytes, policy
from uuid import UUID

from shared.clock import FixedClock
from shared.events.payments import AnnouncedDebit, DebitAnnounced, DebitCancelled, DebitReturned
from shared.ids import uuid7
from tests.factories.notifications_events import a_customer, eur
from tests.integration.notifications.post_room import PostRoom

COLLECT_ON = date(2026, 4, 15)


def announced(customer_id: UUID, *amounts: str) -> list[DebitAnnounced]:
    """What planning a run tells of one mandate: each debit with the whole announcement."""
    debits = tuple(
        AnnouncedDebit(
            debit_id=uuid7(), invoice_id=uuid7(), invoice_number=f"2026-{at}", amount=eur(amount)
        )
        for at, amount in enumerate(amounts, start=1)
    )
    announcement_id = uuid7()
    return [
        DebitAnnounced(
            debit_id=debit.debit_id,
            invoice_id=debit.invoice_id,
            customer_id=customer_id,
            amount=debit.amount,
            collect_on=COLLECT_ON,
            mandate_reference="M-2026-000077",
            sepa_creditor_id="NL69ZZZ123456780000",
            announcement_id=announcement_id,
            debits=debits,
        )
        for debit in debits
    ]


def cancelled(event: DebitAnnounced) -> DebitCancelled:
    return DebitCancelled(
        debit_id=event.debit_id,
        invoice_id=event.invoice_id,
        customer_id=event.customer_id,
        amount=event.amount,
        collect_on=event.collect_on,
    )


def cause(events: list[DebitAnnounced]) -> UUID:
    assert events[0].announcement_id is not None
    return events[0].announcement_id


def mails(room: PostRoom) -> list[str]:
    """The text of each mail that left, on one line."""
    parsed = [
        message_from_bytes(caught.content, policy=policy.default) for caught in room.relay.caught
    ]
    bodies = [mail.get_body(("plain",)) for mail in parsed]
    return [" ".join(body.get_content().split()) for body in bodies if body is not None]


async def test_one_mail_announces_all_invoices_of_a_run_however_often_it_is_told(
    room: PostRoom,
) -> None:
    customer_id = uuid7()
    events = announced(customer_id, "69.41", "30.59")
    first = await room.hear(a_customer(customer_id), *events)
    await room.work()
    await room.hear(*first, *events)
    await room.work()
    (said,) = mails(room)
    for told in (
        "Op of kort na 15 april 2026 schrijven wij",
        "100,00",
        "2026-1",
        "69,41",
        "2026-2",
        "30,59",
        "Waterbedrijf Voorbeeld",
        "NL69ZZZ123456780000",
        "M-2026-000077",
    ):
        assert told in said
    assert (await room.message_about(cause(events)))["state"] == "sent"


async def test_a_customer_who_prefers_letters_is_told_by_letter_in_their_language(
    room: PostRoom,
) -> None:
    customer_id = uuid7()
    await room.hear(a_customer(customer_id, language="pl", email=None))
    events = announced(customer_id, "69.41")
    await room.hear(*events)
    await room.work()
    message = await room.message_about(cause(events))
    assert (message["state"], message["channel"], message["language"]) == (
        "handed_over",
        "letter",
        "pl",
    )


async def test_a_debit_cancelled_before_the_mail_was_written_is_left_out_of_it(
    room: PostRoom,
) -> None:
    customer_id = uuid7()
    events = announced(customer_id, "69.41", "30.59")
    await room.hear(a_customer(customer_id), *events, cancelled(events[0]))
    await room.work()
    (said,) = mails(room)
    assert "30,59" in said
    assert "69,41" not in said


async def test_what_was_written_and_has_not_left_is_written_anew_without_it(
    room: PostRoom,
) -> None:
    customer_id = uuid7()
    events = announced(customer_id, "69.41", "30.59")
    await room.hear(a_customer(customer_id), *events)
    assert await room.turn().write() == 1
    await room.hear(cancelled(events[1]))
    await room.work()
    (said,) = mails(room)
    assert "69,41" in said
    assert "30,59" not in said
    states = [state["state"] for state in (await room.message_about(cause(events)))["states"]]
    assert states == ["requested", "rendered", "requested", "rendered", "sent"]


async def test_when_every_debit_has_ended_nothing_is_sent(room: PostRoom) -> None:
    """One run was cancelled as a whole, the other's file withdrawn before its mail was written."""
    first, second = uuid7(), uuid7()
    whole, withdrawn = announced(first, "69.41", "30.59"), announced(second, "69.41")
    back = DebitReturned(
        debit_id=withdrawn[0].debit_id,
        invoice_id=withdrawn[0].invoice_id,
        customer_id=second,
        amount=withdrawn[0].amount,
        return_code="TECH",
        returned_on=date(2026, 4, 2),
    )
    await room.hear(a_customer(first), a_customer(second), *whole, *withdrawn)
    await room.turn().write()
    await room.hear(*(cancelled(event) for event in whole), back)
    await room.work()
    for events in (whole, withdrawn):
        message = await room.message_about(cause(events))
        assert (message["state"], message["reason"]) == ("withdrawn", "debits_ended")
    assert room.relay.caught == []
    assert await room.told() == []


async def test_the_end_of_a_debit_may_be_known_before_its_announcement(room: PostRoom) -> None:
    """A dead letter that is played again comes after what followed it."""
    customer_id = uuid7()
    events = announced(customer_id, "69.41")
    await room.hear(a_customer(customer_id), cancelled(events[0]))
    await room.hear(*events)
    await room.work()
    assert (await room.message_about(cause(events)))["state"] == "withdrawn"


async def test_an_announcement_that_comes_too_late_is_for_a_person(
    room: PostRoom, clock: FixedClock
) -> None:
    customer_id = uuid7()
    events = announced(customer_id, "69.41")
    await room.hear(*events)
    clock.advance(timedelta(days=14))
    await room.hear(a_customer(customer_id))
    await room.work()
    message = await room.message_about(cause(events))
    assert (message["state"], message["attention"]) == ("failed", "announced_too_late")
    assert room.relay.caught == []


async def test_an_announcement_that_names_no_debits_stops_nobody_elses_mail(
    room: PostRoom,
) -> None:
    """Such as one of a sender that told less; a person looks at it."""
    customer_id = uuid7()
    (told,) = announced(customer_id, "69.41")
    bare = told.model_copy(update={"debits": (), "announcement_id": uuid7()})
    await room.hear(a_customer(customer_id), bare, told)
    await room.work()
    assert len(mails(room)) == 1
    message = await room.message_about(cause([bare]))
    assert (message["state"], message["attention"]) == ("failed", "facts_do_not_fit:debits")
