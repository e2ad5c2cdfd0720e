"""What clerks taught about payers, and who they are: as in the last payment that taught it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.payments.models import Customer, RememberedPayer
from services.payments.repository import parties, payers, statements
from services.payments.use_cases.show_lines import LineText, show_texts
from shared.crypto import Vault
from shared.http.pages import Paging
from shared.references import normalise_iban


@dataclass(frozen=True, slots=True)
class RememberedView:
    row: RememberedPayer
    customer: Customer | None
    # None once the person is forgotten.
    sender: LineText | None


async def show_remembered(
    session: AsyncSession,
    paging: Paging,
    *,
    customer_id: UUID | None,
    iban: str | None,
    vault: Vault,
) -> list[RememberedView]:
    """One more than a page, to tell that there are more. `iban` as somebody wrote it."""
    iban_index = None if iban is None else vault.blind_index(normalise_iban(iban))
    rows = await payers.taught(session, paging, customer_id, iban_index)
    customers = await parties.customers(session, {row.customer_id for row in rows})
    lines = await statements.lines_of_payments(session, {row.payment_id for row in rows})
    texts = await show_texts(session, list(lines.values()), vault=vault)
    return [
        RememberedView(
            row,
            customers.get(row.customer_id),
            texts.get(lines[row.payment_id].id) if row.payment_id in lines else None,
        )
        for row in rows
    ]
