"""E-mail over SMTP: a few connections, each used for many messages, one outcome per message.

What tells the outcomes apart is how far the conversation got. Before DATA nothing can have gone
out, so it is safe to try again; once the message is on the wire, a lost connection is `Unknown`.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import aiosmtplib
from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from services.notifications.domain.message import Channel
from services.notifications.domain.rendered import RenderedMessage, fingerprint
from services.notifications.domain.sending import Bounced, SendOutcome, Sent, Unknown
from services.notifications.senders.return_path import return_path

SERVICE_NOT_AVAILABLE = 421
# RFC 3463: class, subject and detail stand at the head of the reply's text.
_ENHANCED_STATUS = re.compile(r"([245]\.\d{1,3}\.\d{1,3})\b")
_BROKEN = (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError, OSError)


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """`tls`: implicit from the first byte, STARTTLS required, or none (a relay on this machine).

    `bounce_address` receives returned mail; each message adds its own id to it.
    """

    hostname: str
    port: int
    bounce_address: str
    tls: Literal["implicit", "starttls", "none"] = "starttls"
    tls_context: ssl.SSLContext | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    local_hostname: str = "localhost"
    connections_max: int = 4
    messages_per_connection_max: int = 500
    connect_timeout_s: float = 10.0
    command_timeout_s: float = 60.0


@dataclass(slots=True)
class _Connection:
    smtp: SMTP
    sent: int = 0


class _LostBeforeData:
    """The connection died while nothing of the message had left."""


class SmtpSender:
    """One relay. Safe to use from many tasks of one event loop; `close` says QUIT."""

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings
        self._slots = asyncio.Semaphore(settings.connections_max)
        self._idle: list[_Connection] = []

    async def send(self, message: RenderedMessage) -> SendOutcome:
        _require_mail(message)
        async with self._slots:
            if self._idle:
                outcome = await self._deliver(self._idle.pop(), message)
                if not isinstance(outcome, _LostBeforeData):
                    return outcome
            # A relay may close a line that was idle, so only a fresh one counts as a refusal.
            connection = await self._connect()
            if isinstance(connection, Bounced):
                return connection
            outcome = await self._deliver(connection, message)
            if isinstance(outcome, _LostBeforeData):
                return Bounced("smtp_connection_lost", permanent=False)
            return outcome

    async def send_many(self, messages: Sequence[RenderedMessage]) -> list[SendOutcome]:
        waiting = iter(enumerate(messages))
        outcomes: dict[int, SendOutcome] = {}

        async def work() -> None:
            for at, message in waiting:
                outcomes[at] = await self.send(message)

        workers = min(self._settings.connections_max, len(messages))
        async with asyncio.TaskGroup() as group:
            for _ in range(workers):
                group.create_task(work())
        return [outcomes[at] for at in range(len(messages))]

    async def close(self) -> None:
        while self._idle:
            await self._quit(self._idle.pop())

    async def _connect(self) -> _Connection | Bounced:
        """A refusal here is about the relay's set-up, never about the message: try later."""
        settings = self._settings
        smtp = SMTP(
            hostname=settings.hostname,
            port=settings.port,
            username=settings.username,
            password=settings.password,
            local_hostname=settings.local_hostname,
            timeout=settings.connect_timeout_s,
            use_tls=settings.tls == "implicit",
            start_tls=settings.tls == "starttls",
            tls_context=settings.tls_context,
        )
        try:
            await smtp.connect()
            await smtp.ehlo()
        except SMTPResponseException as refusal:
            smtp.close()
            return Bounced(f"smtp_relay_{refusal.code}", permanent=False)
        except (SMTPException, OSError):
            smtp.close()
            return Bounced("smtp_unreachable", permanent=False)
        return _Connection(smtp)

    async def _deliver(
        self, connection: _Connection, message: RenderedMessage
    ) -> SendOutcome | _LostBeforeData:
        """One mail transaction. The connection goes back to the pool only when it is in order."""
        reusable = False
        try:
            outcome, reusable = await self._transact(connection.smtp, message)
            return outcome
        finally:
            connection.sent += 1
            if reusable and connection.sent < self._settings.messages_per_connection_max:
                self._idle.append(connection)
            elif reusable:
                await self._quit(connection)
            else:
                connection.smtp.close()

    async def _transact(
        self, smtp: SMTP, message: RenderedMessage
    ) -> tuple[SendOutcome | _LostBeforeData, bool]:
        """The outcome, and whether the connection can take a next message."""
        timeout_s = self._settings.command_timeout_s
        sender = return_path(self._settings.bounce_address, message.message_id)
        try:
            await smtp.mail(sender, timeout=timeout_s)
            await smtp.rcpt(message.recipient or "", timeout=timeout_s)
        except SMTPResponseException as refusal:
            return _refused(refusal), await self._reset(smtp, refusal.code)
        except _BROKEN:
            return _LostBeforeData(), False
        try:
            reply = await smtp.data(message.content, timeout=timeout_s)
        except SMTPResponseException as refusal:
            if refusal.code < 400:
                return Unknown("smtp_reply_not_understood"), False
            return _refused(refusal), await self._reset(smtp, refusal.code)
        except _BROKEN:
            return Unknown("smtp_connection_lost_after_data"), False
        return Sent(_queue_id(reply.message)), True

    async def _reset(self, smtp: SMTP, code: int) -> bool:
        """Clear the refused envelope; a relay that says 421 is closing the line."""
        if code == SERVICE_NOT_AVAILABLE:
            return False
        try:
            await smtp.rset(timeout=self._settings.command_timeout_s)
        except (SMTPException, OSError):
            return False
        return True

    async def _quit(self, connection: _Connection) -> None:
        try:
            await connection.smtp.quit(timeout=self._settings.connect_timeout_s)
        except (SMTPException, OSError):
            connection.smtp.close()


def _refused(refusal: SMTPResponseException) -> Bounced:
    """The reply's text may quote the address, so only its numbers are kept."""
    if refusal.code < 400:
        return Bounced("smtp_reply_not_understood", permanent=False)
    enhanced = _ENHANCED_STATUS.match(refusal.message)
    reason = f"smtp_{refusal.code}" + (f"_{enhanced[1]}" if enhanced else "")
    return Bounced(reason, permanent=refusal.code >= 500)


def _queue_id(reply: str) -> str:
    """The relay's own words for what it took, cut to what a column holds."""
    return reply.split("\n", maxsplit=1)[0].strip()[:200]


def _require_mail(message: RenderedMessage) -> None:
    if message.channel is not Channel.EMAIL or not message.recipient:
        raise ValueError("this road takes e-mail with a recipient")
    if fingerprint(message.content) != message.sha256:
        raise ValueError("these are not the bytes that were archived")
