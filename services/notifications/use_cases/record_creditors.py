"""Keep the letter heads: what billing tells of each creditor."""

from __future__ import annotations

from collections.abc import Sequence

from services.notifications.models import Creditor
from services.notifications.use_cases.upserts import newer_wins, newest
from shared.bulk import insert_rows
from shared.db import WriteSession
from shared.events.billing import CreditorChanged
from shared.events.envelope import Received
from shared.rows import rows_of

_COLUMNS = (
    "version",
    "name",
    "jurisdiction",
    "currency",
    "time_zone",
    "language",
    "iban",
    "sepa_creditor_id",
    "email",
    "phone",
    "website",
    "address",
)


async def record_creditors(
    session: WriteSession, batch: Sequence[Received[CreditorChanged]]
) -> None:
    rows = [
        {"id": event.creditor_id, **event.model_dump(mode="json", include=set(_COLUMNS))}
        for event in newest((received.event for received in batch), "creditor_id")
    ]
    await insert_rows(
        session, rows_of(Creditor), rows, on_conflict=newer_wins("creditors", _COLUMNS)
    )
