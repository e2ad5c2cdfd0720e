"""A small world around collections: days pass, billing keeps the books, notifications sends.

The books are billing's own rule (`open_item.balance`), so that costs and interest end up where
billing would put them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from services.billing.domain.open_item import Balance, Movement, balance
from services.collections.consumers import HANDLERS
from services.collections.jobs import look_at_all, look_at_changed
from services.notifications.domain.request import request_of_step
from services.notifications.domain.templates import TemplateName, read_facts
from shared.clock import FixedClock, business_date
from shared.events import billing
from shared.events.collections import ChargeImposed, MessageRequested
from shared.events.envelope import REGISTRY, Event, Received
from shared.events.notifications import MessageFailed, MessageSent
from shared.ids import uuid7
from shared.testing.events import deliver
from shared.testing.served import Served
from tests.factories.collections import (
    creditor_changed,
    customer_changed,
    euro,
    invoice_issued,
    receivable,
)

E = TypeVar("E", bound=Event)
ZONE = ZoneInfo("Europe/Amsterdam")


@dataclass
class Item:
    """An invoice in the books of the world's billing."""

    invoice_id: UUID
    customer_id: UUID
    due_on: date
    principal: int
    version: int = 1
    movements: dict[UUID, Movement] = field(default_factory=dict)

    @property
    def balance(self) -> Balance:
        return balance(self.principal, self.movements.values())

    def told(self) -> billing.Receivable:
        self.version += 1
        now = self.balance
        return receivable(
            self.invoice_id,
            now.principal,
            self.due_on,
            version=self.version,
            costs=now.costs,
            interest=now.interest,
        )


class World:
    def __init__(self, served: Served, clock: FixedClock) -> None:
        self.served = served
        self.clock = clock
        self.items: dict[UUID, Item] = {}
        # Every event collections emitted so far with the day it was emitted on.
        self.story: list[tuple[date, Event]] = []
        self.undeliverable: set[str] = set()
        self._seen = 0
        self._outbox: asyncpg.Connection[asyncpg.Record] | None = None
        self._customers = 0

    @property
    def today(self) -> date:
        return business_date(self.clock.now(), ZONE)

    async def begin(self) -> None:
        await self.tell(creditor_changed(self.served.creditor_id))

    async def tell(self, *events: Event | Received[Event]) -> list[Received[Event]]:
        return await deliver(self.served.service, HANDLERS, self.served.creditor_id, *events)

    async def customer(self, **changes: Any) -> UUID:
        self._customers += 1
        customer_id = uuid7()
        await self.tell(customer_changed(customer_id, f"K{self._customers}", **changes))
        return customer_id

    async def invoice(self, customer_id: UUID, total: int, due_on: date, **changes: Any) -> UUID:
        invoice_id = uuid7()
        self.adopt(invoice_id, customer_id, total, due_on)
        number = f"F{len(self.items)}"
        await self.tell(
            invoice_issued(invoice_id, customer_id, total, due_on, number=number, **changes)
        )
        return invoice_id

    def adopt(self, invoice_id: UUID, customer_id: UUID, total: int, due_on: date) -> None:
        """Put an invoice into the books without telling anybody."""
        self.items[invoice_id] = Item(invoice_id, customer_id, due_on, total)

    async def pay(self, invoice_id: UUID, amount: int, value_on: date | None = None) -> UUID:
        """A payment billing books today; `value_on` is today unless given."""
        payment_id = uuid7()
        await self.tell(self.payment(invoice_id, amount, value_on, payment_id))
        await self.settle()
        return payment_id

    def payment(
        self, invoice_id: UUID, amount: int, value_on: date | None, payment_id: UUID
    ) -> billing.AllocationApplied:
        item, day = self.items[invoice_id], value_on or self.today
        item.movements[payment_id] = Movement(payment_id, "payment", amount, day)
        return billing.AllocationApplied(
            allocation_id=payment_id,
            payment_id=payment_id,
            invoice_id=invoice_id,
            customer_id=item.customer_id,
            amount=euro(amount),
            value_on=day,
            receivable=item.told(),
        )

    async def reverse(self, invoice_id: UUID, payment_id: UUID, code: str | None = None) -> None:
        await self.tell(self.reversal(invoice_id, payment_id, code))
        await self.settle()

    def reversal(
        self, invoice_id: UUID, payment_id: UUID, code: str | None = None
    ) -> billing.AllocationReversed:
        item = self.items[invoice_id]
        movement = item.movements.pop(payment_id)
        return billing.AllocationReversed(
            allocation_id=payment_id,
            payment_id=payment_id,
            invoice_id=invoice_id,
            customer_id=item.customer_id,
            amount=euro(movement.amount),
            reason="returned" if code else "undone",
            return_code=code,
            receivable=item.told(),
        )

    async def reclaim(self, invoice_id: UUID, amount: int) -> None:
        """A refund of a payment of this invoice is owed again, because the payment left too."""
        item, reclaim_id = self.items[invoice_id], uuid7()
        item.movements[reclaim_id] = Movement(reclaim_id, "reclaim", amount, self.today)
        await self.tell(
            billing.RefundReclaimed(
                reclaim_id=reclaim_id,
                payment_id=uuid7(),
                invoice_id=invoice_id,
                customer_id=item.customer_id,
                amount=euro(amount),
                effective_on=self.today,
                receivable=item.told(),
            )
        )
        await self.settle()

    async def credit(self, invoice_id: UUID, amount: int) -> None:
        item, note_id = self.items[invoice_id], uuid7()
        item.movements[note_id] = Movement(note_id, "credit", amount, self.today)
        await self.tell(
            billing.InvoiceCredited(
                credit_note_id=note_id,
                number=f"C{item.version}",
                invoice_id=invoice_id,
                invoice_number="F",
                customer_id=item.customer_id,
                issued_on=self.today,
                amount=euro(amount),
                reason="correction",
                receivable=item.told(),
            )
        )
        await self.settle()

    async def moved(self, customer_id: UUID, number: str) -> None:
        """Billing learns a new e-mail address."""
        await self.tell(
            customer_changed(customer_id, number, version=2, email=f"{number}@example.net")
        )

    async def advance(self, until: date, *, days: int = 1) -> None:
        """Live through every day (or every so many) up to `until`: the daily look, the answers."""
        day = self.today
        while day < until:
            day = min(day + timedelta(days=days), until)
            await self.wake_up(day)

    def at(self, day: date, hour: time = time(7, 30)) -> None:
        target = datetime.combine(day, hour, tzinfo=ZONE).astimezone(UTC)
        self.clock.advance(target - self.clock.now())

    async def wake_up(self, day: date, at: time = time(7, 30)) -> None:
        self.at(day, at)
        await look_at_all(self.served.service, self.served.creditor_id, day)
        await self.settle()

    async def settle(self) -> None:
        """Let the others answer and collections look again until nobody has anything to say."""
        for _ in range(20):
            await look_at_changed(self.served.service, self.served.creditor_id, self.today)
            fresh = await self._fresh()
            if not fresh:
                return
            self.story += [(self.today, event) for event in fresh]
            answers = [answer for event in fresh if (answer := self._answer(event))]
            if answers:
                await self.tell(*answers)
        raise AssertionError("they keep answering each other")

    async def _fresh(self) -> list[Event]:
        """What was emitted since the last time, over one connection of the relay's role."""
        if self._outbox is None:
            url = self.served.service.settings.relay_database_url.get_secret_value()
            self._outbox = await asyncpg.connect(url)
        rows = await self._outbox.fetch(
            "SELECT id, type, payload FROM outbox WHERE id > $1 AND creditor_id = $2 ORDER BY id",
            self._seen,
            self.served.creditor_id,
        )
        self._seen = rows[-1]["id"] if rows else self._seen
        return [REGISTRY[row["type"]].model_validate_json(row["payload"]) for row in rows]

    async def end(self) -> None:
        if self._outbox is not None:
            await self._outbox.close()

    def _answer(self, event: Event) -> Event | None:
        if isinstance(event, ChargeImposed):
            item = self.items[event.invoice_id]
            item.movements[event.charge_id] = Movement(
                event.charge_id, event.kind, event.amount.minor, event.effective_on
            )
            return billing.ChargeAdded(
                charge_id=event.charge_id,
                invoice_id=event.invoice_id,
                customer_id=event.customer_id,
                kind=event.kind,
                amount=event.amount,
                effective_on=event.effective_on,
                receivable=item.told(),
            )
        if isinstance(event, MessageRequested):
            return self._send(event)
        return None

    def _send(self, event: MessageRequested) -> Event:
        # Whatever is asked for has the facts its template needs; else nobody could write it.
        read_facts(TemplateName(event.template), request_of_step(event).facts)
        common = {
            "message_id": event.message_id,
            "cause_id": event.cause_id,
            "customer_id": event.customer_id,
            "template": event.template,
        }
        channel = "letter" if event.template == "fourteen_day_letter" else "email"
        if event.template in self.undeliverable:
            return MessageFailed.model_validate(
                {**common, "channel": channel, "reason": "smtp_550", "failed_on": self.today}
            )
        return MessageSent.model_validate(
            {
                **common,
                "channel": channel,
                "sent_at": self.clock.now(),
                "sent_on": self.today,
                "sha256": "0" * 64,
            }
        )

    def all(self, kind: type[E]) -> list[tuple[date, E]]:
        """Every event of one type with its day."""
        return [(day, event) for day, event in self.story if isinstance(event, kind)]

    def last(self, kind: type[E]) -> E:
        return self.all(kind)[-1][1]

    def messages(self) -> list[tuple[date, str]]:
        """The day and the template of every message asked for."""
        return [(day, event.template) for day, event in self.all(MessageRequested)]

    def last_items_open(self) -> int:
        """What the last message says is open, in minor units."""
        return self.last(MessageRequested).total_open.minor

    def charges(self) -> list[tuple[date, str, int, date]]:
        """Day imposed, kind, minor units, and the first day owed of every charge."""
        return [
            (day, event.kind, event.amount.minor, event.effective_on)
            for day, event in self.all(ChargeImposed)
        ]
