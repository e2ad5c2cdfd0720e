"""A real SMTP server in the test's process that keeps what it takes and refuses what it is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True, slots=True)
class Caught:
    sender: str
    recipient: str
    content: bytes

    @property
    def mail(self) -> EmailMessage:
        parsed = message_from_bytes(self.content, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def text(self) -> str:
        body = self.mail.get_body(("plain",))
        assert body is not None
        return str(body.get_content())


@dataclass
class Relay:
    """`refuse`: refused for good; `greylist`: refused once; `cut`: cut once after DATA."""

    refuse: set[str] = field(default_factory=set)
    greylist: set[str] = field(default_factory=set)
    cut: set[str] = field(default_factory=set)
    caught: list[Caught] = field(default_factory=list)
    sessions: int = 0
    watch: Callable[[int], None] = lambda _count: None
    port: int = 0
    _server: asyncio.Server | None = None

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: SMTP(self, hostname="relay.example", loop=loop, data_size_limit=None),
            "127.0.0.1",
            self.port,
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    @property
    def recipients(self) -> list[str]:
        return sorted(item.recipient for item in self.caught)

    async def handle_EHLO(
        self, _server: SMTP, session: Session, _envelope: Envelope, name: str, answers: list[str]
    ) -> list[str]:
        session.host_name = name
        self.sessions += 1
        return answers

    async def handle_RCPT(
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if address in self.refuse:
            return "550 5.1.1 No such mailbox"
        if address in self.greylist:
            self.greylist.discard(address)
            return "451 4.7.1 Try again in a moment"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        (recipient,) = envelope.rcpt_tos
        self.caught.append(Caught(envelope.mail_from or "", recipient, envelope.content))
        self.watch(len(self.caught))
        if recipient in self.cut:
            self.cut.discard(recipient)
            assert server.transport is not None
            server.transport.abort()
        return f"250 OK queued as Q{len(self.caught)}"
