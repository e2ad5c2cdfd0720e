"""End the pauses whose time is over; a promise that ran out unkept is work for a person."""

from __future__ import annotations

from datetime import date, timedelta

from services.collections.domain.decisions import Reason
from services.collections.domain.figures import pack
from services.collections.models import WorklistItem
from services.collections.repository import changes, claims
from shared.bulk import insert_rows
from shared.db import WriteSession, scope_of
from shared.ids import derived_id
from shared.rows import rows_of


async def end_holds(session: WriteSession, today: date) -> None:
    ended = await changes.expire_holds(session, today)
    promises = [(hold_id, customer_id) for hold_id, customer_id, kind in ended if kind == "promise"]
    owing = await claims.open_amounts(session, [customer_id for _, customer_id in promises])
    last_day = today - timedelta(days=1)
    await insert_rows(
        session,
        rows_of(WorklistItem),
        [
            {
                "id": derived_id(hold_id, "work"),
                "creditor_id": scope_of(session).creditor_id,
                "customer_id": customer_id,
                "subject_id": hold_id,
                "kind": "promise_broken",
                "status": "open",
                "reason_code": "promise_broken",
                "figures": pack(Reason("promise_broken", (("last_day", last_day),))),
                "created_on": today,
            }
            for hold_id, customer_id in promises
            if owing.get(customer_id)
        ],
        on_conflict="DO NOTHING",
    )
