"""Who pays for whom, as clerks taught it: to be seen, and unlearned."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import BaseModel, Field

from services.payments.api.payment_views import Sender, sender_shown
from services.payments.repository import payers
from services.payments.use_cases.show_remembered import RememberedView, show_remembered
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
    sender: Sender = Field(description="as in the last payment that taught it")
    payment_id: UUID
    taught_by: str
    taught_at: datetime
    times: int


@router.get("", dependencies=[requires("payments:read")])
async def list_remembered(
    request: Request,
    session: Reading,
    paging: PageOf,
    customer_id: UUID | None = None,
    iban: Annotated[str | None, Query(max_length=50, description="the payer's account")] = None,
) -> Page[RememberedShown]:
    """Accounts that pay for customers, and who holds them."""
    vault = request.app.state.service.vault
    views = await show_remembered(session, paging, customer_id=customer_id, iban=iban, vault=vault)
    return paging.page(
        views, _shown, lambda view: (view.row.iban_index.hex(), view.row.customer_id)
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


def _shown(view: RememberedView) -> RememberedShown:
    row = view.row
    return RememberedShown(
        account=row.iban_index.hex(),
        customer_id=row.customer_id,
        customer_number=view.customer.number if view.customer else None,
        sender=sender_shown(view.sender),
        payment_id=row.payment_id,
        taught_by=row.taught_by,
        taught_at=row.taught_at,
        times=row.times,
    )
