"""What a process of notifications has in hand beyond the kernel: the press, and the roads out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from services.notifications.config import Settings
from services.notifications.domain.message import Channel
from services.notifications.press import Press
from services.notifications.senders.print_house import PrintHouseSender
from services.notifications.senders.smtp import SmtpSender, SmtpSettings
from services.notifications.use_cases.hand_over import Roads
from shared.clock import Clock
from shared.errors import InvalidInput
from shared.service import Service
from shared.telemetry import log


class NotificationsService(Service):
    settings: Settings

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        super().__init__("notifications", settings, clock)
        self.settings = settings
        self.press = Press(settings.render_processes)
        self._print_house = PrintHouseSender(settings.print_house_dir, self.clock)
        self._told: dict[UUID, str] = {}

    @asynccontextmanager
    async def roads(self, creditor_email: str) -> AsyncIterator[Roads]:
        """The ways out for one turn; connections are opened when needed and closed after it.

        Returned mail goes to the installation's `sender_address`, else to the creditor.
        """
        settings = self.settings
        password = settings.smtp_password
        smtp = SmtpSender(
            SmtpSettings(
                hostname=settings.smtp_host,
                port=settings.smtp_port,
                bounce_address=settings.sender_address or creditor_email,
                tls=settings.smtp_tls,
                username=settings.smtp_username,
                password=None if password is None else password.get_secret_value(),
                connections_max=settings.smtp_connections,
                command_timeout_s=settings.smtp_timeout_s,
            )
        )
        try:
            yield {Channel.EMAIL: smtp, Channel.LETTER: self._print_house}
        finally:
            await smtp.close()

    def tell_once(self, creditor_id: UUID, error: InvalidInput) -> None:
        """Log what keeps all letters of a creditor waiting, and only when it is something new."""
        fields = ",".join(problem.field for problem in error.problems)
        if self._told.get(creditor_id) != fields:
            self._told[creditor_id] = fields
            log.error("letterhead.incomplete", creditor_id=str(creditor_id), fields=fields)

    async def close(self) -> None:
        self.press.close()
        await super().close()
