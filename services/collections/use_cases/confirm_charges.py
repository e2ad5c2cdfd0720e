"""What billing made of a charge: on the open item, or refused, which a person looks into."""

from __future__ import annotations

from collections.abc import Sequence

from services.collections.domain.decisions import Reason
from services.collections.domain.figures import pack
from services.collections.models import Charge, WorklistItem
from services.collections.use_cases.project_claims import project_balances
from shared.bulk import insert_rows, update_rows
from shared.db import WriteSession, scope_of
from shared.events.billing import ChargeAdded, ChargeRejected
from shared.events.envelope import Received
from shared.ids import derived_id
from shared.rows import rows_of


async def confirm_added(session: WriteSession, batch: Sequence[Received[ChargeAdded]]) -> None:
    rows = [
        {"id": charge_id, "status": "posted"}
        for charge_id in sorted({received.event.charge_id for received in batch})
    ]
    await update_rows(session, rows_of(Charge), rows, where="charges.status = 'imposed'")
    await project_balances(session, batch)


async def record_rejected(session: WriteSession, batch: Sequence[Received[ChargeRejected]]) -> None:
    events = {received.event.charge_id: received.event for received in batch}
    await update_rows(
        session,
        rows_of(Charge),
        [
            {"id": event.charge_id, "status": "rejected", "rejection": event.reason}
            for event in events.values()
        ],
        where="charges.status = 'imposed'",
    )
    await insert_rows(
        session,
        rows_of(WorklistItem),
        [
            {
                "id": derived_id(event.charge_id, "rejected"),
                "creditor_id": scope_of(session).creditor_id,
                "customer_id": event.customer_id,
                "subject_id": event.charge_id,
                "kind": "charge_rejected",
                "status": "open",
                "reason_code": "charge_rejected",
                "figures": pack(
                    Reason("charge_rejected", (("amount", event.amount), ("why", event.reason)))
                ),
                "created_on": session.info["clock"].now().date(),
            }
            for event in events.values()
        ],
        on_conflict="DO NOTHING",
    )
