"""Keep what providers tell, before anything is made of it: many requests, one commit.

Whoever arrives while a commit runs joins the next one, and everybody waits for their own. So the
machine writes as often as its disk can and no request is answered before it is kept. When a batch
fails, each delivery is written by itself: a bad one harms nobody else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from services.payments.config import settings_of
from services.payments.providers.provider import BadSignature, Provider, ProviderEvent
from services.payments.repository import parties, webhook_events
from services.payments.use_cases.provider_client import webhooks_of
from shared.crypto import CustomerCipher
from shared.db import Scope, is_transient
from shared.errors import InningError, InvalidInput, NotFound
from shared.ids import uuid7
from shared.service import Service

BODY_FIELD: Final = "webhook_body"
_LARGEST_BATCH = 256
_IGNORED: Final = {"other", "mandate", "paid_out"}


@dataclass(eq=False, slots=True, kw_only=True)
class Delivery:
    """One webhook as it came; `refused` says why nothing can be made of it."""

    provider: str
    creditor_id: UUID
    body: bytes
    events: Sequence[ProviderEvent] = ()
    refused: str | None = None
    kept: asyncio.Future[None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    @property
    def is_signed(self) -> bool:
        return bool(self.events) and all(event.signed for event in self.events)


class WebhookIntake:
    """The collector of one process."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._providers: dict[str, Provider] = {}
        self._waiting: list[Delivery] = []
        self._writer: asyncio.Task[None] | None = None

    async def hear(
        self, name: str, creditor_id: UUID, body: bytes, headers: Mapping[str, str]
    ) -> str:
        """The provider's thanks, once all is kept; else what is wrong, and that is kept too."""
        provider = self._provider(name)
        try:
            events = provider.hear(body, headers, self._service.clock.now())
        except (BadSignature, InvalidInput) as wrong:
            await self._keep_refused(name, creditor_id, body, wrong)
            raise
        if events:
            await self.keep(
                Delivery(provider=name, creditor_id=creditor_id, body=body, events=events)
            )
        return provider.thanks

    def _provider(self, name: str) -> Provider:
        if name not in self._providers:
            self._providers[name] = webhooks_of(settings_of(self._service), name)
        return self._providers[name]

    async def _keep_refused(
        self, name: str, creditor_id: UUID, body: bytes, wrong: InningError
    ) -> None:
        fields = (p.field for p in wrong.problems) if isinstance(wrong, InvalidInput) else ()
        reason = ":".join([wrong.code, *fields])
        await self.keep(Delivery(provider=name, creditor_id=creditor_id, body=body, refused=reason))

    async def keep(self, delivery: Delivery) -> None:
        """Returns when it is committed; raises what the database has against it."""
        self._waiting.append(delivery)
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_all())
        # Whoever hangs up does not take the others' commit along.
        await asyncio.shield(delivery.kept)

    async def _write_all(self) -> None:
        while self._waiting:
            creditor_id = self._waiting[0].creditor_id
            batch = [d for d in self._waiting if d.creditor_id == creditor_id][:_LARGEST_BATCH]
            taken = set(batch)
            self._waiting = [d for d in self._waiting if d not in taken]
            await self._write_each(batch)

    async def _write_each(self, batch: Sequence[Delivery]) -> None:
        try:
            known = await self._write(batch)
        except Exception as error:
            if len(batch) > 1 and not is_transient(error):
                for delivery in batch:
                    await self._write_each([delivery])
                return
            for delivery in batch:
                delivery.kept.set_exception(error)
        else:
            for delivery in batch:
                if known:
                    delivery.kept.set_result(None)
                else:
                    delivery.kept.set_exception(NotFound("no creditor has this address"))

    async def _write(self, batch: Sequence[Delivery]) -> bool:
        """False when nobody has this address: what is signed is kept for a look all the same."""
        service, creditor_id = self._service, batch[0].creditor_id
        scope = Scope(creditor_id, "provider:webhook", reason="webhook")
        async with service.db.write(scope) as session:
            known = await parties.is_known(session)
            if not known:
                batch = [_for_nobody(delivery) for delivery in batch if delivery.is_signed]
                if not batch:
                    return False
            cipher = (await service.vault.open_or_create(session, [creditor_id]))[creditor_id]
            now = service.clock.now()
            rows = [row for delivery in batch for row in _rows(delivery, cipher, now)]
            await webhook_events.keep(session, rows)
            if any(delivery.refused for delivery in batch):
                kept = settings_of(service).refused_webhooks_kept
                await webhook_events.drop_refused_beyond(session, kept)
        return known


def _for_nobody(delivery: Delivery) -> Delivery:
    return replace(delivery, events=(), refused="unknown_creditor")


def _rows(delivery: Delivery, cipher: CustomerCipher, now: datetime) -> list[dict[str, Any]]:
    sealed = cipher.encrypt_bytes(BODY_FIELD, delivery.body)
    common = {
        "creditor_id": delivery.creditor_id,
        "provider": delivery.provider,
        "received_at": now,
        "heard": 1,
        "tries": 0,
        "try_at": now,
    }
    if delivery.refused is not None:
        digest = sha256(delivery.body).hexdigest()
        nothing = ProviderEvent(id=f"sha256:{digest}", kind="other", type="refused")
        refused = {"status": "refused", "reason": delivery.refused}
        return [common | _told(nothing) | refused | {"body_sealed": sealed}]
    # A batch of many events is kept once, with its first.
    bodies = [sealed, *([b""] * (len(delivery.events) - 1))]
    return [
        common
        | _told(event)
        | {"status": "ignored" if event.kind in _IGNORED else "received", "reason": None}
        | {"body_sealed": body}
        for event, body in zip(delivery.events, bodies, strict=True)
    ]


def _told(event: ProviderEvent) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "event_id": event.id,
        "type": event.type,
        "kind": event.kind,
        "payment": event.payment,
        "reference": event.reference,
        "amount_minor": event.amount.minor if event.amount else None,
        "currency": event.amount.currency if event.amount else None,
        "occurred_at": event.occurred_at,
    }
