"""An online mandate: asked for, shown to whoever holds its link, confirmed by them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from services.payments.domain.confirmation import (
    SECRET_BYTES,
    VALID_DAYS,
    NoSuchRequest,
    Standing,
    creditor_of,
    hash_of,
    make_token,
    standing,
)
from services.payments.domain.transitions import MANDATE, after
from services.payments.models import Creditor, Mandate
from services.payments.repository import parties
from services.payments.use_cases.change_mandates import tell_changed
from services.payments.use_cases.register_mandates import RegisterMandate, register_mandates
from services.payments.use_cases.show_mandates import show_parties
from shared import audit
from shared.clock import business_date
from shared.crypto import Vault
from shared.db import ReadSession, Scope, WriteSession, scope_of
from shared.service import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class MandatePage:
    """What the holder of the link sees. After its last day the link tells no more of anybody."""

    creditor: Creditor
    mandate: Mandate
    standing: Standing
    # The last day of the link.
    until: date
    # None once the link is too old.
    account_holder: str | None
    iban_ending: str | None
    # The language the customer chose; none while it is not known.
    language: str | None


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


async def show_mandate_page(service: Service, token: str) -> MandatePage:
    """Raises `NoSuchRequest`."""
    async with service.db.read(_visitor(token)) as session:
        mandate = await parties.mandate_to_confirm(session, hash_of(token))
        return await _page(session, mandate, service.vault)


async def confirm_mandate(service: Service, token: str) -> None:
    """Signed by it, on this day, if it still is to be: what is asked cannot be amended meanwhile.

    Confirming twice is confirming once. Raises `NoSuchRequest`.
    """
    async with service.db.write(_visitor(token)) as session:
        mandate = await parties.lock_mandate_to_confirm(session, hash_of(token))
        page = await _page(session, mandate, service.vault)
        if page.standing == "asked":
            _sign(session, page.mandate, page.creditor)


def _sign(session: WriteSession, mandate: Mandate, creditor: Creditor) -> None:
    mandate.status = after(MANDATE, "mandate", mandate.status, "confirm")
    mandate.signed_on = _today(session, creditor)
    mandate.version += 1
    tell_changed(session, mandate)
    audit.record(session, "confirm_mandate", mandate.reference)


def _visitor(token: str) -> Scope:
    """Row-level security opens the creditor's rows; the token alone names the mandate in them."""
    return Scope(creditor_of(token), "customer:link", reason="http:confirm_mandate")


def _today(session: ReadSession | WriteSession, creditor: Creditor) -> date:
    return business_date(session.info["clock"].now(), ZoneInfo(creditor.time_zone))


async def _page(
    session: ReadSession | WriteSession, mandate: Mandate | None, vault: Vault
) -> MandatePage:
    if mandate is None or mandate.confirm_until is None:
        raise NoSuchRequest()
    creditor = await parties.creditor(session)
    today = _today(session, creditor)
    party = (await show_parties(session, [mandate], vault=vault))[mandate.id]
    if party.iban is None:
        raise NoSuchRequest()
    customer = (await parties.customers(session, [mandate.customer_id])).get(mandate.customer_id)
    is_told = today <= mandate.confirm_until
    return MandatePage(
        creditor=creditor,
        mandate=mandate,
        standing=standing(mandate.status, mandate.reason, mandate.confirm_until, today),
        until=mandate.confirm_until,
        account_holder=party.account_holder if is_told else None,
        iban_ending=party.iban[-4:] if is_told else None,
        language=customer.language if customer else None,
    )
