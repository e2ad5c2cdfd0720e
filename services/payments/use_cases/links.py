"""The addresses where invoices can be paid: the standing ones, and those made on request."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from services.payments.config import Settings
from services.payments.domain.links import Link, open_link, seal_link
from services.payments.models import PaymentLink
from services.payments.repository import links, parties
from shared.bulk import insert_rows
from shared.clock import business_date
from shared.db import WriteSession, scope_of
from shared.errors import InvalidInput, NotFound
from shared.events.billing import InvoiceIssued
from shared.ids import uuid7
from shared.rows import rows_of

# A link that was taken back stays so; another invoice keeps that of the balance alive.
_LATER = (
    "(id) DO UPDATE SET expires_on = excluded.expires_on"
    " WHERE excluded.expires_on > payment_links.expires_on"
)


@dataclass(frozen=True, slots=True)
class LinkMaker:
    key: bytes
    public_url: str
    valid_days: int

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(settings.link_key, settings.public_url.rstrip("/"), settings.link_valid_days)

    def url(self, creditor_id: UUID, link_id: UUID) -> str:
        return f"{self.public_url}/pay/{seal_link(Link(creditor_id, link_id), self.key)}"

    def open(self, token: str) -> Link:
        """Raises `NoSuchLink`."""
        return open_link(token, self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeLink:
    """`subject_id` is the invoice, customer (`balance`), arrangement or case.

    `expires_on` none: as long as standing links; `may_pay_part` none: as the creditor's settings
    say; `instalment` none: the one to be paid when the page is looked at.
    """

    kind: str
    subject_id: UUID
    instalment: int | None = None
    expires_on: date | None = None
    may_pay_part: bool | None = None


async def stand_links(
    session: WriteSession, invoices: Iterable[InvoiceIssued], valid_days: int
) -> None:
    """The standing links of these invoices and of their customers' balances, in one statement."""
    lasting = timedelta(days=valid_days)
    rows: dict[UUID, dict[str, Any]] = {}
    for issued in invoices:
        until = issued.issued_on + lasting
        rows[issued.invoice_id] = _row("invoice", issued.invoice_id, issued.customer_id, until)
        known = rows.get(issued.customer_id)
        if known is None or known["expires_on"] < until:
            rows[issued.customer_id] = _row(
                "balance", issued.customer_id, issued.customer_id, until
            )
    told = {
        "creditor_id": scope_of(session).creditor_id,
        "created_at": session.info["clock"].now(),
    }
    ordered = [row | told for _, row in sorted(rows.items())]
    await insert_rows(session, rows_of(PaymentLink), ordered, on_conflict=_LATER)


def _row(kind: str, subject_id: UUID, customer_id: UUID, until: date) -> dict[str, Any]:
    return {
        "id": subject_id,
        "kind": kind,
        "subject_id": subject_id,
        "customer_id": customer_id,
        "expires_on": until,
    }


async def make_link(session: WriteSession, command: MakeLink, *, valid_days: int) -> PaymentLink:
    """Raises `InvalidInput` for a day that is past or too far, `NotFound` for what is not there."""
    creditor = await parties.creditor(session)
    today = business_date(session.info["clock"].now(), ZoneInfo(creditor.time_zone))
    last = today + timedelta(days=valid_days)
    expires_on = command.expires_on or last
    if not today <= expires_on <= last:
        raise InvalidInput.field("expires_on", f"from {today} to {last}")
    if command.instalment is not None and command.kind != "instalment":
        raise InvalidInput.field("instalment", "only a link of kind `instalment` has one")
    customer_id = await links.customer_of(session, command.kind, command.subject_id)
    if customer_id is None:
        raise NotFound(f"no {command.kind} with this id is known here")
    if command.instalment is not None:
        plan = (await links.arrangement(session, command.subject_id)).instalments
        if command.instalment not in {part["number"] for part in plan}:
            raise InvalidInput.field(
                "instalment", "the arrangement has no instalment of this number"
            )
    link = PaymentLink(
        id=uuid7(),
        creditor_id=creditor.id,
        kind=command.kind,
        subject_id=command.subject_id,
        customer_id=customer_id,
        instalment=command.instalment,
        expires_on=expires_on,
        may_pay_part=command.may_pay_part,
        created_at=session.info["clock"].now(),
        revoked_at=None,
    )
    session.add(link)
    await session.flush()
    return link


async def revoke_link(session: WriteSession, link_id: UUID) -> PaymentLink:
    """Whoever holds it sees nothing any more. Doing it again changes nothing."""
    link = await links.lock_link(session, link_id)
    link.revoked_at = link.revoked_at or session.info["clock"].now()
    await session.flush()
    return link
