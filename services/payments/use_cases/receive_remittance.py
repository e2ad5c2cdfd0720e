"""Take in a specification: stored whole, or refused with line and field.

Rows that name no invoice for certain are stored too, apart: they are in the sum that comes, and a
person places them.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.payments.domain.clues import number_key
from services.payments.domain.remittance import Layout, sums
from services.payments.formats.specification import Row, read_specification
from services.payments.models import Remittance, RemittancePart, RemittanceStray
from services.payments.repository import parties, remittances
from services.payments.repository.remittances import NamedItem
from services.payments.use_cases.show_remittances import REFERENCE_FIELD
from shared.bulk import insert_rows
from shared.crypto import Vault
from shared.db import WriteSession, scope_of
from shared.errors import InvalidInput, Problem
from shared.ids import uuid7, uuid7s
from shared.rows import rows_of

_PROBLEMS_MAX = 200
_ROWS_AT_ONCE = 5_000
_TOLD = {
    "unknown_reference": "no invoice of ours has this number or reference",
    "several_invoices": "more than one invoice has this number or reference",
    "other_currency": "this invoice is in another currency",
}


@dataclass(frozen=True, slots=True)
class Received:
    """`is_new` is False when the same bytes were there already."""

    remittance: Remittance
    is_new: bool


async def receive_remittance(
    session: WriteSession, sender_code: str, content: bytes, *, vault: Vault
) -> Received:
    sender = await remittances.sender(session, sender_code)
    digest = hashlib.sha256(content).digest()
    known = await remittances.known(session, digest)
    if known is not None:
        return Received(known, is_new=False)
    creditor = await parties.creditor(session)
    layout = Layout(**sender.layout)
    rows = await asyncio.to_thread(read_specification, content, layout, creditor.currency)
    gross, fee = sums(((row.gross, row.fee) for row in rows), creditor.currency)
    scope, now = scope_of(session), session.info["clock"].now()
    remittance = Remittance(
        id=uuid7(),
        creditor_id=scope.creditor_id,
        version=1,
        status="waiting",
        sender_id=sender.id,
        sha256=digest,
        currency=creditor.currency,
        gross_minor=gross.minor,
        fee_minor=fee.minor,
        net_minor=(gross - fee).minor,
        part_count=len(rows),
        payment_id=None,
        received_by=scope.actor,
        created_at=now,
    )
    session.add(remittance)
    await session.flush()
    await _store_rows(session, remittance, rows, layout, vault)
    return Received(remittance, is_new=True)


async def _store_rows(
    session: WriteSession, remittance: Remittance, rows: Sequence[Row], layout: Layout, vault: Vault
) -> None:
    """Rows by what they pay, and apart from them those that a person has to look at; some thousands
    at a time, so that few of them are held in several shapes. Refused when none is named for
    certain: it is another file, or the layout names another column."""
    is_any_named, problems = False, []
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        named, strays = await _sort(
            session, rows[start : start + _ROWS_AT_ONCE], remittance.currency
        )
        await _store_parts(session, remittance.id, named)
        await _store_strays(session, remittance.id, strays, vault)
        is_any_named |= bool(named)
        if not is_any_named:
            problems += [Problem(layout.reference, _TOLD[code], row.line) for row, code in strays]
            problems = problems[:_PROBLEMS_MAX]
    if not is_any_named:
        raise InvalidInput("no row names an invoice of ours; nothing was stored", problems)


async def _sort(
    session: WriteSession, rows: Sequence[Row], currency: str
) -> tuple[list[tuple[Row, NamedItem]], list[tuple[Row, str]]]:
    keys = [number_key(row.reference) for row in rows]
    found = await remittances.items_by_reference(session, set(keys))
    named: list[tuple[Row, NamedItem]] = []
    strays: list[tuple[Row, str]] = []
    for key, row in zip(keys, rows, strict=True):
        items = list(found.get(key, ()))
        problem = _problem(items, currency)
        if problem is None:
            named.append((row, items[0]))
        else:
            strays.append((row, problem))
    return named, strays


def _problem(items: Sequence[NamedItem], currency: str) -> str | None:
    if not items:
        return "unknown_reference"
    if len(items) > 1:
        return "several_invoices"
    return None if items[0].currency == currency else "other_currency"


async def _store_parts(
    session: WriteSession, remittance_id: UUID, named: Sequence[tuple[Row, NamedItem]]
) -> None:
    creditor_id = scope_of(session).creditor_id
    await insert_rows(
        session,
        rows_of(RemittancePart),
        [
            {
                "id": part_id,
                "creditor_id": creditor_id,
                "remittance_id": remittance_id,
                "line": row.line,
                "invoice_id": item.id,
                "customer_id": item.customer_id,
                "gross_minor": row.gross.minor,
                "fee_minor": row.fee.minor,
                "paid_on": row.paid_on,
            }
            for part_id, (row, item) in zip(uuid7s(len(named)), named, strict=True)
        ],
    )


async def _store_strays(
    session: WriteSession, remittance_id: UUID, strays: Sequence[tuple[Row, str]], vault: Vault
) -> None:
    """What the sender wrote may say whose debt it is: sealed, with the creditor's own key."""
    creditor_id = scope_of(session).creditor_id
    cipher = (await vault.open_or_create(session, [creditor_id]))[creditor_id]
    await insert_rows(
        session,
        rows_of(RemittanceStray),
        [
            {
                "id": uuid7(),
                "creditor_id": creditor_id,
                "remittance_id": remittance_id,
                "line": row.line,
                "problem": problem,
                "reference_sealed": cipher.encrypt(REFERENCE_FIELD, row.reference),
                "gross_minor": row.gross.minor,
                "fee_minor": row.fee.minor,
                "paid_on": row.paid_on,
            }
            for row, problem in strays
        ],
    )
