"""What every road out of the house can do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from services.notifications.domain.rendered import RenderedMessage
from services.notifications.domain.sending import SendOutcome


class Sender(Protocol):
    """Hands finished messages over. An outcome is a value; only a programming error raises."""

    async def send(self, message: RenderedMessage) -> SendOutcome:
        """One message, its `content` unchanged."""
        ...

    async def send_many(self, messages: Sequence[RenderedMessage]) -> list[SendOutcome]:
        """Many over as few connections as possible; outcomes in the order of the messages."""
        ...

    async def close(self) -> None: ...
