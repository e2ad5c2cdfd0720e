"""An online mandate: asked for, shown to whoever holds its link, confirmed by them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.domain.confirmation import (
    SECRET_BYTES,
    VALID_DAYS,
    NoSuchRequest,
    hash_of,
    make_token,
)
from services.payments.domain.transitions import MANDATE, after
from services.payments.models import Mandate
from services.payments.repository import parties
from services.payments.use_cases.change_mandates import tell_changed
from services.payments.use_cases.register_mandates import RegisterMandate, register_mandates
from services.payments.use_cases.show_mandates import show_parties
from shared.clock import business_date
from shared.crypto import Vault
from shared.db import WriteSession, scope_of
from shared.errors import Conflict


@dataclass(frozen=True, slots=True)
class MandateAsked:
    """What the holder of the link sees before confirming."""

    creditor_name: str
    sepa_creditor_id: str | None
    reference: str
    iban_ending: str
    status: str


async def ask_mandate(
    session: WriteSession, command: RegisterMandate, *, vault: Vault, today: date
) -> tuple[UUID, str]:
    """The mandate, `pending`, and the token that confirms it: told once, stored as a hash."""
    token = make_token(scope_of(session).creditor_id, secrets.token_bytes(SECRET_BYTES))
    command = replace(
        command,
        channel="online",
        signed_on=today,
        confirm_hash=hash_of(token),
        confirm_until=today + timedelta(days=VALID_DAYS),
    )
    (mandate_id,) = await register_mandates(session, [command], vault=vault, today=today)
    return mandate_id, token


async def show_asked(session: WriteSession, token: str, *, vault: Vault) -> MandateAsked:
    mandate, _ = await _mandate(session, token)
    return await _shown(session, mandate, vault)


async def confirm_mandate(session: WriteSession, token: str, *, vault: Vault) -> MandateAsked:
    """Signed by it, on this day. Confirming twice is confirming once."""
    mandate, today = await _mandate(session, token)
    if mandate.status != "active":
        try:
            mandate.status = after(MANDATE, "mandate", mandate.status, "confirm")
        except Conflict:
            raise NoSuchRequest() from None
        mandate.signed_on = today
        mandate.version += 1
        tell_changed(session, mandate)
    return await _shown(session, mandate, vault)


async def _mandate(session: WriteSession, token: str) -> tuple[Mandate, date]:
    """With the creditor's day of today."""
    mandate = await parties.lock_mandate_to_confirm(session, hash_of(token))
    if mandate is None or mandate.confirm_until is None:
        raise NoSuchRequest()
    creditor = await parties.creditor(session)
    today = business_date(session.info["clock"].now(), ZoneInfo(creditor.time_zone))
    if today > mandate.confirm_until:
        raise NoSuchRequest()
    return mandate, today


async def _shown(session: AsyncSession, mandate: Mandate, vault: Vault) -> MandateAsked:
    creditor = await parties.creditor(session)
    party = (await show_parties(session, [mandate], vault=vault))[mandate.id]
    if party.iban is None:
        raise NoSuchRequest()
    return MandateAsked(
        creditor.name,
        creditor.sepa_creditor_id,
        mandate.reference,
        party.iban[-4:],
        mandate.status,
    )
