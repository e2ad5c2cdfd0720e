"""A road that goes nowhere and remembers everything: for tests."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.notifications.domain.rendered import RenderedMessage
from services.notifications.domain.sending import SendOutcome, Sent


class RecordingSender:
    """Takes every message, unless `answers` has another outcome for its id."""

    def __init__(self, answers: dict[UUID, SendOutcome] | None = None) -> None:
        self.taken: list[RenderedMessage] = []
        self.answers = answers or {}
        self.closed = False

    async def send(self, message: RenderedMessage) -> SendOutcome:
        self.taken.append(message)
        return self.answers.get(message.message_id, Sent(f"recorded-{len(self.taken)}"))

    async def send_many(self, messages: Sequence[RenderedMessage]) -> list[SendOutcome]:
        return [await self.send(message) for message in messages]

    async def close(self) -> None:
        self.closed = True
