"""Write charges down and tell billing of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from services.collections.domain.charges import PlannedCharge
from services.collections.models import Charge
from shared.bulk import insert_rows
from shared.db import WriteSession, scope_of
from shared.events.collections import ChargeImposed
from shared.rows import rows_of


async def write_charges(
    session: WriteSession, planned: Iterable[tuple[UUID, UUID, PlannedCharge]], today: date
) -> None:
    """`planned`: customer, case and charge."""
    await insert_rows(
        session,
        rows_of(Charge),
        [
            {
                "id": charge.charge_id,
                "creditor_id": scope_of(session).creditor_id,
                "case_id": case_id,
                "claim_id": charge.claim_id,
                "customer_id": customer_id,
                "step_id": charge.step_id,
                "kind": charge.kind,
                "status": "imposed",
                "amount_minor": charge.amount.minor,
                "currency": charge.amount.currency,
                "effective_on": charge.effective_on,
                "imposed_on": today,
                "ground": charge.ground,
            }
            for customer_id, case_id, charge in planned
        ],
    )


def charge_imposed(customer_id: UUID, case_id: UUID, charge: PlannedCharge) -> ChargeImposed:
    return ChargeImposed(
        charge_id=charge.charge_id,
        case_id=case_id,
        invoice_id=charge.claim_id,
        customer_id=customer_id,
        kind=charge.kind,
        amount=charge.amount,
        effective_on=charge.effective_on,
        ground=charge.ground,
    )
