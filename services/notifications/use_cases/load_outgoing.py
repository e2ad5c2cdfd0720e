"""Take from the archive what is to be handed over now: the bytes that were kept, unchanged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications import archive, repository
from services.notifications.domain.message import Channel
from services.notifications.domain.rendered import RenderedMessage
from services.notifications.domain.templates import TemplateName
from services.notifications.models import Archived, Message
from shared.clock import Clock
from shared.crypto import CustomerCipher, Tampered, Vault


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message ready to go, and which form of it this is."""

    archived_id: UUID
    message: RenderedMessage


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What was archived cannot be read, so it cannot be sent either."""

    message_id: UUID
    reason: str


async def load_outgoing(
    session: AsyncSession, *, vault: Vault, clock: Clock, limit: int
) -> tuple[Sequence[Outgoing], Sequence[Unreadable]]:
    rows = await repository.rendered(session, clock.now(), limit)
    ciphers = await vault.open(session, {message.customer_id for message, _ in rows})
    ready: list[Outgoing] = []
    unreadable: list[Unreadable] = []
    for message, kept in rows:
        loaded = _load(message, kept, ciphers[message.customer_id])
        if isinstance(loaded, Outgoing):
            ready.append(loaded)
        else:
            unreadable.append(loaded)
    return ready, unreadable


def _load(message: Message, kept: Archived, cipher: CustomerCipher) -> Outgoing | Unreadable:
    try:
        content = archive.exact_bytes(kept, cipher)
        recipient = cipher.decrypt(archive.RECIPIENT, kept.recipient_sealed)
    except archive.ContentErased:
        return Unreadable(message.id, "customer_erased")
    except (archive.ContentDamaged, Tampered):
        return Unreadable(message.id, "archive_damaged")
    return Outgoing(kept.id, _as_rendered(message, kept, content, recipient))


def _as_rendered(
    message: Message, kept: Archived, content: bytes, recipient: str | None
) -> RenderedMessage:
    """Its parts (text, HTML, PDF) are inside `content`; the road needs only the whole."""
    parts: dict[str, Any] = {"subject": "", "text": "", "html": None, "pdf": None}
    return RenderedMessage(
        message_id=message.id,
        template=TemplateName(message.template),
        template_version=kept.template_version,
        language=kept.language,
        channel=Channel(kept.channel),
        content=content,
        content_type=kept.content_type,
        sha256=kept.sha256,
        recipient=recipient,
        country=kept.country,
        **parts,
    )
