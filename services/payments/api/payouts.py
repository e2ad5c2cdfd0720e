"""Payouts of the providers on the bank account, and whether what is in them adds up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from services.payments.models import PayoutPart, PayoutSettlement, ProviderPayout
from services.payments.repository import payouts
from services.payments.use_cases.explain_payouts import look_again
from shared.auth import requires
from shared.http.pages import Page, PageOf
from shared.http.unit import Reading, Writing
from shared.http.unit import router as noun_router
from shared.money import Money

router = noun_router("/payouts", "payouts")


class DifferenceShown(BaseModel):
    """`payment` is the provider's id; none where the payout as a whole differs."""

    reason: str
    payment: str | None
    told: Money = Field(description="by the provider")
    booked: Money | None = Field(description="by us; none when we know nothing of it")


class PayoutShown(BaseModel):
    """`reason` says what differs: the amount at the bank, a part, or the costs."""

    payout_id: UUID
    provider: str
    reference: str
    amount: Money
    told: Money | None = Field(description="its amount in the provider's words")
    fee: Money
    booked_on: date
    status: str
    reason: str | None
    differences: list[DifferenceShown]
    settlement_id: str | None


class PartShown(BaseModel):
    kind: str = Field(description="payment, taken, reinstated, carried or fee")
    amount: Money
    provider_id: str | None
    payment_id: UUID | None


class PayoutWhole(PayoutShown):
    """The parts sum to the amount; they are known once it is agreed."""

    parts: list[PartShown]


@router.get("", dependencies=[requires("payments:read")])
async def list_payouts(
    session: Reading,
    paging: PageOf,
    status: Literal["agreed", "differs", "unknown"] | None = None,
) -> Page[PayoutShown]:
    """The oldest first; `differs` wants a person, `unknown` was not told by the provider yet."""
    rows = await payouts.payouts(session, paging, status)
    return paging.page(
        rows, lambda row: payout_shown(*row), lambda row: (row[0].booked_on, row[0].id)
    )


@router.get("/{payout_id}", dependencies=[requires("payments:read")])
async def get_payout(session: Reading, payout_id: UUID) -> PayoutWhole:
    return _whole(*await payouts.payout(session, payout_id))


@router.post("/{payout_id}/check", dependencies=[requires("payments:write")])
async def check(session: Writing, payout_id: UUID) -> PayoutWhole:
    """Ask the provider again within the minute; one that is agreed stays so."""
    found = await payouts.payout(session, payout_id)
    await look_again(session, payout_id=payout_id)
    return _whole(*found)


def payout_shown(payout: ProviderPayout, settlement: PayoutSettlement | None) -> PayoutShown:
    told = settlement.told_minor if settlement else None
    return PayoutShown(
        payout_id=payout.id,
        provider=payout.provider,
        reference=payout.reference,
        amount=Money(payout.amount_minor, payout.currency),
        told=None if told is None else Money(told, payout.currency),
        fee=Money(settlement.fee_minor if settlement else 0, payout.currency),
        booked_on=payout.booked_on,
        status=settlement.status if settlement else "unknown",
        reason=settlement.reason if settlement else None,
        differences=[_difference(one) for one in settlement.differences] if settlement else [],
        settlement_id=settlement.settlement_id if settlement else None,
    )


def _difference(stored: dict[str, Any]) -> DifferenceShown:
    return DifferenceShown(
        reason=stored["reason"],
        payment=stored["payment"],
        told=Money(*stored["told"]),
        booked=Money(*stored["booked"]) if stored["booked"] else None,
    )


def _whole(
    payout: ProviderPayout, settlement: PayoutSettlement | None, parts: Sequence[PayoutPart]
) -> PayoutWhole:
    return PayoutWhole(
        **dict(payout_shown(payout, settlement)), parts=[_part(part) for part in parts]
    )


def _part(part: PayoutPart) -> PartShown:
    return PartShown(
        kind=part.kind,
        amount=Money(part.amount_minor, part.currency),
        provider_id=part.provider_id,
        payment_id=part.payment_id,
    )
