"""Payouts of the provider on the bank account, and whether what is in them adds up."""

from __future__ import annotations

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from services.payments.models import PayoutSettlement, ProviderPayout
from services.payments.repository import online
from shared.auth import requires
from shared.http.pages import Page, PageOf
from shared.http.unit import Reading
from shared.http.unit import router as noun_router
from shared.money import Money

router = noun_router("/payouts", "payouts")


class PayoutShown(BaseModel):
    """`reason` says what differs: the amount at the bank, a part we do not know, or the costs."""

    payout_id: UUID
    reference: str
    amount: Money
    fee: Money
    booked_on: date
    status: str
    reason: str | None
    settlement_id: str | None


@router.get("", dependencies=[requires("payments:read")])
async def list_payouts(
    session: Reading,
    paging: PageOf,
    status: Literal["agreed", "differs", "unknown"] | None = None,
) -> Page[PayoutShown]:
    """The oldest first; `differs` wants a person, `unknown` was not told by the provider yet."""
    rows = await online.payouts(session, paging, status)
    return paging.page(rows, lambda row: _shown(*row), lambda row: (row[0].id,))


def _shown(payout: ProviderPayout, settlement: PayoutSettlement | None) -> PayoutShown:
    return PayoutShown(
        payout_id=payout.id,
        reference=payout.reference,
        amount=Money(payout.amount_minor, payout.currency),
        fee=Money(settlement.fee_minor if settlement else 0, payout.currency),
        booked_on=payout.booked_on,
        status=settlement.status if settlement else "unknown",
        reason=settlement.reason if settlement else None,
        settlement_id=settlement.settlement_id if settlement else None,
    )
