"""Credit transfers, their files, and the status reports of banks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, any_, func, literal, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.domain.bank_lines import TransferFacts
from services.payments.domain.transfer import Earlier, awaits_line
from services.payments.models import (
    BankLine,
    Debit,
    Mandate,
    Payment,
    ProviderPayment,
    StatusReport,
    Transfer,
)
from services.payments.models import TransferFile as File
from services.payments.repository.locking import locked
from services.payments.repository.parties import UUIDS
from shared.db import WriteSession, scope_of
from shared.errors import NotFound
from shared.http.pages import Paging
from shared.money import Money

_LOCK_ACCOUNT = text("SELECT pg_advisory_xact_lock(hashtextextended(:account, 1224))")


async def transfer(session: AsyncSession, transfer_id: UUID) -> Transfer:
    found = await session.get(Transfer, transfer_id)
    if found is None:
        raise NotFound("no transfer with this id")
    return found


async def transfers(
    session: AsyncSession, paging: Paging, *, looks_executed: bool = False, **equal: Any
) -> Sequence[Transfer]:
    """`looks_executed`: only those in a file that a line which is nothing else looks like."""
    query = select(Transfer).order_by(Transfer.id).limit(paging.limit + 1)
    for column, value in equal.items():
        if value is not None:
            query = query.where(getattr(Transfer, column) == value)
    if looks_executed:
        query = query.where(Transfer.status == "in_file", _looks_executed())
    if paging.after:
        query = query.where(Transfer.id > UUID(paging.after[0]))
    return (await session.scalars(query)).all()


def _looks_executed() -> ColumnElement[bool]:
    """The same money went to the same account since the file was made, for nothing we know."""
    line = select(BankLine.id).join(File, File.id == Transfer.file_id)
    return line.where(
        BankLine.kind == "other",
        BankLine.amount_minor < 0,
        BankLine.amount_minor == -Transfer.amount_minor,
        BankLine.currency == Transfer.currency,
        BankLine.iban_index == Transfer.iban_index,
        BankLine.booked_on >= func.date(File.created_at),
    ).exists()


async def lock_transfers(session: WriteSession, ids: Collection[UUID]) -> list[Transfer]:
    query = select(Transfer).where(Transfer.id == any_(literal(list(ids), UUIDS)))
    return list((await session.scalars(locked(query.order_by(Transfer.id)))).all())


async def lock_transfer(session: WriteSession, transfer_id: UUID) -> Transfer:
    found = await lock_transfers(session, [transfer_id])
    if not found:
        raise NotFound("no transfer with this id")
    return found[0]


async def approved(session: AsyncSession) -> Sequence[Transfer]:
    return (await session.scalars(select(Transfer).where(Transfer.status == "approved"))).all()


async def unsent_to(session: AsyncSession, customer_ids: Collection[UUID]) -> Sequence[Transfer]:
    """Transfers to these customers that no file holds yet."""
    query = select(Transfer).where(
        Transfer.customer_id == any_(literal(list(customer_ids), UUIDS)),
        Transfer.status.in_(("asked", "approved")),
    )
    return (await session.scalars(query)).all()


async def lock_approved(session: WriteSession) -> list[Transfer]:
    query = select(Transfer).where(Transfer.status == "approved").order_by(Transfer.id)
    return list((await session.scalars(locked(query))).all())


async def lock_unsent_of(
    session: WriteSession, payment_ids: Collection[UUID]
) -> Sequence[Transfer]:
    """Transfers out of these payments that no file holds yet."""
    query = select(Transfer).where(
        Transfer.payment_id == any_(literal(list(payment_ids), UUIDS)),
        Transfer.status.in_(("asked", "approved")),
    )
    return (await session.scalars(locked(query.order_by(Transfer.id)))).all()


async def lock_refunded(
    session: WriteSession, payment_ids: Collection[UUID]
) -> Mapping[UUID, Money]:
    """What of these payments was paid back already; what a file holds cannot be meanwhile."""
    query = (
        select(Transfer.payment_id, Transfer.status, Transfer.amount_minor, Transfer.currency)
        .where(
            Transfer.payment_id == any_(literal(list(payment_ids), UUIDS)),
            Transfer.status.in_(("in_file", "executed")),
        )
        .order_by(Transfer.id)
        .with_for_update()
    )
    refunded: dict[UUID, Money] = {}
    for payment_id, status, minor, currency in await session.execute(query):
        if status == "executed" and payment_id is not None:
            known = refunded.get(payment_id, Money.zero(currency))
            refunded[payment_id] = known + Money(minor, currency)
    return refunded


async def collected_for(
    session: AsyncSession, payment_ids: Collection[UUID], *, only_reversed: bool = False
) -> dict[UUID, UUID | None]:
    """By payment, the invoice a debit or a visit to the provider collected it for."""
    query = (
        select(Payment.id, func.coalesce(Debit.invoice_id, ProviderPayment.invoice_id))
        .outerjoin(Debit, Debit.id == Payment.debit_id)
        .outerjoin(ProviderPayment, ProviderPayment.id == Payment.provider_payment_id)
        .where(Payment.id == any_(literal(list(payment_ids), UUIDS)))
    )
    if only_reversed:
        query = query.where(Payment.status == "reversed")
    found: dict[UUID, UUID | None] = dict((await session.execute(query)).all())
    return found


async def lock_in_files(
    session: WriteSession, transfer_ids: Collection[UUID], file_ids: Collection[UUID]
) -> dict[UUID, Transfer]:
    """Transfers by their own ids or by their file."""
    if not transfer_ids and not file_ids:
        return {}
    query = select(Transfer).where(
        or_(
            Transfer.id == any_(literal(list(transfer_ids), UUIDS)),
            Transfer.file_id == any_(literal(list(file_ids), UUIDS)),
        )
    )
    return {row.id: row for row in await session.scalars(locked(query.order_by(Transfer.id)))}


def facts_of(row: Transfer) -> TransferFacts:
    return TransferFacts(
        id=row.id,
        file_id=row.file_id,
        awaits_line=awaits_line(row.status, row.line_id),
        amount=Money(row.amount_minor, row.currency),
    )


async def transfers_of_payment(session: AsyncSession, payment_id: UUID) -> Sequence[Transfer]:
    query = select(Transfer).where(Transfer.payment_id == payment_id).order_by(Transfer.id)
    return (await session.scalars(query)).all()


async def transfers_of_file(session: AsyncSession, file_id: UUID) -> Sequence[Transfer]:
    query = select(Transfer).where(Transfer.file_id == file_id).order_by(Transfer.id)
    return (await session.scalars(query)).all()


async def file(session: AsyncSession, file_id: UUID) -> File:
    found = await session.get(File, file_id)
    if found is None:
        raise NotFound("no transfer file with this id")
    return found


async def files(session: AsyncSession, paging: Paging) -> Sequence[File]:
    query = select(File).order_by(File.id).limit(paging.limit + 1)
    if paging.after:
        query = query.where(File.id > UUID(paging.after[0]))
    return (await session.scalars(query)).all()


async def lock_earlier(
    session: WriteSession, payment_id: UUID | None, iban_index: bytes, since: datetime
) -> list[Earlier]:
    """What a new transfer might repeat: of the same payment, or to the same account since then.
    Until the commit nobody else is told of this account, so that two that are equal meet."""
    account = f"{scope_of(session).creditor_id} {iban_index.hex()}"
    await session.execute(_LOCK_ACCOUNT, {"account": account})
    same_account = (Transfer.iban_index == iban_index) & (Transfer.asked_at >= since)
    query = select(Transfer).where(or_(Transfer.payment_id == payment_id, same_account))
    return [
        Earlier(
            id=row.id,
            status=row.status,
            payment_id=row.payment_id,
            is_same_account=row.iban_index == iban_index,
            amount=Money(row.amount_minor, row.currency),
            asked_at=row.asked_at,
        )
        for row in await session.scalars(query.order_by(Transfer.id))
    ]


async def mandates_on(session: AsyncSession, iban_index: bytes) -> Sequence[Mandate]:
    """All that anybody ever gave on this account."""
    query = select(Mandate).where(Mandate.iban_index == iban_index).order_by(Mandate.id)
    return (await session.scalars(query)).all()


async def mandate_of(session: AsyncSession, customer_id: UUID) -> Mandate | None:
    """The active mandate a customer signed last."""
    query = (
        select(Mandate)
        .where(Mandate.customer_id == customer_id, Mandate.status == "active")
        .order_by(Mandate.signed_on.desc(), Mandate.id.desc())
        .limit(1)
    )
    return (await session.scalars(query)).one_or_none()


async def line_of(session: AsyncSession, payment: Payment) -> BankLine | None:
    return await session.get(BankLine, payment.line_id) if payment.line_id else None


async def known_report(session: WriteSession, sha256: bytes) -> StatusReport | None:
    """The report with these bytes; until the commit nobody else stores them."""
    lock = func.pg_advisory_xact_lock(int.from_bytes(sha256[:8], "big", signed=True))
    await session.execute(select(lock))
    query = select(StatusReport).where(StatusReport.sha256 == sha256)
    return (await session.scalars(query)).one_or_none()
