"""Keep what billing tells of a creditor, and take statements of the account it names."""

from __future__ import annotations

from collections.abc import Sequence

from services.payments.models import BankAccount, Creditor
from shared.bulk import insert_rows
from shared.db import WriteSession
from shared.events.billing import CreditorChanged
from shared.events.envelope import Received
from shared.ids import derived_id
from shared.rows import rows_of

_FIELDS = (
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
_NEWER = (
    "(id) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _FIELDS)
    + " WHERE excluded.version > creditors.version"
)


async def save_creditor(session: WriteSession, batch: Sequence[Received[CreditorChanged]]) -> None:
    newest = max((received.event for received in batch), key=lambda event: event.version)
    plain = newest.model_dump()
    row = {"id": newest.creditor_id, **{name: plain[name] for name in _FIELDS}}
    await insert_rows(session, rows_of(Creditor), [row], on_conflict=_NEWER)
    accounts = {received.event.iban: received.event for received in batch}
    await insert_rows(
        session,
        rows_of(BankAccount),
        [
            {
                "id": derived_id(event.creditor_id, "bank account", iban),
                "creditor_id": event.creditor_id,
                "number": iban,
                "currency": event.currency,
                "name": event.name,
                "created_at": session.info["clock"].now(),
            }
            for iban, event in sorted(accounts.items())
        ],
        on_conflict="DO NOTHING",
    )
