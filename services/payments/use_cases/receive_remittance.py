"""Take in a specification: stored whole, or refused with line and field."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.payments.domain.clues import number_key
from services.payments.domain.remittance import Layout, Part, sums
from services.payments.formats.specification import Row, read_specification
from services.payments.models import OpenItem, Remittance, RemittancePart
from services.payments.repository import parties, remittances
from shared.bulk import insert_rows
from shared.db import WriteSession, scope_of
from shared.errors import InvalidInput, Problem
from shared.ids import uuid7
from shared.rows import rows_of

_PROBLEMS_MAX = 200


@dataclass(frozen=True, slots=True)
class Received:
    """`is_new` is False when the same bytes were there already."""

    remittance: Remittance
    is_new: bool


async def receive_remittance(session: WriteSession, sender_code: str, content: bytes) -> Received:
    sender = await remittances.sender(session, sender_code)
    digest = hashlib.sha256(content).digest()
    known = await remittances.known(session, digest)
    if known is not None:
        return Received(known, is_new=False)
    creditor = await parties.creditor(session)
    layout = Layout(**sender.layout)
    rows = await asyncio.to_thread(read_specification, content, layout, creditor.currency)
    parts = await _parts(session, rows, layout, creditor.currency)
    gross, fee = sums(parts, creditor.currency)
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
        part_count=len(parts),
        payment_id=None,
        received_by=scope.actor,
        created_at=now,
    )
    session.add(remittance)
    await session.flush()
    await _store_parts(session, remittance.id, rows, parts)
    return Received(remittance, is_new=True)


async def _parts(
    session: WriteSession, rows: Sequence[Row], layout: Layout, currency: str
) -> list[Part]:
    found: dict[str, dict[UUID, OpenItem]] = {}
    keys = {number_key(row.reference) for row in rows}
    for item in await remittances.items_by_reference(session, keys):
        for key in {item.number_key, item.payment_reference, item.rf_reference} & keys:
            found.setdefault(str(key), {})[item.id] = item
    parts, problems = [], []
    for row in rows:
        items = list(found.get(number_key(row.reference), {}).values())
        why = _why_not(items, currency)
        if why is not None:
            problems.append(Problem(layout.reference, why, row.line))
        else:
            parts.append(Part(items[0].id, items[0].customer_id, row.gross, row.fee))
    if problems:
        raise InvalidInput(
            f"{len(problems)} problems; nothing was stored", problems[:_PROBLEMS_MAX]
        )
    return parts


def _why_not(items: Sequence[OpenItem], currency: str) -> str | None:
    if not items:
        return "no invoice of ours has this number or reference"
    if len(items) > 1:
        return "more than one invoice has this number or reference"
    return None if items[0].currency == currency else f"this invoice is not in {currency}"


async def _store_parts(
    session: WriteSession, remittance_id: UUID, rows: Sequence[Row], parts: Sequence[Part]
) -> None:
    creditor_id = scope_of(session).creditor_id
    await insert_rows(
        session,
        rows_of(RemittancePart),
        [
            {
                "id": uuid7(),
                "creditor_id": creditor_id,
                "remittance_id": remittance_id,
                "line": row.line,
                "invoice_id": part.invoice_id,
                "customer_id": part.customer_id,
                "gross_minor": part.gross.minor,
                "fee_minor": part.fee.minor,
                "paid_on": row.paid_on,
            }
            for row, part in zip(rows, parts, strict=True)
        ],
    )
