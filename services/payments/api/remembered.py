"""Who pays for whom, as clerks taught it: to be seen, and unlearned."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from fastapi import Response
from pydantic import BaseModel

from services.payments.models import Customer, RememberedPayer
from services.payments.repository import parties, payers
from shared.auth import requires
from shared.errors import InvalidInput, NotFound
from shared.http.pages import Page, PageOf
from shared.http.unit import Reading, Writing
from shared.http.unit import router as noun_router

router = noun_router("/remembered-payers", "remembered payers")


class RememberedShown(BaseModel):
    """`account` is a keyed hash: the same account has the same one; no number can be read of it."""

    account: str
    customer_id: UUID
    customer_number: str | None
    payment_id: UUID
    taught_by: str
    taught_at: datetime
    times: int


@router.get("", dependencies=[requires("payments:read")])
async def list_remembered(
    session: Reading, paging: PageOf, customer_id: UUID | None = None
) -> Page[RememberedShown]:
    """Accounts that pay for customers; `payment_id` shows the sender of the last such payment."""
    rows = await payers.taught(session, paging, customer_id)
    customers = await parties.customers(session, {row.customer_id for row in rows})
    return paging.page(
        rows,
        lambda row: _shown(row, customers.get(row.customer_id)),
        lambda row: (row.iban_index.hex(), row.customer_id),
    )


@router.delete(
    "/{account}/{customer_id}", status_code=204, dependencies=[requires("payments:write")]
)
async def forget(session: Writing, account: str, customer_id: UUID) -> Response:
    """Unlearn it: payments from this account are not taken for this customer any more."""
    try:
        iban_index = bytes.fromhex(account)
    except ValueError:
        raise InvalidInput.field("account", "not an account of the list") from None
    if not await payers.forget(session, iban_index, customer_id):
        raise NotFound("nothing is remembered of this account and customer")
    return Response(status_code=204)


def _shown(row: RememberedPayer, customer: Customer | None) -> RememberedShown:
    return RememberedShown(
        account=row.iban_index.hex(),
        customer_id=row.customer_id,
        customer_number=customer.number if customer else None,
        payment_id=row.payment_id,
        taught_by=row.taught_by,
        taught_at=row.taught_at,
        times=row.times,
    )
