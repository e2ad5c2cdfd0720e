"""What a refused debit told of its mandate was not heard: the next collection tells it again."""

from __future__ import annotations

from collections.abc import Sequence

from services.payments.models import Debit, Mandate
from services.payments.use_cases.debit_orders import ORDER_FIELD, DebitOrder
from shared.bulk import update_rows
from shared.crypto import Vault
from shared.db import WriteSession
from shared.rows import rows_of


async def untell_amendments(session: WriteSession, refused: Sequence[Debit], vault: Vault) -> None:
    """The mandates stand again as the bank knew them before; one row for each, whatever the
    number of its debits."""
    ciphers = await vault.open(session, {debit.customer_id for debit in refused})
    rows = {}
    for debit in refused:
        cipher = ciphers[debit.customer_id]
        text = cipher.decrypt(ORDER_FIELD, debit.order_sealed)
        order = DebitOrder.read(text) if text is not None else None
        if order is None or order.amendment is None:
            continue
        before = order.amendment
        rows[debit.mandate_id] = {
            "id": debit.mandate_id,
            "told_reference": before.original_reference or order.mandate_reference,
            "told_iban_sealed": cipher.encrypt("told_iban", before.original_iban or order.iban),
            "told_creditor_id": before.original_creditor_id or order.creditor_id,
        }
    await update_rows(session, rows_of(Mandate), rows.values())
