"""The addresses where invoices can be paid, and what stands behind one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self
from uuid import UUID

from services.payments.config import Settings
from services.payments.domain.links import Link, open_link, seal_link


@dataclass(frozen=True, slots=True)
class LinkMaker:
    key: bytes
    public_url: str
    valid_days: int

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(settings.link_key, settings.public_url.rstrip("/"), settings.link_valid_days)

    def url(self, creditor_id: UUID, invoice_id: UUID, issued_on: date) -> str:
        valid_until = issued_on + timedelta(days=self.valid_days)
        token = seal_link(Link(creditor_id, invoice_id, valid_until), self.key)
        return f"{self.public_url}/pay/{token}"

    def open(self, token: str, today: date) -> Link:
        """Raises `NoSuchLink`."""
        return open_link(token, self.key, today)
