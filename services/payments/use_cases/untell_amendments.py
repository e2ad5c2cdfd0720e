"""What a refused debit told of its mandate was not heard: the next collection tells it again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from services.payments.domain.mandate import Amendment
from services.payments.models import Debit, Mandate
from services.payments.repository import debits
from services.payments.use_cases.debit_orders import ORDER_FIELD, DebitOrder
from shared.bulk import update_rows
from shared.crypto import CustomerCipher, Vault
from shared.db import WriteSession
from shared.rows import rows_of

_UNTOLD: Final = dict.fromkeys(
    ("told_reference", "told_iban_sealed", "told_creditor_id", "last_used_on")
)


async def untell_amendments(session: WriteSession, refused: Sequence[Debit], vault: Vault) -> None:
    """The mandates stand again as the bank knew them before; one row for each, whatever the
    number of its debits. What the first collection told is untold, unless another was heard."""
    ciphers = await vault.open(session, {debit.customer_id for debit in refused})
    heard = await debits.heard_mandates(session, {debit.mandate_id for debit in refused})
    amended, unheard = {}, {}
    for debit in refused:
        cipher = ciphers[debit.customer_id]
        text = cipher.decrypt(ORDER_FIELD, debit.order_sealed)
        order = DebitOrder.read(text) if text is not None else None
        if order is None:
            continue
        if order.is_first and debit.mandate_id not in heard:
            unheard[debit.mandate_id] = {"id": debit.mandate_id, **_UNTOLD}
        if order.amendment is not None:
            amended[debit.mandate_id] = {
                "id": debit.mandate_id,
                **_before(order, order.amendment, cipher),
            }
    await update_rows(session, rows_of(Mandate), unheard.values())
    await update_rows(session, rows_of(Mandate), amended.values())


def _before(order: DebitOrder, told: Amendment, cipher: CustomerCipher) -> dict[str, Any]:
    return {
        "told_reference": told.original_reference or order.mandate_reference,
        "told_iban_sealed": cipher.encrypt("told_iban", told.original_iban or order.iban),
        "told_creditor_id": told.original_creditor_id or order.creditor_id,
    }
